"""Customers asked about week after week, as a service would be, and the plain count beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ml.model.life_stages.finding import life_stages
from ml.model.life_stages.history import Kind
from ml.model.life_stages.signs import SignTable, Stage
from ml.training.life.labelled import Life, month_at

Real = NDArray[np.float64]

COUNTED_DAYS = 90.0
SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What was said of N customers at W moments about S stages."""

    lives: Sequence[Life]
    moments: Real
    """(W,), days since 1970, ascending."""
    probabilities: Real
    """(N, W, S)"""
    counts: Real
    """(N, W, S): purchases, in the last ``COUNTED_DAYS``, of what the stage buys more of."""

    def rows(self, change: str, *, others: bool = False) -> NDArray[np.int64]:
        """Return the customers to whom a change came, or all others."""
        is_changed = np.array([life.change == change for life in self.lives])
        return np.flatnonzero(~is_changed if others else is_changed)

    def changed_days(self) -> Real:
        """Return when each life changed, (N,), days since 1970; infinite for never."""
        return np.array([life.changed_seconds for life in self.lives]) / SECONDS_PER_DAY


def watch(
    lives: Sequence[Life], table: SignTable, moments: Real, *, show_progress: bool = False
) -> Watch:
    """Ask about customers at moments, each time with no more than was known by then.

    Args:
        lives: who.
        table: the signs looked for.
        moments: (W,), days since 1970, ascending.
        show_progress: whether a bar is drawn.
    """
    shape = (len(lives), len(moments), len(table.stages))
    probabilities, counts = np.zeros(shape), np.zeros(shape)
    for row, life in enumerate(tqdm(lives, desc="lives", disable=not show_progress)):
        _ask(life, table, moments, probabilities[row])
        for place, stage in enumerate(table.stages):
            counts[row, :, place] = _counted(life, stage, moments)
    return Watch(lives, moments, probabilities, counts)


def _ask(life: Life, table: SignTable, moments: Real, probabilities: Real) -> None:
    """Fill (W, S); where neither purchases nor the month are new, nor is what is said."""
    known: tuple[int, int] | None = None
    for place, day in enumerate(moments):
        seconds = float(day * SECONDS_PER_DAY)
        state = (int(np.searchsorted(life.lines.seconds, seconds)), month_at(seconds))
        if state == known:
            probabilities[place] = probabilities[place - 1]
            continue
        known = state
        found = life_stages(
            life.history(seconds), table, now_month=state[1], sensitive_allowed=table.sensitive
        )
        if found:
            probabilities[place] = [each.probability for each in found]


def _counted(life: Life, stage: Stage, moments: Real) -> Real:
    more = {(sign.kind, sign.name) for sign in stage.signs if sign.ratio > 1.0}
    times = np.sort(
        np.concatenate(
            [
                life.seconds_of(kind, name)
                for kind in Kind
                for name in sorted(name for of, name in more if of is kind)
            ]
            or [np.zeros(0, np.int64)]
        )
    )
    ends = np.searchsorted(times, moments * SECONDS_PER_DAY)
    starts = np.searchsorted(times, (moments - COUNTED_DAYS) * SECONDS_PER_DAY)
    return np.asarray(ends - starts, dtype=np.float64)
