"""How often an item is bought again, and after how long: the priors of personal timing.

Every figure of an item is shrunk to that of all items, by as many pseudo-observations as the named
constants say. Source: Gelman et al., "Bayesian Data Analysis", 3rd edition, section 5.4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.history import MIN_BASKET_GAP_DAYS
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases

REPEAT_PRIOR_BUYERS = 10.0
GAP_PRIOR_GAPS = 5.0
"""How many buyers, and how many gaps, the mean of all items is worth."""

UNKNOWN_GAP_LOG_MEAN = float(np.log(30.0))
UNKNOWN_GAP_LOG_STD = 1.0
"""Where nobody ever bought anything twice: a month, give or take a factor of e."""

_LEAST_STD = 0.05
"""Gaps of exactly equal length would make the least delay infinitely late."""


@dataclass(frozen=True, slots=True, eq=False)
class RepurchaseSums:
    """What rhythms are made of, for n items.

    Attributes:
        buyers: [n], customers who bought the item.
        returning: [n], those of them who had it in two baskets at least.
        gaps: [n], gaps between purchases of the item by a customer; those still open when the data
            end are left out.
        logs: float64 [n], sum of the logarithms of the gaps in days.
        squares: float64 [n], sum of the squares of those logarithms.
    """

    buyers: NDArray[np.float64]
    returning: NDArray[np.float64]
    gaps: NDArray[np.float64]
    logs: NDArray[np.float64]
    squares: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rhythms:
    """Repurchase of n items.

    Attributes:
        repeat_rates: float32 [n], ``(again + a R) / (buyers + a)``: customers who bought the item
            in two baskets at least, of those who bought it; R over all items, a
            ``REPEAT_PRIOR_BUYERS``.
        gap_log_means: float32 [n], ``(sum of log gaps + g M) / (gaps + g)``, gaps in days.
        gap_log_stds: float32 [n], root of ``(squared deviations from the item's shrunk mean + g
            S^2) / (gaps + g)``; g is ``GAP_PRIOR_GAPS``.
        gap_log_mean: M, the mean over all gaps.
        gap_log_std: S, their standard deviation.
    """

    repeat_rates: NDArray[np.float32]
    gap_log_means: NDArray[np.float32]
    gap_log_stds: NDArray[np.float32]
    gap_log_mean: float
    gap_log_std: float


def rhythms(purchases: Purchases) -> Rhythms:
    """Return the rhythms of all items."""
    return rhythms_of(_sums(purchases))


def rhythms_of(sums: RepurchaseSums) -> Rhythms:
    """Return the rhythms of all items from what was counted."""
    total = sums.gaps.sum()
    mean, std = UNKNOWN_GAP_LOG_MEAN, UNKNOWN_GAP_LOG_STD
    if total:
        mean = float(sums.logs.sum() / total)
    if total > 1:
        std = max(float(np.sqrt(max(sums.squares.sum() / total - mean**2, 0))), _LEAST_STD)
    weights = sums.gaps + GAP_PRIOR_GAPS
    means = (sums.logs + GAP_PRIOR_GAPS * mean) / weights
    deviations = sums.squares - 2 * means * sums.logs + sums.gaps * means**2
    stds = np.sqrt((np.maximum(deviations, 0) + GAP_PRIOR_GAPS * std**2) / weights)
    everywhere = sums.returning.sum() / sums.buyers.sum()
    prior = REPEAT_PRIOR_BUYERS
    return Rhythms(
        ((sums.returning + prior * everywhere) / (sums.buyers + prior)).astype(np.float32),
        gap_log_means=means.astype(np.float32),
        gap_log_stds=np.maximum(stds, _LEAST_STD).astype(np.float32),
        gap_log_mean=mean,
        gap_log_std=std,
    )


def _sums(purchases: Purchases) -> RepurchaseSums:
    counts = purchases.customer_counts()
    n = len(purchases.item_ids)
    items, log_gaps = _gaps(purchases)
    return RepurchaseSums(
        buyers=np.bincount(counts.indices, minlength=n).astype(np.float64),
        returning=np.bincount(counts.indices[counts.data > 1], minlength=n).astype(np.float64),
        gaps=np.bincount(items, minlength=n).astype(np.float64),
        logs=np.bincount(items, log_gaps, n).astype(np.float64),
        squares=np.bincount(items, log_gaps**2, n).astype(np.float64),
    )


def _gaps(purchases: Purchases) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return item and log days of every gap between purchases of an item by a customer."""
    customers = purchases.basket_customers[purchases.row_baskets]
    order = np.lexsort((purchases.row_baskets, purchases.row_items, customers))
    customers, items = customers[order], purchases.row_items[order]
    seconds = purchases.basket_seconds[purchases.row_baskets[order]]
    again = (customers[1:] == customers[:-1]) & (items[1:] == items[:-1])
    days = (seconds[1:] - seconds[:-1])[again] / SECONDS_PER_DAY
    return items[1:][again], np.log(np.maximum(days, MIN_BASKET_GAP_DAYS))
