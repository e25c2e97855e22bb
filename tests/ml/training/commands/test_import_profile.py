"""What the services hold becomes a data set: purchases of one, the catalogue of the other."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pandas as pd
import pytest
from ofone.embedding.v1 import embedding_service_pb2 as embedding_messages
from ofone.embedding.v1.item_pb2 import Item
from ofone.profile.v1 import profile_service_pb2 as profile_messages

from ml.dataset.catalogue_import import CatalogueError, read_catalogue
from ml.dataset.folder import read_dataset
from ml.training.commands.learning import import_profile

CATALOGUE = [
    Item(name="items/milk", display_name="Milk, 1 l", category="Dairy", brand="Meadow", price=0.9),
    Item(name="items/new", display_name="Oat drink", category="Dairy", price=0.0),
    Item(name="items/tea", display_name="Ceylon tea"),
]


def export_interactions(
    request: profile_messages.ExportInteractionsRequest,
    context: grpc.ServicerContext,
) -> Iterator[profile_messages.ExportInteractionsResponse]:
    """Export one purchase."""
    line = profile_messages.Interaction(
        customer_id="ann", basket_id="till/1", item_id="tea", quantity=1
    )
    line.occurred_at.FromDatetime(datetime(2026, 1, 1, tzinfo=UTC))
    yield profile_messages.ExportInteractionsResponse(interactions=[line], resume_token="end")


def list_items(
    request: embedding_messages.ListItemsRequest,
    context: grpc.ServicerContext,
) -> embedding_messages.ListItemsResponse:
    """List ``CATALOGUE``, two items a page, whatever is asked for."""
    start = int(request.page_token or 0)
    end = start + 2
    token = str(end) if end < len(CATALOGUE) else ""
    return embedding_messages.ListItemsResponse(items=CATALOGUE[start:end], next_page_token=token)


HANDLERS: "Mapping[str, Mapping[str, grpc.RpcMethodHandler[Any, Any]]]" = {
    "ofone.profile.v1.ProfileService": {
        "ExportInteractions": grpc.unary_stream_rpc_method_handler(
            export_interactions,
            request_deserializer=profile_messages.ExportInteractionsRequest.FromString,
            response_serializer=profile_messages.ExportInteractionsResponse.SerializeToString,
        )
    },
    "ofone.embedding.v1.EmbeddingService": {
        "ListItems": grpc.unary_unary_rpc_method_handler(
            list_items,
            request_deserializer=embedding_messages.ListItemsRequest.FromString,
            response_serializer=embedding_messages.ListItemsResponse.SerializeToString,
        )
    },
}


@pytest.fixture
def target() -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(1))
    for service, handlers in HANDLERS.items():
        server.add_registered_method_handlers(service, handlers)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def test_every_page_of_the_catalogue_is_read(target: str) -> None:
    with grpc.insecure_channel(target) as channel:
        items = read_catalogue(channel)

    known = items.astype(object).where(items.notna(), None)
    assert known.drop(columns="price").values.tolist() == [
        ["milk", "Milk, 1 l", "Dairy", "Meadow"],
        ["new", "Oat drink", "Dairy", None],
        ["tea", "Ceylon tea", None, None],
    ]
    assert items["price"].tolist()[:2] == [pytest.approx(0.9), 0.0]
    assert pd.isna(items["price"][2])


def test_the_data_set_knows_items_that_nobody_has_bought(target: str, tmp_path: Path) -> None:
    told: list[str] = []

    import_profile(target, tmp_path / "d", embedding=target, show_progress=False, say=told.append)

    dataset = read_dataset(tmp_path / "d")
    assert dataset.interactions["item_id"].tolist() == ["tea"]
    assert dataset.items["item_id"].tolist() == ["milk", "new", "tea"]
    counts = "1 customers, 1 items, 1 baskets, 1 interactions; attributes of 3 items"
    assert told == [f"{counts}; written to {tmp_path / 'd'}"]


def test_without_a_catalogue_it_is_said_what_the_model_cannot_do(
    target: str, tmp_path: Path
) -> None:
    told: list[str] = []

    import_profile(target, tmp_path / "d", embedding=None, show_progress=False, say=told.append)

    assert "cannot place items that nobody has bought" in told[-1]
    assert read_dataset(tmp_path / "d").items.empty


def test_a_catalogue_that_is_away_is_said_in_a_sentence() -> None:
    with (
        grpc.insecure_channel("127.0.0.1:1") as channel,
        pytest.raises(CatalogueError, match="after 0 items: UNAVAILABLE"),
    ):
        read_catalogue(channel)
