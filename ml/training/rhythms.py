"""How often an item is bought again, and after how long: the priors of personal timing.

Every figure of an item is shrunk to that of all items, by as many pseudo-observations as the named
constants say. Source: Gelman et al., "Bayesian Data Analysis", 3rd edition, section 5.4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.history import MIN_BASKET_GAP_DAYS
from ml.training.purchases import SECONDS_PER_DAY, Purchases

REPEAT_PRIOR_BUYERS = 10.0
GAP_PRIOR_GAPS = 5.0
"""How many buyers, and how many gaps, the mean of all items is worth."""

UNKNOWN_GAP_LOG_MEAN = float(np.log(30.0))
UNKNOWN_GAP_LOG_STD = 1.0
"""Where nobody ever bought anything twice: a month, give or take a factor of e."""

_LEAST_STD = 0.05
"""Gaps of exactly equal length would make the least delay infinitely late."""


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
    """Return the rhythms of all items; gaps still open when the data end are left out."""
    items, log_gaps = _gaps(purchases)
    n = len(purchases.item_ids)
    mean, std = UNKNOWN_GAP_LOG_MEAN, UNKNOWN_GAP_LOG_STD
    if len(log_gaps):
        mean = float(log_gaps.mean())
        std = max(float(log_gaps.std()), _LEAST_STD) if len(log_gaps) > 1 else std
    counts = np.bincount(items, minlength=n)
    weights = counts + GAP_PRIOR_GAPS
    means = (np.bincount(items, log_gaps, n) + GAP_PRIOR_GAPS * mean) / weights
    squares = np.bincount(items, (log_gaps - means[items]) ** 2, n)
    stds = np.sqrt((squares + GAP_PRIOR_GAPS * std**2) / weights)
    return Rhythms(
        _repeat_rates(purchases),
        gap_log_means=means.astype(np.float32),
        gap_log_stds=np.maximum(stds, _LEAST_STD).astype(np.float32),
        gap_log_mean=mean,
        gap_log_std=std,
    )


def _repeat_rates(purchases: Purchases) -> NDArray[np.float32]:
    counts = purchases.customer_counts()
    n = len(purchases.item_ids)
    buyers = np.bincount(counts.indices, minlength=n)
    again = np.bincount(counts.indices[counts.data > 1], minlength=n)
    everywhere = again.sum() / buyers.sum()
    rates = (again + REPEAT_PRIOR_BUYERS * everywhere) / (buyers + REPEAT_PRIOR_BUYERS)
    return np.asarray(rates, np.float32)


def _gaps(purchases: Purchases) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return item and log days of every gap between purchases of an item by a customer."""
    customers = purchases.basket_customers[purchases.row_baskets]
    order = np.lexsort((purchases.row_baskets, purchases.row_items, customers))
    customers, items = customers[order], purchases.row_items[order]
    seconds = purchases.basket_seconds[purchases.row_baskets[order]]
    again = (customers[1:] == customers[:-1]) & (items[1:] == items[:-1])
    days = (seconds[1:] - seconds[:-1])[again] / SECONDS_PER_DAY
    return items[1:][again], np.log(np.maximum(days, MIN_BASKET_GAP_DAYS))
