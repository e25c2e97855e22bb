"""A model made ready to answer: its index built here, and proven to find the nearest items."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ml.model.attributes import AttributeMap
from ml.model.bundle import Bundle, BundleError
from ml.model.candidates import CandidateGenerator
from ml.model.fold_in import FoldIn
from ml.model.index import build_index, exact_index, recall_against_exact
from ml.model.nearest import ItemIndex

CANARY_ITEMS = 32
CANARY_HISTORIES = 32
CANARY_HISTORY_LENGTH = 5
CANARY_NEAREST = 10
"""Queries are items and short histories, spread over the whole catalogue; Recall@10."""

BuildIndex = Callable[[NDArray[np.float32]], ItemIndex]
"""Makes an index of item factors, float32 [items, factors]."""


@dataclass(frozen=True, slots=True)
class Model:
    """What requests need of a model; immutable.

    Attributes:
        generator: proposes among the bundle's own items.
        attribute_map: places items that the model never saw.
        index_recalls: share of exact search's nearest items that each index found which was
            tried, 0 to 1, by its kind; the last one answers.
        load_time: when this process took it into use.
    """

    generator: CandidateGenerator
    attribute_map: AttributeMap
    index_recalls: Mapping[str, float]
    load_time: datetime

    @property
    def bundle(self) -> Bundle:
        """The model as it travelled."""
        return self.generator.bundle

    @property
    def version(self) -> str:
        """The version that the bundle states."""
        return self.bundle.facts.version

    @property
    def index_kind(self) -> str:
        """The kind of the index that answers."""
        return self.generator.index.kind

    @property
    def index_recall(self) -> float:
        """What the index that answers finds, 0 to 1."""
        return self.index_recalls[self.index_kind]

    @property
    def passed_over(self) -> Mapping[str, float]:
        """What the indexes found that missed too much, by kind; mostly empty."""
        recalls = self.index_recalls.items()
        return {kind: recall for kind, recall in recalls if kind != self.index_kind}


def prepared(
    bundle: Bundle, *, least_recall: float, load_time: datetime, build: BuildIndex = build_index
) -> Model:
    """Build the index of a bundle and try it; one that misses too much gives way to exact search.

    Args:
        bundle: the model, checked for consistency.
        least_recall: what the index must reach, 0 to 1.
        load_time: the present moment.
        build: makes the index of choice.

    Raises:
        BundleError: with reason ``BAD_RECALL``, when even exact search misses too much: then the
            vectors are at fault, such as numbers whose products are beyond a float.
    """
    factors = bundle.item_factors
    with np.errstate(over="ignore", invalid="ignore"):  # the canary tells
        generator = CandidateGenerator.of(bundle, build(factors))
        queries = canary_queries(factors, generator.fold_in)
        recalls = {generator.index.kind: _recall(generator.index, factors, queries)}
        if not recalls[generator.index.kind] >= least_recall:
            generator = replace(generator, index=exact_index(factors))
            recalls[generator.index.kind] = _recall(generator.index, factors, queries)
    recall = recalls[generator.index.kind]
    if not recall >= least_recall:
        raise BundleError(
            "BAD_RECALL", f"exact search finds {recall:.3f} of the nearest items: unsound vectors"
        )
    attribute_map = AttributeMap.of(bundle.attribute_tokens, bundle.attribute_weights)
    return Model(generator, attribute_map, recalls, load_time)


def _recall(index: ItemIndex, factors: NDArray[np.float32], queries: NDArray[np.float32]) -> float:
    return recall_against_exact(index, factors, queries, CANARY_NEAREST)


def canary_queries(item_factors: NDArray[np.float32], fold_in: FoldIn) -> NDArray[np.float32]:
    """Return vectors such as requests bring, float32 [n, factors], n at least 2.

    Args:
        item_factors: float32 [items, factors].
        fold_in: makes vectors of the histories.
    """
    items = len(item_factors)
    chosen = np.unique(np.linspace(0, items - 1, CANARY_ITEMS).astype(np.int64))
    starts = np.unique(np.linspace(0, items - 1, CANARY_HISTORIES).astype(np.int64))
    # A step that is no neighbour: rows may be in an order that means something.
    step = max(1, items // (CANARY_HISTORY_LENGTH + 2))
    places = starts[:, None] + step * np.arange(min(CANARY_HISTORY_LENGTH, items))
    histories = [
        fold_in.vector(rows, np.ones(len(rows), np.float32))
        for rows in (np.unique(row % items) for row in places)
    ]
    return np.concatenate([item_factors[chosen], np.stack(histories)])
