"""What every history says, in the words that personas are told by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.model.attributes import ItemAttributes
from ml.model.persona import BASKET_WORDS, GAP_WORDS, Rhythm
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases

THIRDS = (1 / 3, 2 / 3)


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """The histories of c customers in W words.

    Attributes:
        words: the topics, ascending, then the words of the rhythm.
        said: float64 [c, W], how much each history says of each word.
        basket_sizes: between the thirds of customers by mean basket.
        gap_days: between their thirds by mean days between baskets.
    """

    words: tuple[str, ...]
    said: sparse.csr_matrix
    basket_sizes: tuple[float, float]
    gap_days: tuple[float, float]


def item_topics(
    item_ids: tuple[str, ...], attributes: Mapping[str, ItemAttributes]
) -> tuple[str, ...]:
    """Return the topic of each item: its category, or itself where the catalogue names none."""
    found = (attributes.get(item) for item in item_ids)
    return tuple(
        (about.category if about else "") or item
        for item, about in zip(item_ids, found, strict=True)
    )


def corpus_of(purchases: Purchases, topics: tuple[str, ...]) -> Corpus:
    """Return what every history says.

    Args:
        purchases: of c customers, each with a basket or more.
        topics: of the items of ``purchases``.
    """
    names, rows = np.unique(topics, return_inverse=True)
    items = np.arange(len(topics))
    of_topics = sparse.csr_matrix(
        (np.ones(len(topics)), (items, rows)), shape=(len(topics), len(names))
    )
    said = (purchases.customer_counts().astype(np.float64) @ of_topics).tocsr()
    said.data = np.log1p(said.data)
    sizes, gaps = _rhythms(purchases)
    size_bounds, gap_bounds = _thirds(sizes), _thirds(gaps)
    rhythm = [_banded(sizes, size_bounds), _banded(gaps, gap_bounds)]
    words = (*names.tolist(), *BASKET_WORDS, *GAP_WORDS)
    return Corpus(words, sparse.hstack([said, *rhythm]).tocsr(), size_bounds, gap_bounds)


def rhythm_of(baskets: Sequence[tuple[int, list[str]]]) -> Rhythm:
    """Return how somebody with these baskets shops.

    Args:
        baskets: second and items of each, earliest first.
    """
    if not baskets:
        return Rhythm()
    size = sum(len(items) for _, items in baskets) / len(baskets)
    if len(baskets) == 1:
        return Rhythm(size)
    span = (baskets[-1][0] - baskets[0][0]) / SECONDS_PER_DAY
    return Rhythm(size, span / (len(baskets) - 1))


def _rhythms(purchases: Purchases) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean basket size and mean gap in days of each customer; NaN without two baskets."""
    baskets = np.bincount(purchases.basket_customers, minlength=len(purchases.customer_ids))
    rows = np.bincount(
        purchases.basket_customers[purchases.row_baskets], minlength=len(purchases.customer_ids)
    )
    ends = np.cumsum(baskets)
    spans = purchases.basket_seconds[ends - 1] - purchases.basket_seconds[ends - baskets]
    gaps = np.full(len(baskets), np.nan)
    came_again = baskets > 1
    gaps[came_again] = spans[came_again] / SECONDS_PER_DAY / (baskets[came_again] - 1)
    return rows / baskets, gaps


def _thirds(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return what lies between the thirds; zeros where nothing is known."""
    known = values[~np.isnan(values)]
    if not len(known):
        return 0.0, 0.0
    low, high = np.quantile(known, THIRDS)
    return float(low), float(high)


def _banded(values: NDArray[np.float64], bounds: tuple[float, float]) -> sparse.csr_matrix:
    """Return 1 at the third of each customer, nothing where it is not known: [c, 3]."""
    known = np.flatnonzero(~np.isnan(values))
    bands = np.searchsorted(bounds, values[known], side="right")
    return sparse.csr_matrix((np.ones(len(known)), (known, bands)), shape=(len(values), 3))
