"""A model made ready to answer: its index built here, and proven to find the nearest items."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ml.model.attributes import AttributeMap
from ml.model.bundle import Bundle, BundleError
from ml.model.candidates import CandidateGenerator
from ml.model.fold_in import FoldIn
from ml.model.index import build_index, recall_against_exact

CANARY_ITEMS = 32
CANARY_HISTORIES = 32
CANARY_HISTORY_LENGTH = 5
CANARY_NEAREST = 10
"""Queries are items and short histories, spread over the whole catalogue; Recall@10."""


@dataclass(frozen=True, slots=True)
class Model:
    """What requests need of a model; immutable.

    Attributes:
        generator: proposes among the bundle's own items.
        attribute_map: places items that the model never saw.
        index_recall: share of exact search's nearest items that the index finds, 0 to 1.
        load_time: when this process took it into use.
    """

    generator: CandidateGenerator
    attribute_map: AttributeMap
    index_recall: float
    load_time: datetime

    @property
    def bundle(self) -> Bundle:
        """The model as it travelled."""
        return self.generator.bundle

    @property
    def version(self) -> str:
        """The version that the bundle states."""
        return self.bundle.facts.version


def prepared(bundle: Bundle, *, least_recall: float, load_time: datetime) -> Model:
    """Build the index of a bundle and try it.

    Args:
        bundle: the model, checked for consistency.
        least_recall: what the index must reach, 0 to 1.
        load_time: the present moment.

    Raises:
        BundleError: with reason ``BAD_RECALL``, when the index misses too much.
    """
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    recall = recall_against_exact(
        generator.index,
        bundle.item_factors,
        canary_queries(bundle.item_factors, generator.fold_in),
        CANARY_NEAREST,
    )
    if not recall >= least_recall:
        raise BundleError(
            "BAD_RECALL", f"the index finds {recall:.3f} of the nearest items, not {least_recall}"
        )
    attribute_map = AttributeMap.of(bundle.attribute_tokens, bundle.attribute_weights)
    return Model(generator, attribute_map, recall, load_time)


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
