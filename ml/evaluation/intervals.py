"""How sure a mean over customers is: bootstrap intervals, plain and paired.

Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile
interval). Customers are drawn, not rows, for a customer's rows belong together.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RESAMPLES = 2_000
"""Enough for the ends of a 95 % interval to repeat to the third digit (Efron and Tibshirani)."""

LEVEL = 0.95
"""Of intervals that nobody asks another level of."""

_CHUNK_DRAWS = 4_000_000
"""Draws held at a time, 32 MB."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and the ends of its interval, of 95 % where nothing else is said."""

    mean: float
    low: float
    high: float

    @property
    def is_above_zero(self) -> bool:
        """Return whether the whole interval lies above 0."""
        return self.low > 0

    def __str__(self) -> str:
        """Return mean and interval with four digits."""
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


def bootstrap_mean(
    values: pd.DataFrame,
    *,
    weights: NDArray[np.float64] | None = None,
    seed: int = 0,
    level: float = LEVEL,
) -> dict[str, Estimate]:
    """Return the mean of every column with its interval.

    Args:
        values: rows by customer (the index); a customer with several rows is drawn with all.
        weights: float64 [rows], positive, what each row weighs in the mean; ``None`` for one each.
        seed: of the draws; the same seed draws the same customers.
        level: share of the resampled means that lies within the interval, 0 to 1.

    Raises:
        ValueError: when there are no rows.
    """
    if values.empty:
        raise ValueError("there is nobody to take the mean of")
    said = np.ones(len(values)) if weights is None else weights
    customers, _ = pd.factorize(values.index, sort=True)
    counts = np.bincount(customers, said).astype(np.float64)
    sums = np.stack(
        [np.bincount(customers, said * values[name].to_numpy(np.float64)) for name in values], 1
    ).astype(np.float64)
    means = _resampled_means(sums, counts, seed=seed)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    middle = sums.sum(axis=0) / counts.sum()
    return {
        str(name): Estimate(float(middle[place]), float(low[place]), float(high[place]))
        for place, name in enumerate(values.columns)
    }


def paired_difference(
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    *,
    weights: NDArray[np.float64] | None = None,
    seed: int = 0,
    level: float = LEVEL,
) -> dict[str, Estimate]:
    """Return by how much ``ours`` is better in every shared column, on the same customers.

    Args:
        ours: a row a customer (and fold), as ``score_customers`` returns them.
        theirs: the same customers in the same order.
        weights: as in ``bootstrap_mean``.
        seed: of the draws.
        level: as in ``bootstrap_mean``.

    Raises:
        ValueError: when the customers differ.
    """
    if not ours.index.equals(theirs.index):
        raise ValueError("the two were not asked about the same customers")
    shared = [name for name in ours.columns if name in theirs.columns]
    return bootstrap_mean(ours[shared] - theirs[shared], weights=weights, seed=seed, level=level)


def _resampled_means(
    sums: NDArray[np.float64], counts: NDArray[np.float64], *, seed: int
) -> NDArray[np.float64]:
    """Return the means of redrawn customers, float64 [RESAMPLES, columns]."""
    generator = np.random.default_rng(seed)
    customers = len(sums)
    chunk = max(1, min(RESAMPLES, _CHUNK_DRAWS // customers))
    means = np.empty((RESAMPLES, sums.shape[1]))
    for start in range(0, RESAMPLES, chunk):
        size = min(chunk, RESAMPLES - start)
        draws = generator.integers(0, customers, (size, customers))
        offsets = np.arange(size)[:, None] * customers
        weights = np.bincount((draws + offsets).ravel(), minlength=size * customers)
        weights = weights.reshape(size, customers)
        means[start : start + size] = (weights @ sums) / (weights @ counts)[:, None]
    return means
