"""The questions a protocol asks: these histories, these customers, what is next?

``calendar`` is the primary protocol and the one nearest to production: everything before a moment
is known, nothing after it. ``last-basket`` serves comparison with published tables: it asks about
each customer's last basket, at the moment of that visit where visits have dates, as a till asks;
where they have none, only the order of baskets is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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

Now = datetime | Mapping[str, datetime] | None
"""The moment of asking: one for all, or that of each customer's visit; ``None`` without dates."""


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
    """The first moment that is hidden; ``None`` where there is no one for all."""
    visits: Mapping[str, datetime] = field(default_factory=dict)
    """When each who is asked about came, where they are asked about at that moment."""

    @property
    def now(self) -> Now:
        """Return the moment of asking."""
        return self.visits or self.cut

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
    known = with_history(dataset, split.history)
    if not split.visits:  # beginners are asked too, so that nobody's last basket may be known
        known = _undated(with_history(dataset, last_basket_split(dataset, least_baskets=0).history))
    truth = baskets_of(split.truth)
    if not dataset.folds:
        return (Question("fold 1", known, truth, None, split.visits),)
    return tuple(
        Question(
            f"fold {number}",
            with_targets_of(dataset, known, fold.train + fold.val),
            {each: truth[each] for each in fold.test},
            None,
            _of(split.visits, fold.test),
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
        dataset: Where item attributes and the description come from. Of the former those of items
            stay that were bought: a catalogue does not tell since when it holds the others, and
            most of them would be what comes in later.
        history: Whole leading baskets of each customer, as a split returns them.
    """
    return replace(
        dataset,
        interactions=history,
        items=_of_items(dataset.items, history["item_id"]),
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


def with_targets_of(held_out: Dataset, known: Dataset, customer_ids: Sequence[str]) -> Dataset:
    """Return ``known`` with the held-out baskets of these customers; dated, if it is dated.

    Args:
        held_out: Where the baskets come from.
        known: Histories; its own targets are left out.
        customer_ids: Whose held-out baskets may be known.
    """
    targets, dates = held_out.targets, held_out.target_dates
    if not known.description.dated:
        dates = columns.empty(columns.TARGET_DATES)
    told = targets[targets["customer_id"].isin(customer_ids)]
    bought = pd.concat([known.interactions["item_id"], told["item_id"]])
    return replace(
        known,
        items=_of_items(held_out.items, bought),
        targets=told,
        target_dates=dates[dates["customer_id"].isin(customer_ids)],
    )


def _of_items(items: pd.DataFrame, bought: pd.Series) -> pd.DataFrame:
    return items[items["item_id"].isin(bought.unique())].reset_index(drop=True)


def visits_of(history: Dataset) -> dict[str, datetime]:
    """Return when the known targets of a history were bought; empty where it is undated."""
    times = history.target_dates.set_index("customer_id")["occurred_at"]
    return {str(customer): time.to_pydatetime() for customer, time in times.items()}


def _of(visits: Mapping[str, datetime], customer_ids: Sequence[str]) -> dict[str, datetime]:
    return {each: visits[each] for each in customer_ids} if visits else {}


def _undated(history: Dataset) -> Dataset:
    """Return the data set with the order of its baskets, and no dates."""
    bought = history.interactions
    hidden = pd.Series(pd.NaT, index=bought.index, dtype="datetime64[us, UTC]")
    return replace(
        history,
        description=replace(history.description, dated=False),
        interactions=bought.assign(occurred_at=hidden),
    )
