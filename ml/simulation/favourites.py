"""The items a customer keeps buying, each with a rhythm of its own."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.simulation.tastes import Phase
from ml.simulation.town import Town

_KEPT_SHARE = 0.85
"""Share of favourites that outlive a change of life where tastes stay."""


@dataclass(frozen=True, slots=True, eq=False)
class Favourites:
    """Items a customer keeps buying; F rows, one for each item and span."""

    item_rows: NDArray[np.int64]
    gap_days: NDArray[np.float64]
    """Median of the log-normal gap between purchases, were the shop always at hand and the item
    always in season."""
    spreads: NDArray[np.float64]
    """Standard deviation of the log of that gap."""
    since: NDArray[np.float64]
    """Day of the history from which on it is one."""
    until: NDArray[np.float64]
    """Day from which on it is none; infinite for never."""

    def kept(self, is_kept: NDArray[np.bool_]) -> Self:
        """Return those of the rows (F,) that are kept."""
        return type(self)(
            self.item_rows[is_kept],
            self.gap_days[is_kept],
            self.spreads[is_kept],
            self.since[is_kept],
            self.until[is_kept],
        )

    def with_first(self, item_row: int, *, gap_days: float, spread: float) -> Self:
        """Return them with another in front, for the whole history."""
        return type(self)(
            np.insert(self.item_rows, 0, item_row),
            np.insert(self.gap_days, 0, gap_days),
            np.insert(self.spreads, 0, spread),
            np.insert(self.since, 0, 0.0),
            np.insert(self.until, 0, np.inf),
        )


def draw_favourites(
    town: Town, phases: tuple[Phase, ...], change_day: float, rng: np.random.Generator
) -> Favourites:
    """Draw what the customer keeps buying; a change of life ends some of it and adds other."""
    first = _chosen(town, phases[0], rng, count=3 + int(rng.poisson(6)))
    gaps, spreads = _gaps(town, first, rng)
    found = Favourites(first, gaps, spreads, np.zeros(len(first)), np.full(len(first), np.inf))
    if len(phases) == 1:
        return found
    before, after = phases[0].category_weights, phases[1].category_weights
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.nan_to_num(np.minimum(1.0, after / before))[town.catalogue.category_rows[first]]
    is_kept = rng.random(len(first)) < _KEPT_SHARE * stays
    wanted = _chosen(town, phases[1], rng, count=len(first))
    added = wanted[~np.isin(wanted, first)][: 2 + int((~is_kept).sum())]
    more_gaps, more_spreads = _gaps(town, added, rng)
    return Favourites(
        np.concatenate([first, added]),
        np.concatenate([gaps, more_gaps]),
        np.concatenate([spreads, more_spreads]),
        np.concatenate([found.since, np.full(len(added), change_day)]),
        np.concatenate([np.where(is_kept, np.inf, change_day), np.full(len(added), np.inf)]),
    )


def _gaps(
    town: Town, item_rows: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw the personal gap of each item and its spread."""
    gaps = town.catalogue.gap_days[item_rows] * rng.lognormal(0, 0.4, len(item_rows))
    return np.maximum(gaps, 2.0), rng.uniform(0.1, 0.4, len(item_rows))


def _chosen(town: Town, phase: Phase, rng: np.random.Generator, *, count: int) -> NDArray[np.int64]:
    """Draw different items that can be bought again, the likelier the more they are liked.

    Source: Gumbel-top-k trick, Kool, van Hoof, Welling, "Stochastic Beams and Where to Find Them",
    2019, section 3.
    """
    goods = town.catalogue
    totals = np.add.reduceat(phase.item_weights, goods.starts)
    weights = phase.item_weights * (phase.category_weights / totals)[goods.category_rows]
    weights = np.where(goods.gap_days > 0, weights, 0.0)
    with np.errstate(divide="ignore"):
        keys = np.log(weights) + rng.gumbel(size=len(weights))
    order = np.argsort(-keys)[:count]
    return order[weights[order] > 0]
