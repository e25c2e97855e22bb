"""The customers a question leaves out, for nothing or one basket is known of them.

They are asked by themselves: published figures keep to customers with a history, and a service is
asked about everybody.
"""

from datetime import datetime, timedelta

from ml.dataset.dataset import Dataset
from ml.dataset.split import last_basket_split, timeline
from ml.evaluation.metrics import Baskets, baskets_of
from ml.evaluation.question import Question


def beginners(dataset: Dataset, question: Question, *, horizon_days: int) -> Question | None:
    """Return the same question about who is not asked yet; ``None`` where nobody is left.

    Where customers are asked about at the moment of their visits, nobody is: one who came once may
    have come before everybody else, and what was learned would know the future.

    Args:
        dataset: what ``question`` was made of.
        question: asked at one moment, or without dates.
        horizon_days: within how many days from the moment on a first basket counts.
    """
    if question.visits:
        return None
    truth = (
        _last_baskets(dataset, question)
        if question.cut is None
        else _next_baskets(dataset, question, question.cut, timedelta(days=horizon_days))
    )
    if not truth:
        return None
    return Question(f"{question.name} beginners", question.history, truth, question.cut)


def _last_baskets(dataset: Dataset, question: Question) -> Baskets:
    """Return the last baskets of the others; where there are targets, all are asked already."""
    if len(dataset.targets):
        return {}
    baskets = baskets_of(last_basket_split(dataset, least_baskets=0).truth)
    return {name: basket for name, basket in baskets.items() if name not in question.truth}


def _next_baskets(
    dataset: Dataset, question: Question, cut: datetime, horizon: timedelta
) -> Baskets:
    """Return the first baskets from a moment on of the others."""
    events = timeline(dataset)
    is_within = (events["occurred_at"] >= cut) & (events["occurred_at"] < cut + horizon)
    future = events[is_within & ~events["customer_id"].isin(list(question.truth))]
    first = future.groupby("customer_id")["sequence"].transform("min")
    return baskets_of(future[future["sequence"] == first])
