"""Lists of related items, counted: what follows an item, what lies in the same basket.

Co-occurrences are sparse products, taken some items at a time so that memory stays bounded.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.model.lists import RelatedLists
from ml.training.purchases import NO_STORE, SECONDS_PER_DAY, Purchases

TRANSITIONS = 50
COMPLEMENTS = 30
STORE_ITEMS = 200
"""List lengths; what lies behind moved no candidate on the public data sets."""

TRANSITION_PRIOR = 5.0
"""A transition is as doubtful as if so many further baskets had not held it."""

COMPLEMENT_SUPPORT = 3
"""Seen together less often, two items met by chance."""

STORE_DAYS = 90

_BLOCK_ITEMS = 1_024

Score = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]], NDArray[np.float32]]


def transitions(purchases: Purchases) -> RelatedLists:
    """Return for every item what the next basket holds.

    Score of partner j of item i: ``n_ij / (n_i + TRANSITION_PRIOR)`` with n_i the baskets with i
    that have a next one, n_ij those of them whose next basket holds j; an item may follow itself.
    """
    baskets = purchases.basket_items()
    customers = purchases.basket_customers
    earlier = np.flatnonzero(customers[1:] == customers[:-1])
    this, following = baskets[earlier], baskets[earlier + 1]
    counts = np.asarray(this.sum(axis=0), np.float32).ravel()

    def score(
        left: NDArray[np.int64], _: NDArray[np.int64], together: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        return (together / (counts[left] + TRANSITION_PRIOR)).astype(np.float32)

    return _top_related(this, following, score, TRANSITIONS)


def complements(purchases: Purchases) -> RelatedLists:
    """Return for every item what lies in the same basket.

    Score of i and j: cosine ``n_ij / sqrt(n_i n_j)`` over baskets, where ``n_ij`` is at least
    ``COMPLEMENT_SUPPORT``.
    """
    baskets = purchases.basket_items()
    norms = np.sqrt(np.asarray(baskets.sum(axis=0), np.float32)).ravel()

    def score(
        left: NDArray[np.int64], right: NDArray[np.int64], together: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        cosine = together / (norms[left] * norms[right])
        apart = (left == right) | (together < COMPLEMENT_SUPPORT)
        return np.where(apart, 0, cosine).astype(np.float32)

    return _top_related(baskets, baskets, score, COMPLEMENTS)


def store_popularity(purchases: Purchases) -> RelatedLists:
    """Return the popular items of each store: share of its baskets in the last ``STORE_DAYS``."""
    stores = len(purchases.store_ids)
    items = len(purchases.item_ids)
    since = purchases.as_of_seconds - STORE_DAYS * SECONDS_PER_DAY
    recent = (purchases.basket_stores != NO_STORE) & (purchases.basket_seconds > since)
    chosen = np.flatnonzero(recent)
    visits = sparse.csr_matrix(
        (np.ones(len(chosen), np.float32), (purchases.basket_stores[chosen], chosen)),
        shape=(stores, len(recent)),
    )
    counts = sparse.csr_matrix(visits @ purchases.basket_items())
    totals = np.asarray(visits.sum(axis=1), np.float32).ravel()
    counts.data /= np.repeat(totals, np.diff(counts.indptr))
    rows = np.full((stores, STORE_ITEMS), -1, np.int32)
    scores = np.zeros((stores, STORE_ITEMS), np.float32)
    for store in range(stores):
        part = slice(counts.indptr[store], counts.indptr[store + 1])
        _fill(rows[store], scores[store], counts.indices[part], counts.data[part])
    return RelatedLists(rows, scores, items)


def lists_of(similarity: sparse.csr_matrix, size: int) -> RelatedLists:
    """Return the strongest partners of each row of a square similarity, itself left out."""
    items = similarity.shape[0]
    rows = np.full((items, size), -1, np.int32)
    scores = np.zeros((items, size), np.float32)
    for item in range(items):
        part = slice(similarity.indptr[item], similarity.indptr[item + 1])
        partners, values = similarity.indices[part], similarity.data[part].astype(np.float32)
        others = partners != item
        _fill(rows[item], scores[item], partners[others], values[others])
    return RelatedLists(rows, scores, items)


def _top_related(
    left: sparse.csr_matrix, right: sparse.csr_matrix, score: Score, size: int
) -> RelatedLists:
    """Return for each column of ``left`` the columns of ``right`` with the highest scores."""
    items = left.shape[1]
    by_item = left.T.tocsr()
    rows = np.full((items, size), -1, np.int32)
    scores = np.zeros((items, size), np.float32)
    for start in range(0, items, _BLOCK_ITEMS):
        together = sparse.csr_matrix(by_item[start : start + _BLOCK_ITEMS] @ right)
        lefts = start + np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
        values = score(lefts, together.indices.astype(np.int64), together.data)
        for place in range(together.shape[0]):
            part = slice(together.indptr[place], together.indptr[place + 1])
            item = start + place
            _fill(rows[item], scores[item], together.indices[part], values[part])
    return RelatedLists(rows, scores, items)


def _fill(
    row: NDArray[np.int32],
    score: NDArray[np.float32],
    partners: NDArray[np.int32],
    values: NDArray[np.float32],
) -> None:
    """Write the partners with the highest positive values, ties by ascending row."""
    positive = values > 0
    partners, values = partners[positive], values[positive]
    best = np.lexsort((partners, -values))[: len(row)]
    row[: len(best)] = partners[best]
    score[: len(best)] = values[best]
