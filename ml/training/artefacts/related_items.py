"""Lists of related items, counted: what follows an item, what lies in the same basket.

Co-occurrences are sparse products, taken some items at a time so that memory stays bounded.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.model.lists import RelatedLists
from ml.training.artefacts.purchases import NO_STORE, SECONDS_PER_DAY, Purchases

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

Score = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[Any]], NDArray[np.float32]]
"""Of pairs: rows of the entries, rows of the partners, how often they met."""


def transitions(purchases: Purchases) -> RelatedLists:
    """Return for every item what the next basket holds.

    Score of partner j of item i: ``n_ij / (n_i + TRANSITION_PRIOR)`` with n_i the baskets with i
    that have a next one, n_ij those of them whose next basket holds j; an item may follow itself.
    """
    this, following = successions(purchases)
    known = np.asarray(this.sum(axis=0), np.float32).ravel()
    return _top_related(this, following, transition_score(known), TRANSITIONS)


def complements(purchases: Purchases) -> RelatedLists:
    """Return for every item what lies in the same basket.

    Score of i and j: cosine ``n_ij / sqrt(n_i n_j)`` over baskets, where ``n_ij`` is at least
    ``COMPLEMENT_SUPPORT``.
    """
    baskets = purchases.basket_items()
    counts = np.asarray(baskets.sum(axis=0), np.float32).ravel()
    return _top_related(baskets, baskets, complement_score(counts), COMPLEMENTS)


def successions(purchases: Purchases) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return the baskets that have a next one, and the next ones; float32 [successions, items]."""
    baskets = purchases.basket_items()
    customers = purchases.basket_customers
    earlier = np.flatnonzero(customers[1:] == customers[:-1])
    return baskets[earlier], baskets[earlier + 1]


def transition_score(known: NDArray[np.float32]) -> Score:
    """Return the score of ``transitions``; ``known`` is n_i of every item."""

    def score(
        left: NDArray[np.int64], _: NDArray[np.int64], together: NDArray[Any]
    ) -> NDArray[np.float32]:
        return np.asarray(together / (known[left] + TRANSITION_PRIOR), np.float32)

    return score


def complement_score(counts: NDArray[np.float32]) -> Score:
    """Return the score of ``complements``; ``counts`` are the baskets with each item."""
    norms = np.sqrt(counts)

    def score(
        left: NDArray[np.int64], right: NDArray[np.int64], together: NDArray[Any]
    ) -> NDArray[np.float32]:
        cosine = together / (norms[left] * norms[right])
        apart = (left == right) | (together < COMPLEMENT_SUPPORT)
        return np.where(apart, 0, cosine).astype(np.float32)

    return score


def store_popularity(purchases: Purchases, as_of_seconds: int) -> RelatedLists:
    """Return the popular items of each store: share of its baskets in the last ``STORE_DAYS``.

    Args:
        purchases: what was bought, and later too.
        as_of_seconds: when the days end; what was bought later does not count.
    """
    stores = len(purchases.store_ids)
    items = len(purchases.item_ids)
    ages = as_of_seconds - purchases.basket_seconds
    recent = (ages >= 0) & (ages < STORE_DAYS * SECONDS_PER_DAY)
    recent &= purchases.basket_stores != NO_STORE
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


def strongest(together: sparse.csr_matrix, first: int, score: Score, size: int) -> RelatedLists:
    """Return the partners with the highest scores of some items that follow each other.

    Args:
        together: [some items, items], how often each met each.
        first: row of the first of those items.
        score: of a pair; not positive leaves it out.
        size: partners kept of each item.
    """
    entries = np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
    values = score(first + entries, together.indices.astype(np.int64), together.data)
    rows = np.full((together.shape[0], size), -1, np.int32)
    scores = np.zeros((together.shape[0], size), np.float32)
    for entry in range(together.shape[0]):
        part = slice(together.indptr[entry], together.indptr[entry + 1])
        _fill(rows[entry], scores[entry], together.indices[part], values[part])
    return RelatedLists(rows, scores, together.shape[1])


def _top_related(
    left: sparse.csr_matrix, right: sparse.csr_matrix, score: Score, size: int
) -> RelatedLists:
    """Return for each column of ``left`` the columns of ``right`` with the highest scores."""
    items = left.shape[1]
    by_item = left.T.tocsr()
    found = [
        strongest(
            sparse.csr_matrix(by_item[first : first + _BLOCK_ITEMS] @ right), first, score, size
        )
        for first in range(0, items, _BLOCK_ITEMS)
    ]
    rows = np.concatenate([each.rows for each in found])
    return RelatedLists(rows, np.concatenate([each.scores for each in found]), items)


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
