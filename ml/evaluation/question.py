"""The questions a protocol asks: these histories, these customers, what is next?

``calendar`` is the primary protocol and the one nearest to production: everything before a moment
is known, nothing after it. ``last-basket`` serves comparison with published tables; it knows only
the order of baskets, so dates are hidden too.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import pandas as pd

from ml.dataset import columns
from ml.dataset.dataset import Dataset
from ml.dataset.split import (
    HORIZON_DAYS,
    Split,
    calendar_split,
    last_basket_split,
    last_cut,
    timeline,
)
from ml.evaluation.metrics import Baskets, baskets_of

Protocol = Literal["calendar", "last-basket"]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question to a model."""

    name: str
    history: Dataset
    """What the model may learn from: no targets, nothing after the cut."""
    truth: Baskets
    """The next basket of every customer who is asked."""
    cut: datetime | None
    """The moment of asking; ``None`` where there are no dates."""

    @property
    def customer_ids(self) -> tuple[str, ...]:
        """Return who is asked, sorted."""
        return tuple(sorted(self.truth))


def default_protocol(dataset: Dataset) -> Protocol:
    """Return ``calendar`` for dated data, ``last-basket`` for others."""
    return "calendar" if dataset.description.dated else "last-basket"


def questions(
    dataset: Dataset, protocol: Protocol, *, horizon_days: int = HORIZON_DAYS
) -> tuple[Question, ...]:
    """Return what ``protocol`` asks: one question, or one for each fold.

    Raises:
        SplitError: when nobody can be asked, or dates are needed and missing.
    """
    if protocol == "calendar":
        events = timeline(dataset)
        cut = last_cut(events, horizon_days=horizon_days)
        split = calendar_split(events, cut, horizon_days=horizon_days)
        known = with_history(dataset, split.history)
        return (Question(f"{cut:%Y-%m-%d}", known, baskets_of(split.truth), cut),)
    return _fold_questions(dataset, last_basket_split(dataset))


def with_history(dataset: Dataset, history: pd.DataFrame) -> Dataset:
    """Return the data set with these interactions and nothing that was held out.

    Args:
        dataset: Where item attributes and the description come from.
        history: Whole leading baskets of each customer, as a split returns them.
    """
    return replace(
        dataset,
        interactions=history,
        targets=columns.empty(columns.TARGETS),
        target_dates=columns.empty(columns.TARGET_DATES),
        folds=(),
    )


def _fold_questions(dataset: Dataset, split: Split) -> tuple[Question, ...]:
    undated = replace(dataset.description, dated=False)
    hidden = pd.Series(pd.NaT, index=split.history.index, dtype="datetime64[us, UTC]")
    known = with_history(
        replace(dataset, description=undated), split.history.assign(occurred_at=hidden)
    )
    truth = baskets_of(split.truth)
    parts = [fold.test for fold in dataset.folds] or [tuple(truth)]
    return tuple(
        Question(f"fold {number}", known, {each: truth[each] for each in test}, None)
        for number, test in enumerate(parts, 1)
    )
