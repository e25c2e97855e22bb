"""Questions for choosing hyperparameters: as a question is asked, but of others or earlier.

What is chosen for a question may rest on what its model may know, and on nothing else: on the
``val`` customers of its fold, on an earlier moment where baskets are dated, on the basket before
the last where there is neither.
"""

from datetime import timedelta

from ml.dataset.rules import Fold
from ml.dataset.split import SplitError, calendar_split, last_basket_split
from ml.evaluation.metrics import baskets_of
from ml.evaluation.question import Question, visits_of, with_history, with_targets_of


def validation_question(
    question: Question, fold: Fold | None, *, horizon_days: int
) -> Question | None:
    """Return the question that hyperparameters for ``question`` are chosen by.

    Args:
        question: the one that is asked in the end; nothing of its truth is used.
        fold: of the question; ``None`` where the data set has none.
        horizon_days: how long before a dated question the other is asked.

    Returns:
        The question, its history with the targets that may be known; ``None`` where the histories
        are too short for one.
    """
    bought = question.history.interactions
    try:
        if question.cut is not None:
            cut = question.cut - timedelta(days=horizon_days)
            split = calendar_split(bought, cut, horizon_days=horizon_days)
            known = with_history(question.history, split.history)
            return Question(f"{cut:%Y-%m-%d}", known, baskets_of(split.truth), cut)
        if fold is not None and fold.val:
            told = question.history
            known = with_targets_of(told, told, fold.train)
            asked = with_targets_of(told, told, fold.val)
            truth, visits = baskets_of(asked.targets), visits_of(asked)
            return Question(f"{question.name} val", known, truth, None, visits)
        split = last_basket_split(with_history(question.history, bought))
    except SplitError:
        return None
    known = with_history(question.history, split.history)
    return Question(f"{question.name} before", known, baskets_of(split.truth), None, split.visits)
