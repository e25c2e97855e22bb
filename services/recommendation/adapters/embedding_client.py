"""Candidates and the catalogue, as ``embedding`` knows them."""

from collections.abc import Sequence
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray
from ofone.embedding.v1 import embedding_service_pb2 as messages
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub

from ml.model.candidates import SOURCES, Candidates
from ml.model.history import History
from services.recommendation.adapters.item_memory import ItemMemory
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.ranking import ItemAttributes, Proposal
from services.serving.failures import Failure, Kind

SERVICE = "ofone.embedding.v1.EmbeddingService"
SAFE_METHODS = ("Retrieve", "BatchGetItems", "ListItems")

_SOURCE_NUMBERS = [
    messages.CandidateSource.Value(f"CANDIDATE_SOURCE_{name.upper()}") for name in SOURCES
]


class EmbeddingClient:
    """The ports ``Proposer`` and ``Catalogue`` over gRPC."""

    def __init__(self, channel: grpc.Channel, *, own_item_count: int, source_size: int) -> None:
        """Take a channel to ``embedding``, and how much to ask for."""
        self._stub = EmbeddingServiceStub(channel)
        self._own_item_count = own_item_count
        self._source_size = source_size
        self._memory = ItemMemory()

    def propose(
        self,
        history: History,
        moment: Moment,
        timeout_seconds: float,
        *,
        model_version: str = "",
        source_size: int | None = None,
    ) -> Proposal:
        """See ``ports.neighbours.Proposer.propose``."""
        request = messages.RetrieveRequest(
            item_ids=history.item_ids,
            basket_counts=history.basket_counts.tolist(),
            recent_basket_sizes=history.recent_basket_sizes.tolist(),
            recent_basket_items=history.recent_basket_items.tolist(),
            current_basket_item_ids=moment.basket,
            store=moment.store,
            source_size=source_size or self._source_size,
            own_item_count=self._own_item_count,
            model_version=model_version,
        )
        proposal = proposal_of(self._stub.Retrieve(request, timeout=timeout_seconds))
        self._memory.remember(proposal.candidates.item_ids, proposal.attributes)
        return proposal

    def last_known(self, item_ids: Sequence[str]) -> ItemAttributes:
        """See ``ports.neighbours.Proposer.last_known``."""
        return self._memory.recall(item_ids)

    def unknown(self, item_ids: Sequence[str]) -> str | None:
        """See ``ports.neighbours.Catalogue.unknown``."""
        names = [f"items/{item_id}" for item_id in item_ids]
        try:
            self._stub.BatchGetItems(messages.BatchGetItemsRequest(names=names))
        except Failure as failure:
            if failure.kind is not Kind.NOT_FOUND:
                raise
            name = failure.metadata.get("name", names[0])
            return name.removeprefix("items/")
        return None

    def has_items(self, *, category: str = "", brand: str = "") -> bool:
        """See ``ports.neighbours.Catalogue.has_items``."""
        request = messages.ListItemsRequest(page_size=1, category=category, brand=brand)
        return bool(self._stub.ListItems(request).items)


def proposal_of(response: messages.RetrieveResponse) -> Proposal:
    """Return the candidates of an answer, their scores in the order of ``SOURCES``."""
    item_ids = list(response.item_ids)
    sources = list(response.sources)
    # numpy takes a packed field whole, a tenth of the time that a list of its numbers takes.
    scores = np.array(response.scores, np.float32).reshape(len(sources), len(item_ids))
    if sources != _SOURCE_NUMBERS:
        scores = _reordered(scores, sources)
    return Proposal(
        Candidates(item_ids, scores, response.own_item_count),
        ItemAttributes(
            tuple(response.categories),
            np.array(response.category_indexes, np.int64),
            tuple(response.brands),
            np.array(response.brand_indexes, np.int64),
        ),
        response.model_version,
    )


def _reordered(scores: NDArray[np.float32], sources: list[Any]) -> NDArray[np.float32]:
    """Return the rows in our order; a source that was not sent has no scores."""
    ours = np.full((len(SOURCES), scores.shape[1]), np.nan, np.float32)
    for row, number in enumerate(_SOURCE_NUMBERS):
        if number in sources:
            ours[row] = scores[sources.index(number)]
    return ours
