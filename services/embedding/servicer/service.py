"""The methods of ``ofone.embedding.v1.EmbeddingService``."""
# ruff: noqa: N802  # gRPC's names

from collections.abc import Callable
from datetime import datetime

import grpc
from ofone.embedding.v1 import embedding_service_pb2 as pb
from ofone.embedding.v1 import embedding_service_pb2_grpc as pb_grpc

from services.embedding.domain.keeper import Keeper
from services.embedding.domain.nearness import (
    Page,
    PageRequest,
    complementary_items,
    similar_items,
)
from services.embedding.domain.retrieval import Retrieved, required_placement, retrieved
from services.embedding.ports import ItemListing, ItemStore
from services.embedding.servicer.item_messages import (
    drafts,
    item_id,
    item_ids,
    item_message,
    label,
    timestamp,
)
from services.embedding.servicer.page_tokens import (
    id_of,
    neighbour_of,
    token_after_id,
    token_after_neighbour,
)
from services.embedding.servicer.retrieval_messages import (
    MAX_BASKET_ITEMS,
    retrieval_query,
    retrieval_response,
)
from services.serving.failures import not_found
from services.serving.paging import Query, page_size
from services.serving.validation import Check

NAME = pb.DESCRIPTOR.services_by_name["EmbeddingService"].full_name
MAX_BATCH = 1_000
DEFAULT_NEIGHBOURS, MAX_NEIGHBOURS = 10, 100
DEFAULT_LISTING, MAX_LISTING = 100, 1_000


class EmbeddingServicer(pb_grpc.EmbeddingServiceServicer):
    """Answers nearness from memory, the catalogue from its store."""

    def __init__(
        self,
        keeper: Keeper,
        store: ItemStore,
        *,
        clock: Callable[[], datetime],
        on_retrieved: Callable[[Retrieved], None],
    ) -> None:
        """Answer from these.

        Args:
            keeper: holds model and catalogue in memory.
            store: the durable catalogue.
            clock: gives the present moment.
            on_retrieved: told of every answer of ``Retrieve``.
        """
        self._keeper = keeper
        self._store = store
        self._clock = clock
        self._on_retrieved = on_retrieved

    def Retrieve(
        self, request: pb.RetrieveRequest, _context: grpc.ServicerContext
    ) -> pb.RetrieveResponse:
        """Turn a history into candidates."""
        query = retrieval_query(request)
        found = retrieved(self._keeper.assortment_of(query.model_version), query)
        self._on_retrieved(found)
        return retrieval_response(found)

    def ListSimilarItems(
        self, request: pb.ListSimilarItemsRequest, _context: grpc.ServicerContext
    ) -> pb.ListSimilarItemsResponse:
        """List what is like an item."""
        query = ("ListSimilarItems", request.item)
        wanted = item_id("item", request.item)
        asked = _page_request(request.page_size, request.page_token, query)
        page = similar_items(self._keeper.assortment, wanted, asked)
        return pb.ListSimilarItemsResponse(
            items=self._scored(page), next_page_token=_next_token(page, query)
        )

    def ListComplements(
        self, request: pb.ListComplementsRequest, _context: grpc.ServicerContext
    ) -> pb.ListComplementsResponse:
        """List what completes a basket."""
        wanted = item_ids("items", request.items, most=MAX_BASKET_ITEMS)
        query = ("ListComplements", *sorted(wanted))
        asked = _page_request(request.page_size, request.page_token, query)
        page = complementary_items(self._keeper.assortment, sorted(wanted), asked)
        return pb.ListComplementsResponse(
            items=self._scored(page), next_page_token=_next_token(page, query)
        )

    def UpsertItems(
        self, request: pb.UpsertItemsRequest, _context: grpc.ServicerContext
    ) -> pb.UpsertItemsResponse:
        """Write items; the next request meets them."""
        wanted = drafts(request.items, most=MAX_BATCH)
        if request.validate_only:
            items = self._store.check(wanted, self._clock())
        else:
            items = self._store.upsert(wanted, self._clock())
            self._keeper.use_items(items)
        return pb.UpsertItemsResponse(items=[item_message(item) for item in items])

    def GetItem(
        self, request: pb.GetItemRequest, _context: grpc.ServicerContext
    ) -> pb.GetItemResponse:
        """Return one item."""
        wanted = item_id("name", request.name)
        found = self._store.items([wanted])
        if wanted not in found:
            raise not_found("item", request.name)
        return pb.GetItemResponse(item=item_message(found[wanted]))

    def BatchGetItems(
        self, request: pb.BatchGetItemsRequest, _context: grpc.ServicerContext
    ) -> pb.BatchGetItemsResponse:
        """Return several items, or fail for the first that does not exist."""
        wanted = item_ids("names", request.names, most=MAX_BATCH)
        found = self._store.items(wanted)
        for each in wanted:
            if each not in found:
                raise not_found("item", f"items/{each}")
        return pb.BatchGetItemsResponse(items=[item_message(found[each]) for each in wanted])

    def ListItems(
        self, request: pb.ListItemsRequest, _context: grpc.ServicerContext
    ) -> pb.ListItemsResponse:
        """List the catalogue."""
        check = Check()
        category = label(check, "category", request.category)
        brand = label(check, "brand", request.brand)
        check.done()
        query = ("ListItems", category, brand)
        size = page_size(request.page_size, default=DEFAULT_LISTING, most=MAX_LISTING)
        after_id = id_of(request.page_token, query)
        items = self._store.listed(ItemListing(size + 1, after_id, category, brand))
        shown = items[:size]
        more = len(items) > size
        return pb.ListItemsResponse(
            items=[item_message(item) for item in shown],
            next_page_token=token_after_id(shown[-1].item_id, query) if more else "",
        )

    def GetModel(
        self, _request: pb.GetModelRequest, _context: grpc.ServicerContext
    ) -> pb.GetModelResponse:
        """Return which model answers."""
        model = required_placement(self._keeper.assortment).model
        facts, factors = model.bundle.facts, model.bundle.item_factors
        return pb.GetModelResponse(
            model=pb.Model(
                version=facts.version,
                create_time=timestamp(datetime.fromisoformat(facts.created)),
                dataset_digest=facts.dataset_digest,
                item_count=factors.shape[0],
                factor_count=factors.shape[1],
                index_kind=model.index_kind,
                index_recall=model.index_recall,
                load_time=timestamp(model.load_time),
            )
        )

    def _scored(self, page: Page) -> list[pb.ScoredItem]:
        known = ((self._keeper.item(each.item_id), each.score) for each in page.neighbours)
        return [
            pb.ScoredItem(item=item_message(item), score=score)
            for item, score in known
            if item is not None
        ]


def _page_request(size: int, token: str, query: Query) -> PageRequest:
    return PageRequest(
        page_size(size, default=DEFAULT_NEIGHBOURS, most=MAX_NEIGHBOURS),
        neighbour_of(token, query),
    )


def _next_token(page: Page, query: Query) -> str:
    return token_after_neighbour(page.neighbours[-1], query) if page.has_more else ""
