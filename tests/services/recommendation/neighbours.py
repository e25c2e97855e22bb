"""The services next door, in this process: ``profile`` and ``embedding`` with plain insides."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import grpc
import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1 import embedding_service_pb2, item_pb2
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceServicer
from ofone.profile.v1 import customer_pb2, fact_pb2, privacy_pb2, profile_service_pb2
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceServicer

from ml.model.bundle import Bundle
from ml.model.candidates import SOURCES, CandidateGenerator, Moment
from ml.model.history import History, history_of_baskets
from ml.model.index import exact_index
from services.serving.errors import to_wire
from services.serving.failures import Failure, Kind, not_found
from tests.models import item_attributes

Basket = tuple[int, Sequence[str]]
"""When it was bought, in seconds since 1970, and the items in it."""

FACT_KINDS = {
    "garden": fact_pb2.FACT_KIND_FLAG,
    "household_income": fact_pb2.FACT_KIND_NUMBER,
    "household_size": fact_pb2.FACT_KIND_WHOLE,
    "pet": fact_pb2.FACT_KIND_TEXT,
}


class Trouble:
    """What a neighbour may suffer from."""

    def __init__(self) -> None:
        self.away = False
        self.delay_seconds = 0.0
        self.calls = 0

    def suffer(self, context: grpc.ServicerContext) -> None:
        self.calls += 1
        time.sleep(self.delay_seconds)
        if self.away:
            refuse(context, Failure(Kind.UNAVAILABLE, "AWAY", "not at home"))


def refuse(context: grpc.ServicerContext, failure: Failure) -> NoReturn:
    """End a call as a service of ours would."""
    wire = to_wire(failure)
    context.set_trailing_metadata((wire.metadata,))
    context.abort(wire.code, wire.details)


@contextlib.contextmanager
def listening(add: Callable[[grpc.Server], None]) -> Iterator[str]:
    """Serve for the length of a ``with`` block; give the target to call."""
    server = grpc.server(ThreadPoolExecutor(4))
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"ipv4:127.0.0.1:{port}"
    server.stop(None).wait()


class FakeProfile(ProfileServiceServicer):
    """Knows the customers that a test puts in."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.snapshots: dict[str, customer_pb2.Snapshot] = {}
        self.cards: dict[str, str] = {}
        self.told_personas: list[bool] = []
        """Of each answer, whether it was asked for personas."""
        self.told_life_stages: list[bool] = []
        """Of each answer, whether it was asked for stages of life."""
        self.told_facts: list[bool] = []
        """Of each answer, whether it was asked for facts."""
        self.erasures: dict[str, privacy_pb2.Erasure] = {}
        """By name, those that are not confirmed."""
        self.confirmed: list[profile_service_pb2.ConfirmErasureRequest] = []
        self.looked: list[tuple[str, str, str]] = []
        """Whom somebody looked at, by which method, and who."""

    def put(self, name: str, baskets: Sequence[Basket] = (), **fields: object) -> None:
        """Keep a customer who bought ``baskets``; ``fields`` are those of a snapshot."""
        self.snapshots[name] = snapshot(name, baskets, **fields)

    def GetSnapshot(  # noqa: N802
        self, request: profile_service_pb2.GetSnapshotRequest, context: grpc.ServicerContext
    ) -> profile_service_pb2.GetSnapshotResponse:
        self.trouble.suffer(context)
        name = request.customer or self.cards.get(request.identifier.value, "")
        if name not in self.snapshots:
            refuse(context, not_found("customer", name))
        found = customer_pb2.Snapshot()
        found.CopyFrom(self.snapshots[name])
        self.told_personas.append(request.with_personas)
        if not request.with_personas:
            found.ClearField("personas")
        self.told_life_stages.append(request.with_life_stages)
        if not request.with_life_stages:
            found.ClearField("life_stages")
        self.told_facts.append(request.with_facts)
        if not request.with_facts:
            found.ClearField("facts")
        if not request.with_household:
            found.ClearField("household_purchases")
        return profile_service_pb2.GetSnapshotResponse(snapshot=found)

    def GetFactCatalogue(  # noqa: N802
        self, request: profile_service_pb2.GetFactCatalogueRequest, context: grpc.ServicerContext
    ) -> profile_service_pb2.GetFactCatalogueResponse:
        self.trouble.suffer(context)
        keys = [fact_pb2.FactKey(key=key, kind=kind) for key, kind in FACT_KINDS.items()]
        return profile_service_pb2.GetFactCatalogueResponse(keys=keys)

    def erase(self, name: str) -> None:
        """Forget a customer, and ask others to."""
        self.snapshots.pop(name, None)
        erasure = privacy_pb2.Erasure(
            name=f"erasures/of-{len(self.confirmed) + len(self.erasures)}",
            customer_ids=[name.removeprefix("customers/")],
        )
        erasure.create_time.GetCurrentTime()
        self.erasures[erasure.name] = erasure

    def ListErasures(  # noqa: N802
        self, request: profile_service_pb2.ListErasuresRequest, context: grpc.ServicerContext
    ) -> profile_service_pb2.ListErasuresResponse:
        if self.trouble.away:
            refuse(context, Failure(Kind.UNAVAILABLE, "AWAY", "not at home"))
        return profile_service_pb2.ListErasuresResponse(erasures=list(self.erasures.values()))

    def ConfirmErasure(  # noqa: N802
        self, request: profile_service_pb2.ConfirmErasureRequest, context: grpc.ServicerContext
    ) -> profile_service_pb2.ConfirmErasureResponse:
        self.confirmed.append(request)
        self.erasures.pop(request.name, None)
        return profile_service_pb2.ConfirmErasureResponse()

    def RecordAccess(  # noqa: N802
        self, request: profile_service_pb2.RecordAccessRequest, context: grpc.ServicerContext
    ) -> profile_service_pb2.RecordAccessResponse:
        if self.trouble.away:
            refuse(context, Failure(Kind.UNAVAILABLE, "AWAY", "not at home"))
        self.looked.append((request.parent, request.method, request.caller))
        return profile_service_pb2.RecordAccessResponse()


def snapshot(name: str, baskets: Sequence[Basket], **fields: object) -> customer_pb2.Snapshot:
    history = history_of_baskets(baskets)
    found = customer_pb2.Snapshot(customer=name, version=len(baskets) + 1)
    found.update_time.FromSeconds(max((seconds for seconds, _ in baskets), default=0))
    found.personalisation_allowed = True
    found.item_ids.extend(history.item_ids)
    found.basket_counts.extend(history.basket_counts.astype(int).tolist())
    found.quantities.extend(history.basket_counts.tolist())
    found.first_bought_seconds.extend(history.first_seconds.tolist())
    found.last_bought_seconds.extend(history.last_seconds.tolist())
    found.recent_basket_seconds.extend(history.recent_basket_seconds.tolist())
    found.recent_basket_sizes.extend(history.recent_basket_sizes.tolist())
    found.recent_basket_items.extend(history.recent_basket_items.tolist())
    found.traits.basket_count = history.basket_count
    found.traits.item_count = len(history.item_ids)
    if baskets:
        times = [seconds for seconds, _ in baskets]
        found.traits.first_purchase_time.CopyFrom(Timestamp(seconds=min(times)))
        found.traits.last_purchase_time.CopyFrom(Timestamp(seconds=max(times)))
    found.MergeFrom(customer_pb2.Snapshot(**fields))  # type: ignore[arg-type]  # a test's own
    return found


class FakeEmbedding(EmbeddingServiceServicer):
    """Proposes items of a small bundle, and knows exactly these."""

    def __init__(self, bundle: Bundle) -> None:
        self.trouble = Trouble()
        self._generator = _generator(bundle)
        self.challenger_trouble = Trouble()
        """What it suffers from when it is asked for the challenger."""
        self._challenger: CandidateGenerator | None = None

    def hold(self, challenger: Bundle) -> None:
        """Propose from this bundle where a caller asks for its version."""
        self._challenger = _generator(challenger)

    def Retrieve(  # noqa: N802
        self, request: embedding_service_pb2.RetrieveRequest, context: grpc.ServicerContext
    ) -> embedding_service_pb2.RetrieveResponse:
        self.trouble.suffer(context)
        nothing = np.zeros(len(request.item_ids), np.int64)
        history = History(
            item_ids=list(request.item_ids),
            basket_counts=np.array(request.basket_counts, np.float32),
            first_seconds=nothing,
            last_seconds=nothing,
            recent_basket_seconds=np.zeros(len(request.recent_basket_sizes), np.int64),
            recent_basket_sizes=np.array(request.recent_basket_sizes, np.int64),
            recent_basket_items=np.array(request.recent_basket_items, np.int64),
        )
        generator = self._challenger
        if generator is None or generator.bundle.facts.version != request.model_version:
            generator = self._generator
        else:
            self.challenger_trouble.suffer(context)
        found = generator.generate(
            history,
            Moment(
                list(request.current_basket_item_ids),
                request.store,
                source_size=request.source_size,
                own_item_count=request.own_item_count,
            ),
        )
        known = [item_attributes(each) for each in found.item_ids]
        categories = sorted({each.category for each in known})
        brands = sorted({each.brand for each in known})
        return embedding_service_pb2.RetrieveResponse(
            model_version=generator.bundle.facts.version,
            item_ids=found.item_ids,
            sources=range(1, len(SOURCES) + 1),  # type: ignore[arg-type]  # in the enum's order
            scores=found.scores.ravel().tolist(),
            categories=categories,
            category_indexes=[categories.index(each.category) for each in known],
            brands=brands,
            brand_indexes=[brands.index(each.brand) for each in known],
            own_item_count=found.own_item_count,
        )

    def BatchGetItems(  # noqa: N802
        self, request: embedding_service_pb2.BatchGetItemsRequest, context: grpc.ServicerContext
    ) -> embedding_service_pb2.BatchGetItemsResponse:
        self.trouble.suffer(context)
        for name in request.names:
            if name.removeprefix("items/") not in self._generator.vocabulary:
                refuse(context, not_found("item", name))
        items = [item_pb2.Item(name=name) for name in request.names]
        return embedding_service_pb2.BatchGetItemsResponse(items=items)

    def ListItems(  # noqa: N802
        self, request: embedding_service_pb2.ListItemsRequest, context: grpc.ServicerContext
    ) -> embedding_service_pb2.ListItemsResponse:
        self.trouble.suffer(context)
        known = ((each, item_attributes(each)) for each in self._generator.vocabulary.item_ids)
        names = [
            f"items/{item_id}"
            for item_id, item in known
            if request.category in ("", item.category) and request.brand in ("", item.brand)
        ]
        items = [item_pb2.Item(name=name) for name in names[: request.page_size]]
        return embedding_service_pb2.ListItemsResponse(items=items)


def _generator(bundle: Bundle) -> CandidateGenerator:
    return CandidateGenerator.of(bundle, exact_index(bundle.item_factors))
