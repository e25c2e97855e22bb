"""A shop that sells tea, coffee, bread and soap, behind a real channel."""

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ofone.embedding.v1 import embedding_service_pb2 as pb
from ofone.embedding.v1 import embedding_service_pb2_grpc as pb_grpc
from ofone.embedding.v1 import item_pb2

from services.embedding.domain.item import ItemDraft
from services.embedding.domain.keeper import Keeper
from services.embedding.ports import ItemStore
from services.embedding.servicer import EmbeddingServicer
from services.embedding.servicer.service import NAME
from services.serving.bootstrap import Application, Service, ServingSettings, running
from services.serving.channel import ChannelSettings, connect
from tests.models import item_attributes, item_ids

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shop:
    """The service with its parts in reach."""

    keeper: Keeper
    store: ItemStore
    stub: pb_grpc.EmbeddingServiceStub

    def retrieve(self, bought: list[str], **request: Any) -> pb.RetrieveResponse:  # any field
        """Ask for candidates of somebody who bought each of these once, in one basket."""
        values: dict[str, Any] = {
            "item_ids": bought,
            "basket_counts": [1.0] * len(bought),
            "recent_basket_sizes": [len(bought)],
            "recent_basket_items": range(len(bought)),
        }
        return self.stub.Retrieve(pb.RetrieveRequest(**values | request))

    def upsert(self, *items: item_pb2.Item) -> list[item_pb2.Item]:
        """Write items."""
        return list(self.stub.UpsertItems(pb.UpsertItemsRequest(items=items)).items)


def fill(keeper: Keeper, store: ItemStore) -> None:
    """Put every item of a small model on the shelf."""
    drafts = [ItemDraft(each, item_attributes(each)) for each in item_ids()]
    keeper.use_items(store.upsert(drafts, NOON))


@contextlib.contextmanager
def serving(keeper: Keeper, store: ItemStore) -> Iterator[pb_grpc.EmbeddingServiceStub]:
    """Serve these and give what calls them."""
    servicer = EmbeddingServicer(keeper, store, clock=lambda: NOON, on_retrieved=lambda _: None)
    add = functools.partial(pb_grpc.add_EmbeddingServiceServicer_to_server, servicer)
    settings = ServingSettings(grpc_port=0, metrics_port=0, access_log=False)
    with running(Application("embedding", (Service(NAME, add),)), settings) as server:
        assert server.wait_ready(30)
        with connect(f"ipv4:{server.address}", ChannelSettings(NAME, "tests")) as channel:
            yield pb_grpc.EmbeddingServiceStub(channel)


def item(item_id: str, display_name: str = "a thing", **values: Any) -> item_pb2.Item:  # any field
    """Return the message of an item."""
    return item_pb2.Item(name=f"items/{item_id}", display_name=display_name, **values)
