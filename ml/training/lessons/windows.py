"""Earlier moments at which the ranker is taught: what was known then, and what came next.

The moment of asking is the cut itself, in training, in evaluation and while serving: nobody knows
the day of the next visit, and a service asked at a moment knows what was bought before it. So
``now`` is the cut (undated: a week after everybody's last basket), and the question is always
"what will the next basket from now on hold".

Where next baskets of some customers may be known already, they teach instead, for nothing is nearer
to what is asked: customer by customer, in groups, each before the baskets of the others. Customers
who are asked about at a visit of their own learn from such visits, and from those before them too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pandas as pd

from ml.dataset.dataset import Dataset
from ml.dataset.split import (
    HORIZON_DAYS,
    Split,
    SplitError,
    calendar_split,
    last_basket_split,
)
from ml.evaluation.metrics import Baskets, baskets_of
from ml.evaluation.question import Now, visits_of, with_history, with_targets_of
from ml.training.artefacts.purchases import LAST_PSEUDO_DAY_SECONDS, PSEUDO_GAP_SECONDS

GROUPS = 5
"""Of customers whose next baskets are known: what is learned for a group sees four fifths of those
baskets, what is asked in the end all of them."""

LEAST_BASKETS = 1
"""Customers of a single basket are asked in production too, so the ranker learns from them."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One moment to learn from."""

    history: Dataset
    """What was known."""
    truth: Baskets
    """The next basket of each customer who had one within the horizon, newcomers included."""
    now: Now
    """The moment, or that of each customer's visit; ``None`` for undated data."""

    @property
    def now_seconds(self) -> int:
        """Return the moment, the latest of several, in seconds since 1970."""
        return moment_seconds(self.now)


def moment_seconds(now: Now) -> int:
    """Return the moment of asking, the latest of several, in seconds since 1970.

    ``None`` is that of undated data.
    """
    if now is None:
        return LAST_PSEUDO_DAY_SECONDS + PSEUDO_GAP_SECONDS
    latest = max(now.values()) if isinstance(now, Mapping) else now
    return int(latest.timestamp())


def end_of(history: Dataset) -> datetime | None:
    """Return the moment right behind a history: midnight after its last day, in UTC."""
    latest = history.interactions["occurred_at"].max()
    if pd.isna(latest):
        return None
    return cast("datetime", (latest.normalize() + timedelta(days=1)).to_pydatetime())


def windows(
    history: Dataset, now: Now, *, count: int, horizon_days: int = HORIZON_DAYS
) -> Iterator[Window]:
    """Yield up to ``count`` earlier moments, latest first, a horizon or more before the one after.

    Undated data: the moment before everybody's last basket, before their last but one, and so on.
    Where there are targets: the moment itself, once for each group of their customers. Visits:
    such groups, then everybody's last basket, the last but one, and so on.

    Args:
        history: what is known at ``now``; its targets are those that may be known.
        now: the present moment, or visits; ``None`` for undated data.
        count: how many moments are tried; those before which nobody had a basket, or within
            whose horizon nobody came again, are left out.
        horizon_days: how far from the moment on the next basket may lie.
    """
    if len(history.targets):
        yield from _cross_fitted(history, now)
        if not isinstance(now, Mapping):
            return
    if isinstance(now, datetime):
        found = _dated(history, now, count, horizon_days)
    else:
        found = _last_baskets(with_history(history, history.interactions), count)
    for split in found:
        truth = baskets_of(split.truth)
        if split.cut is not None:
            truth |= _newcomers(history, split.cut, horizon_days)
        yield Window(with_history(history, split.history), truth, split.visits or split.cut)


def _cross_fitted(history: Dataset, now: Now) -> Iterator[Window]:
    """Yield a window a group of the targets' customers, in which theirs are hidden, not others'.

    Groups are told by the place among the sorted ids, so that the same customers are together
    whatever else is learned.
    """
    truth = baskets_of(history.targets)
    visits = visits_of(history) if isinstance(now, Mapping) else {}
    customers = sorted(truth)
    group_count = min(GROUPS, len(customers))
    for group in range(group_count):
        hidden = customers[group::group_count]
        others = sorted(set(customers).difference(hidden))
        yield Window(
            with_targets_of(history, history, others),
            {each: truth[each] for each in hidden},
            {each: visits[each] for each in hidden} if visits else now,
        )


def _newcomers(history: Dataset, cut: datetime, horizon_days: int) -> dict[str, frozenset[str]]:
    """Return the first basket ever of who came within the horizon: they are asked about too."""
    bought = history.interactions
    end = cut + timedelta(days=horizon_days)
    is_within = (bought["occurred_at"] >= cut) & (bought["occurred_at"] < end)
    return baskets_of(bought[is_within & (bought["sequence"] == 0)])


def _dated(history: Dataset, now: datetime, count: int, horizon_days: int) -> Iterator[Split]:
    for number in range(1, count + 1):
        cut = now - timedelta(days=horizon_days * number)
        try:
            yield calendar_split(
                history.interactions, cut, horizon_days=horizon_days, least_baskets=LEAST_BASKETS
            )
        except SplitError:  # a shop may have been shut for a season; before that it taught
            continue


def _last_baskets(history: Dataset, count: int) -> Iterator[Split]:
    known = history
    for _ in range(count):
        try:
            split = last_basket_split(known, least_baskets=LEAST_BASKETS)
        except SplitError:
            return
        yield split
        known = with_history(known, split.history)
