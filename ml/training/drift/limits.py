"""How far a window without drift may lie from the reference, learned by drawing such windows.

A drawn window has three sources of chance. The reference itself was counted over finitely many
answers; days differ from each other more than chance alone would have it; and a window holds
finitely many answers. Answers about one customer resemble each other, so they count for fewer.

Sources: Rubin, "The Bayesian Bootstrap", 1981 (the reference redrawn from a Dirichlet distribution
over its counts); Mosimann, "On the Compound Multinomial Distribution", 1962 (days that differ are
drawn around it from another, and their answers from that); Rao, Scott, "The Analysis of Categorical
Data From Complex Sample Surveys", 1981 (answers divided by Kish's design effect).
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
"""Answers in the windows drawn, besides one so large that it adds no chance of its own."""

_ENDLESS = 100_000_000

LEAST_GROUPS = 7
"""Fewer days, or customers, say nothing about how they differ."""

MAX_DAY_SPREAD = 0.5
"""Days that differ more are no days of one shop; such a limit stops nothing as it is."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What makes windows differ besides the number of their answers."""

    day_spread: float = 0.0
    """``group_spread`` of the days."""
    design_effect: float = 1.0
    """How many answers tell as much as one about a customer of their own, at least 1."""


@dataclass(frozen=True, slots=True)
class LimitLine:
    """The limit of a window of n answers: ``floor + slope / n``."""

    floor: float
    slope: float


def limit_line(
    counts: NDArray[np.int64],
    chance: Chance,
    *,
    only_rises: bool,
    generator: np.random.Generator,
) -> LimitLine:
    """Return the line that lies above the limit of every window size.

    Args:
        counts: int64 [bins], answers of the reference.
        chance: how its answers hang together.
        only_rises: see ``stability_indexes``.
        generator: draws windows.
    """
    smoothed = counts + SMOOTHING
    shares = smoothed / smoothed.sum()

    def limit(answers: int) -> float:
        windows = drawn_windows(counts, answers, chance, generator=generator)
        indexes = stability_indexes(windows, shares, only_rises=only_rises)
        return float(np.quantile(indexes, 1 - FALSE_ALARM_SHARE))

    floor = limit(_ENDLESS)
    slope = max(0.0, *((limit(size) - floor) * size for size in WINDOW_SIZES))
    return LimitLine(floor, slope * chance.design_effect)


def drawn_windows(
    counts: NDArray[np.int64],
    customers: int,
    chance: Chance,
    *,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Return windows as they come without drift, float64 [``DRAWS``, bins].

    Args:
        counts: int64 [bins], answers of the reference.
        customers: in each window, one answer about each.
        chance: how the answers of the reference hang together.
        generator: draws.
    """
    shares = generator.dirichlet(counts / chance.design_effect + SMOOTHING, DRAWS)
    rho = chance.day_spread
    if rho > 0:
        # A Dirichlet distribution around each row: gammas of these shapes, made to sum to 1.
        gammas = generator.standard_gamma(shares * (1 - rho) / rho)
        totals = gammas.sum(axis=1, keepdims=True)
        shares = np.where(totals > 0, gammas / np.where(totals > 0, totals, 1), shares)
    return generator.multinomial(customers, shares).astype(np.float64)


def learned_chance(
    bins: NDArray[np.int64], *, days: NDArray[np.int64], customers: NDArray[np.int64]
) -> Chance:
    """Return how answers hang together.

    Args:
        bins: int64 [answers], the bin of each answer.
        days: int64 [answers], its day.
        customers: int64 [answers], whom it was about.
    """
    _, visits = np.unique(customers, return_counts=True)
    mean_visits = float((visits**2).sum() / visits.sum())  # that of an answer's customer
    likeness = group_spread(bins, customers)
    spread = min(group_spread(bins, days), MAX_DAY_SPREAD)
    return Chance(spread, 1 + (mean_visits - 1) * likeness)


def group_spread(bins: NDArray[np.int64], groups: NDArray[np.int64]) -> float:
    """Return by how much groups differ beyond chance: Mosimann's rho, 0 to 1.

    Estimated by moments: a group of n answers has an expected chi-square of
    ``(bins - 1) (rho + (1 - rho) / n)`` per answer around the shares of all groups.

    Args:
        bins: int64 [answers], the bin of each answer.
        groups: int64 [answers], the group of each answer, such as its day.
    """
    kinds, place = np.unique(bins, return_inverse=True)
    numbers, group = np.unique(groups, return_inverse=True)
    table = np.zeros((len(numbers), len(kinds)))
    np.add.at(table, (group, place), 1)
    table = table[table.sum(axis=1) > 1]  # one answer alone differs from nothing
    if len(table) < LEAST_GROUPS:
        return 0.0
    table = table[:, table.any(axis=0)]
    if table.shape[1] < 2:
        return 0.0
    sizes = table.sum(axis=1)
    shares = table.sum(axis=0) / sizes.sum()
    apart = ((table / sizes[:, None] - shares) ** 2 / shares).sum(axis=1) / (table.shape[1] - 1)
    chances = 1 / sizes - 1 / sizes.sum()  # the group is part of what it is compared with
    rho = float((sizes * (apart - chances)).sum() / (sizes - 1).sum())
    return min(max(rho, 0.0), 1.0)
