"""What customers buy in general: rates, how alike they are in them, and seasons."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml.model.life_stages.history import MONTHS, Kind, MonthlyHistory
from ml.model.life_stages.signs import Usual

Real = NDArray[np.float64]

_SEASON_PURCHASES = 30.0
"""A month's factor weighs as much as so many purchases that say: no season."""
_SHAPES = (0.05, 50.0)
_LEAST_PURCHASES = 30
"""What is bought less often by everybody together cannot be a sign."""


def usual_rates(histories: Sequence[MonthlyHistory]) -> dict[tuple[Kind, str], Usual]:
    """Return what is usual of every category and part of the week that is bought often enough.

    Shapes are by moments: the variance of counts beyond that of a Poisson is what customers differ,
    ``a = rate^2 sum e^2 / (sum (n - rate e)^2 - rate sum e)``.

    Source: Clayton, Kaldor, "Empirical Bayes estimates of age-standardized relative risks for use
    in disease mapping", Biometrics 43, 1987, section 3 (gamma-Poisson with exposures).

    Args:
        histories: of customers while nothing special happened.
    """
    found: dict[tuple[Kind, str], Usual] = {}
    for kind in Kind:
        grids = [_totals(each.of(kind)) for each in histories]
        for name in sorted({name for each in histories for name in each.of(kind)}):
            rows = [each.of(kind).get(name, {}) for each in histories]
            usual = _usual(rows, grids)
            if usual is not None:
                found[kind, name] = usual
    return found


def _usual(rows: Sequence[Mapping[int, int]], totals: Sequence[Mapping[int, int]]) -> Usual | None:
    """Return what is usual of one name, from its counts by month and those of everything."""
    counts = np.array([float(sum(each.values())) for each in rows])
    if counts.sum() < _LEAST_PURCHASES:
        return None
    exposures = np.array([float(sum(each.values())) for each in totals])
    rate = counts.sum() / exposures.sum()
    beyond = ((counts - rate * exposures) ** 2).sum() - rate * exposures.sum()
    shape = rate**2 * (exposures**2).sum() / max(beyond, 1e-9)
    bought = np.sum([_by_calendar(each) for each in rows], axis=0)
    expected = rate * np.sum([_by_calendar(each) for each in totals], axis=0)
    seasons = (bought + _SEASON_PURCHASES) / (expected + _SEASON_PURCHASES)
    return Usual(
        rate=float(min(rate, 0.99)),
        shape=float(np.clip(shape, *_SHAPES)),
        seasons=tuple(float(each) for each in seasons),
    )


def _totals(counts: Mapping[str, Mapping[int, int]]) -> dict[int, int]:
    summed: dict[int, int] = {}
    for months in counts.values():
        for month, count in months.items():
            summed[month] = summed.get(month, 0) + count
    return summed


def _by_calendar(months: Mapping[int, int]) -> Real:
    row = np.zeros(MONTHS)
    for month, count in months.items():
        row[month % MONTHS] += count
    return row
