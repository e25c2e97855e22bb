"""From all questions to the one that is asked, or none, with a verdict for every one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ml.model.eliciting import Worth, worth_of
from ml.model.hearing import Hearing
from services.recommendation.domain.asking import QuestionVerdict, refusal
from services.recommendation.domain.listening import put_to
from services.recommendation.domain.occasion import Occasion
from services.recommendation.domain.question import Question, QuestionId
from services.recommendation.domain.ranking import Ranking

MOST_SUBJECTS = 3
"""What is said of why a question is asked."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question that may be asked."""

    question: Question
    hearing: Hearing
    worth: Worth

    @property
    def score(self) -> float:
        """Return the expected hits by the cost: what the question is chosen by."""
        return self.worth.hits / self.question.cost


@dataclass(frozen=True, slots=True)
class ConsideredQuestion:
    """A question that was looked at."""

    question_id: QuestionId
    verdict: QuestionVerdict
    detail: str = ""
    """A sentence with the figures."""
    score: float = 0.0
    """0 where it was not weighed."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked, and what became of every question."""

    chosen: Weighed | None
    considered: tuple[ConsideredQuestion, ...]
    """The chosen one, then the weighed by score, then the refused by id."""
    subjects: tuple[str, ...] = ()
    """Categories, brands and items whose places the chosen one's answer decides, most first."""


def inquire(
    questions: Iterable[Question], occasion: Occasion, ranking: Ranking, *, min_score: float
) -> Inquiry:
    """Return what to ask.

    Args:
        questions: all that there are.
        occasion: customer, moment and conditions.
        ranking: the items that the next basket may hold, with what was said already.
        min_score: below this nothing is asked.
    """
    weighed: list[Weighed] = []
    refused: list[ConsideredQuestion] = []
    basket_count = occasion.customer.history.basket_count
    for question in questions:
        why = refusal(question, occasion)
        if why is None:
            hearing = put_to(question, ranking, basket_count)
            worth = worth_of(hearing, ranking.probabilities)
            weighed.append(Weighed(question, hearing, worth))
        else:
            refused.append(ConsideredQuestion(question.question_id, *why))
    weighed.sort(key=lambda each: (-each.score, each.question.question_id))
    refused.sort(key=lambda each: each.question_id)
    chosen = weighed[0] if weighed and weighed[0].score >= min_score else None
    judged = [_judged(each, chosen, min_score=min_score) for each in weighed]
    return Inquiry(chosen, (*judged, *refused), _subjects(chosen, ranking) if chosen else ())


def _judged(each: Weighed, chosen: Weighed | None, *, min_score: float) -> ConsideredQuestion:
    verdict, detail = QuestionVerdict.CHOSEN, ""
    if each.score < min_score:
        verdict = QuestionVerdict.NOT_WORTH_ASKING
        detail = f"worth {each.score:.4f} expected hits by its cost, needed {min_score:.4f}"
    elif each is not chosen:
        assert chosen is not None  # the first one is chosen where any is worth it
        verdict = QuestionVerdict.OUTRANKED
        detail = f"questions/{chosen.question.question_id} is worth {chosen.score:.4f}"
    return ConsideredQuestion(each.question.question_id, verdict, detail, each.score)


def _subjects(chosen: Weighed, ranking: Ranking) -> tuple[str, ...]:
    """Return what the answer is about, by how far it may move what is likely."""
    question, hearing = chosen.question, chosen.hearing
    reliability = question.teaching.confidence
    moved = hearing.said(reliability) @ np.abs(np.log(hearing.changes(reliability)))
    weights = moved * ranking.probabilities
    named = dict.fromkeys(
        (each.kind, each.name) for answer in question.teaching.answers for each in answer.likings
    )
    worth = {
        _title(kind.value, name): float(weights[ranking.is_of(kind.value, name)].sum())
        for kind, name in named
    }
    ordered: Sequence[str] = sorted(worth, key=lambda title: -worth[title])
    return tuple(title for title in ordered if worth[title] > 0)[:MOST_SUBJECTS]


def _title(kind: str, name: str) -> str:
    return f"items/{name}" if kind == "item" else name
