"""The customers a dated question leaves out, for nothing or one basket is known of them.

They are asked by themselves: published figures keep to customers with a history, and a service is
asked about everybody.
"""

from datetime import timedelta

from ml.dataset.dataset import Dataset
from ml.dataset.split import timeline
from ml.evaluation.metrics import baskets_of
from ml.evaluation.question import Question


def beginners(dataset: Dataset, question: Question, *, horizon_days: int) -> Question | None:
    """Return the same moment's question about who is not asked yet; ``None`` where nobody is left.

    Args:
        dataset: what ``question`` was made of.
        question: asked at a moment; an undated one knows no newcomers.
        horizon_days: within how many days from the moment on a first basket counts.
    """
    if question.cut is None:
        return None
    events = timeline(dataset)
    end = question.cut + timedelta(days=horizon_days)
    is_within = (events["occurred_at"] >= question.cut) & (events["occurred_at"] < end)
    future = events[is_within & ~events["customer_id"].isin(list(question.truth))]
    first = future.groupby("customer_id")["sequence"].transform("min")
    truth = baskets_of(future[future["sequence"] == first])
    if not truth:
        return None
    return Question(f"{question.name} beginners", question.history, truth, question.cut)
