"""The questions a protocol asks: these histories, these customers, what is next?

``calendar`` is the primary protocol and the one nearest to production: everything before a moment
is known, nothing after it. ``last-basket`` serves comparison with published tables; it knows only
the order of baskets, so dates are hidden too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import pandas as pd

from ml.dataset import columns
from ml.dataset.dataset import Dataset
from ml.dataset.split import (
    HORIZON_DAYS,
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
    """What the model may learn from: nothing after the cut; as targets, those of other customers
    that the protocol lets it know, such as a fold's ``train`` and ``val`` customers'."""
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
    split = last_basket_split(dataset)
    known = _undated(with_history(dataset, split.history))
    truth = baskets_of(split.truth)
    if not dataset.folds:
        return (Question("fold 1", known, truth, None),)
    return tuple(
        Question(
            f"fold {number}",
            replace(known, targets=targets_of(dataset.targets, fold.train + fold.val)),
            {each: truth[each] for each in fold.test},
            None,
        )
        for number, fold in enumerate(dataset.folds, 1)
    )


def of_histories_alone(asked: Sequence[Question]) -> tuple[Question, ...]:
    """Return the questions without known targets, as the published baselines are asked.

    Questions about the same baskets share one history, from which a recommender learns once.
    """
    shared: dict[int, Dataset] = {}
    plain = []
    for question in asked:
        baskets = question.history.interactions
        alone = shared.setdefault(id(baskets), with_history(question.history, baskets))
        plain.append(replace(question, history=alone))
    return tuple(plain)


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


def targets_as_baskets(dataset: Dataset) -> Dataset:
    """Return the data set with each target as one more basket behind the others.

    Raises:
        SplitError: when targets of a dated data set have no dates.
    """
    return with_history(dataset, timeline(dataset))


def targets_of(targets: pd.DataFrame, customer_ids: Sequence[str]) -> pd.DataFrame:
    """Return the targets of these customers alone."""
    return targets[targets["customer_id"].isin(customer_ids)]


def _undated(history: Dataset) -> Dataset:
    """Return the data set with the order of its baskets, and no dates."""
    bought = history.interactions
    hidden = pd.Series(pd.NaT, index=bought.index, dtype="datetime64[us, UTC]")
    return replace(
        history,
        description=replace(history.description, dated=False),
        interactions=bought.assign(occurred_at=hidden),
    )
