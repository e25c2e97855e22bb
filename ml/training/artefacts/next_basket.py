"""The next basket by regression: what each item of a history adds to, and takes from, every other.

``W = (XtDX + lambda I)^-1 XtD(Y - 1 mu)``: a row of X is what a customer bought before a basket,
fading by baskets and of length one; the row of Y is that basket; D weighs it by its age; mu is the
weighted mean basket. What is bought now is the intercept, so W says how a history differs from it.

Source: ridge regression by Hoerl, Kennard, "Ridge Regression", 1970; linear item-item models by
Ning, Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender Systems", ICDM 2011, here from one
basket to the next.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from threadpoolctl import threadpool_limits

from ml.model.history import MAX_RECENT_BASKETS
from ml.model.lists import RelatedLists
from ml.model.next_basket import FADING
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases

REGRESSION_ITEMS = 5_000
"""The items that most baskets hold take part; the normal equations are this many squared."""

RIDGE = 30.0
"""Penalty, in histories of length one. On Ta-Feng 5 to 30 rank alike (alone, Recall@10 .167 to
.170), more loses what is bought again, less what is new."""

PARTNERS = 100
"""Weights kept of each item, the largest by size; twice as many gain .001 alone."""

LESSONS = 6
"""Latest baskets of a customer that are foretold from what came before."""

HALF_LIFE_DAYS = 90.0
"""A basket so old teaches half as much."""

PRESENT_HALF_LIFE_DAYS = 7.0
"""A basket so old says half as much about what is bought now."""


def present_shares(purchases: Purchases, as_of_seconds: int) -> NDArray[np.float32]:
    """Return the share of baskets that hold each item now.

    A basket weighs ``0.5 ** (age / PRESENT_HALF_LIFE_DAYS)``.

    Args:
        purchases: what was bought, and later too.
        as_of_seconds: now; what was bought later does not count.

    Returns:
        float32 [items]; zeros where nothing was bought yet.
    """
    ages = (as_of_seconds - purchases.basket_seconds) / SECONDS_PER_DAY
    weights = np.where(ages >= 0, 0.5 ** (np.maximum(ages, 0) / PRESENT_HALF_LIFE_DAYS), 0)
    held = np.bincount(purchases.row_items, weights[purchases.row_baskets], len(purchases.item_ids))
    return np.asarray(held / max(weights.sum(), np.finfo(np.float64).tiny), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What the regression is solved from, over all lessons; c items take part.

    Attributes:
        gram: float64 [c, c], ``XtDX``.
        outcome: float64 [c, c], ``XtDY``.
        histories: float64 [c], ``XtD`` summed over lessons.
        baskets: float64 [c], ``YtD`` summed over lessons.
        weight: the sum of D.
    """

    gram: NDArray[np.float64]
    outcome: NDArray[np.float64]
    histories: NDArray[np.float64]
    baskets: NDArray[np.float64]
    weight: float


def next_items(purchases: Purchases) -> RelatedLists:
    """Return for every item the largest of its weights, positive and negative."""
    counts = np.bincount(purchases.row_items, minlength=len(purchases.item_ids))
    chosen = taking_part(counts)
    return largest_weights(_sums(purchases, chosen), chosen, len(purchases.item_ids))


def taking_part(basket_counts: NDArray[Any]) -> NDArray[np.int64]:
    """Return the rows of the items that take part, ascending; float or int [items]."""
    return np.sort(np.argsort(-basket_counts, kind="stable")[:REGRESSION_ITEMS])


def largest_weights(sums: Sums, chosen: NDArray[np.int64], item_count: int) -> RelatedLists:
    """Solve, and return of each item that takes part the largest weights by size, highest first."""
    rows = np.full((item_count, PARTNERS), -1, np.int32)
    scores = np.zeros((item_count, PARTNERS), np.float32)
    if sums.weight > 0:
        W = _solved(sums)
        count = min(PARTNERS, len(chosen))
        largest = np.argpartition(-np.abs(W), count - 1, axis=1)[:, :count]
        kept = np.take_along_axis(W, largest, axis=1)
        order = np.lexsort((largest, -kept), axis=1)
        kept = np.take_along_axis(kept, order, axis=1)
        partners = chosen[np.take_along_axis(largest, order, axis=1)]
        rows[chosen, :count] = np.where(kept == 0, -1, partners)
        scores[chosen, :count] = kept
    return RelatedLists(rows, scores, item_count)


def _sums(purchases: Purchases, chosen: NDArray[np.int64]) -> Sums:
    X, Y, weights = lessons(purchases, chosen, purchases.as_of_seconds)
    weighted = sparse.csr_matrix(sparse.diags(weights) @ X)
    return Sums(
        (X.T @ weighted).toarray(),
        (weighted.T @ Y).toarray(),
        np.asarray(weighted.sum(axis=0)).ravel(),
        Y.T @ weights,
        float(weights.sum()),
    )


def lessons(
    purchases: Purchases, chosen: NDArray[np.int64], as_of_seconds: int
) -> tuple[sparse.csr_matrix, sparse.csr_matrix, NDArray[np.float64]]:
    """Return X, Y and the diagonal of D, a row a basket that has others before it.

    Args:
        purchases: of all customers or of some: lessons of one have to do with no other.
        chosen: rows of the items that take part.
        as_of_seconds: when the latest purchase of all was.
    """
    customers = purchases.basket_customers
    starts = np.searchsorted(customers, np.arange(len(purchases.customer_ids) + 1))
    ends = starts[1:][customers]
    baskets = np.arange(len(customers))
    taught = baskets[(baskets > starts[:-1][customers]) & (ends - baskets <= LESSONS)]
    back = np.arange(1, MAX_RECENT_BASKETS + 1)
    earlier = taught[:, None] - back
    known = earlier >= starts[:-1][customers[taught]][:, None]
    at, place = np.nonzero(known)
    fading = sparse.csr_matrix(
        (FADING ** place.astype(np.float64), (at, earlier[known])),
        shape=(len(taught), len(customers)),
    )
    held = purchases.basket_items()[:, chosen]
    X = sparse.csr_matrix(fading @ held)
    lengths = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
    X = sparse.diags(1 / np.maximum(lengths, np.finfo(np.float64).tiny)) @ X
    ages = (as_of_seconds - purchases.basket_seconds[taught]) / SECONDS_PER_DAY
    return sparse.csr_matrix(X), held[taught], 0.5 ** (ages / HALF_LIFE_DAYS)


def _solved(sums: Sums) -> NDArray[np.float32]:
    """Return W, float32 [c, c]."""
    gram = sums.gram.astype(np.float32)
    gram[np.diag_indices_from(gram)] += RIDGE
    outcome = sums.outcome - np.outer(sums.histories, sums.baskets / sums.weight)
    with threadpool_limits(1, "blas"):  # more threads wait busily where cores are shared
        solved = linalg.solve(
            gram, outcome.astype(np.float32), assume_a="pos", overwrite_a=True, check_finite=False
        )
    return np.asarray(solved, np.float32)
