"""The items a customer keeps buying, each with a rhythm of its own."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.simulation.tastes import Phase
from ml.simulation.town import Town

_KEPT_SHARE = 0.85
"""Share of favourites that outlive a change of life where tastes stay."""
_KEPT_LATER_SHARE = 0.97
"""The same of each further step of that change."""


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
    town: Town, phases: tuple[Phase, ...], starts: tuple[float, ...], rng: np.random.Generator
) -> Favourites:
    """Draw what the customer keeps buying; a change of life ends some of it and adds other.

    Args:
        town: Where.
        phases: What they like, one phase after the other.
        starts: The day of the history on which each begins.
        rng: The customer's stream.
    """
    first = _chosen(town, phases[0], rng, count=3 + int(rng.poisson(6)))
    gaps, spreads = _gaps(town, first, rng)
    found = Favourites(first, gaps, spreads, np.zeros(len(first)), np.full(len(first), np.inf))
    for number, change in enumerate(zip(phases, phases[1:], starts[1:], strict=False)):
        found = _changed(town, found, change, rng, is_first=number == 0)
    return found


def _changed(
    town: Town,
    own: Favourites,
    change: tuple[Phase, Phase, float],
    rng: np.random.Generator,
    *,
    is_first: bool,
) -> Favourites:
    """Return the favourites after a step from one phase to the next, on a day.

    Others come in place of those that end; the first step brings two more.
    """
    before, after, day = change
    kept_share = _KEPT_SHARE if is_first else _KEPT_LATER_SHARE
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.minimum(1.0, after.category_weights / before.category_weights)
    stays = np.nan_to_num(stays)[town.catalogue.category_rows[own.item_rows]]
    is_current = np.isinf(own.until)
    is_kept = (rng.random(len(own.item_rows)) < kept_share * stays) | ~is_current
    wanted = _chosen(town, after, rng, count=len(own.item_rows))
    lost_count = int((~is_kept).sum())
    added = wanted[~np.isin(wanted, own.item_rows)][: lost_count + 2 * is_first]
    gaps, spreads = _gaps(town, added, rng)
    return Favourites(
        np.concatenate([own.item_rows, added]),
        np.concatenate([own.gap_days, gaps]),
        np.concatenate([own.spreads, spreads]),
        np.concatenate([own.since, np.full(len(added), day)]),
        np.concatenate([np.where(is_kept, own.until, day), np.full(len(added), np.inf)]),
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
