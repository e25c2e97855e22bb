"""How far a window without drift may lie from the reference, learned by drawing such windows.

A drawn window has three sources of chance. The reference itself was counted over finitely many
answers; days differ from each other more than chance alone would have it; and a window holds
finitely many answers.

Sources: Rubin, "The Bayesian Bootstrap", 1981 (the reference redrawn from a Dirichlet distribution
over its counts); Mosimann, "On the Compound Multinomial Distribution", 1962 (days that differ are
drawn around it from another, and their answers from that).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.drift import LEAST_ANSWERS, SMOOTHING, stability_indexes

FALSE_ALARM_SHARE = 0.001
"""Of the windows without drift, so many pass the limit: one day in three years."""

DRAWS = 10_000
"""Ten of them lie beyond the limit, which so repeats to about a twentieth."""

WINDOW_SIZES = (LEAST_ANSWERS, 300, 1_000, 10_000)
"""Answers in the windows drawn; a larger one may be drawn for nothing, its limit is the floor."""

_ENDLESS = 100_000_000
"""Answers in a window so large that they add no chance of their own."""

_LEAST_DAY_ANSWERS = 5
_LEAST_DAYS = 7
"""Fewer days say nothing about how days differ."""


@dataclass(frozen=True, slots=True)
class LimitLine:
    """The limit of a window of n answers: ``floor + slope / n``."""

    floor: float
    slope: float


def limit_line(
    counts: NDArray[np.int64],
    *,
    day_spread: float,
    only_rises: bool,
    generator: np.random.Generator,
) -> LimitLine:
    """Return the line that lies above the limit of every window size.

    Args:
        counts: int64 [bins], answers of the reference.
        day_spread: as ``day_spread`` returns it.
        only_rises: see ``stability_indexes``.
        generator: draws windows.
    """
    smoothed = counts + SMOOTHING
    shares = smoothed / smoothed.sum()

    def limit(answers: int) -> float:
        windows = drawn_windows(counts, answers, day_spread=day_spread, generator=generator)
        indexes = stability_indexes(windows, shares, only_rises=only_rises)
        return float(np.quantile(indexes, 1 - FALSE_ALARM_SHARE))

    floor = limit(_ENDLESS)
    return LimitLine(floor, max(0.0, *((limit(size) - floor) * size for size in WINDOW_SIZES)))


def drawn_windows(
    counts: NDArray[np.int64], answers: int, *, day_spread: float, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return windows as they come without drift, float64 [``DRAWS``, bins].

    Args:
        counts: int64 [bins], answers of the reference.
        answers: in each window.
        day_spread: as ``day_spread`` returns it.
        generator: draws.
    """
    shares = generator.dirichlet(counts + SMOOTHING, DRAWS)
    if day_spread > 0:
        # A Dirichlet distribution around each row: gammas of these shapes, made to sum to 1.
        gammas = generator.standard_gamma(shares * (1 - day_spread) / day_spread)
        totals = gammas.sum(axis=1, keepdims=True)
        shares = np.where(totals > 0, gammas / np.where(totals > 0, totals, 1), shares)
    return generator.multinomial(answers, shares).astype(np.float64)


def day_spread(bins: NDArray[np.int64], days: NDArray[np.int64]) -> float:
    """Return by how much days differ beyond chance: Mosimann's rho, 0 for not at all, below 1.

    Estimated by moments: a day of n answers has an expected chi-square of
    ``(bins - 1) (rho + (1 - rho) / n)`` per answer around the shares of all days.

    Args:
        bins: int64 [answers], the bin of each answer.
        days: int64 [answers], its day.
    """
    kinds, place = np.unique(bins, return_inverse=True)
    numbers, day = np.unique(days, return_inverse=True)
    if len(kinds) < 2:
        return 0.0
    table = np.zeros((len(numbers), len(kinds)))
    np.add.at(table, (day, place), 1)
    table = table[table.sum(axis=1) >= _LEAST_DAY_ANSWERS]
    if len(table) < _LEAST_DAYS:
        return 0.0
    sizes = table.sum(axis=1)
    shares = table.sum(axis=0) / sizes.sum()
    found = (shares > 0).nonzero()[0]
    apart = (table[:, found] / sizes[:, None] - shares[found]) ** 2 / shares[found]
    chances = 1 / sizes - 1 / sizes.sum()  # the day is part of what it is compared with
    excess = apart.sum(axis=1) / max(len(found) - 1, 1) - chances
    rho = float((sizes * excess).sum() / (sizes * (1 - 1 / sizes)).sum())
    return min(max(rho, 0.0), 0.5)
