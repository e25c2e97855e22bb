"""Several recommenders, the same questions, one table: means, intervals, paired differences."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset, Ideal
from ml.evaluation.intervals import Estimate, bootstrap_mean, paired_difference
from ml.evaluation.metrics import CUTOFFS, coverage, score_customers
from ml.evaluation.question import Question
from ml.evaluation.recommender import Recommender


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """How one recommender answered one question."""

    question: Question
    lists: dict[str, list[str]]
    """The ranked items of each customer, ``max(CUTOFFS)`` at most."""
    scores: pd.DataFrame
    """A row a customer, as ``score_customers`` returns them."""
    coverage: dict[str, float]
    """``coverage@K``."""
    learning_seconds: float = 0.0
    """Wall time of learning; 0 where an earlier question had the same history."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """How one recommender did, question by question; at least one."""

    name: str
    answered: tuple[Answered, ...]

    @property
    def scores(self) -> pd.DataFrame:
        """Return the scores of all questions, one below the other."""
        return pd.concat([each.scores for each in self.answered])

    @property
    def lists(self) -> dict[str, list[str]]:
        """Return the ranked items of the last question, by customer."""
        return self.answered[-1].lists

    @property
    def coverage(self) -> dict[str, float]:
        """Return ``coverage@K``, mean over the questions."""
        covered = [each.coverage for each in self.answered]
        return {name: sum(each[name] for each in covered) / len(covered) for name in covered[0]}

    def part(self, questions: slice) -> "Judgement":
        """Return how it did on some of the questions, at least one."""
        return Judgement(self.name, self.answered[questions])

    def estimates(self) -> dict[str, Estimate]:
        """Return every metric's mean over questions, each of them a mean over customers."""
        return bootstrap_mean(self.scores, weights=self._weights())

    def lead_over(self, other: "Judgement") -> dict[str, Estimate]:
        """Return by how much this one is better, metric by metric, paired by customer."""
        return paired_difference(self.scores, other.scores, weights=self._weights())

    def _weights(self) -> NDArray[np.float64]:
        """Return weights that give every question the same say."""
        sizes = np.array([len(each.scores) for each in self.answered])
        return np.repeat(1 / sizes, sizes)


def judge(
    recommender: Recommender,
    asked: Sequence[Question],
    *,
    ideal: Ideal = "full",
    announce: Callable[[Question], None] = lambda _: None,
) -> Judgement:
    """Let a recommender learn and answer each question, and score the answers.

    Args:
        recommender: What is judged; it learns once from histories that questions share.
        asked: At least one question.
        ideal: See ``score_customers``.
        announce: Told of each question before it is asked.
    """
    found: list[Answered] = []
    learned: Dataset | None = None
    for question in asked:
        start = time.monotonic()
        if question.history is not learned:
            recommender.fit(question.history, question.now)
            learned = question.history
        seconds = time.monotonic() - start
        announce(question)
        found.append(answer(recommender, question, ideal=ideal, learning_seconds=seconds))
    return Judgement(recommender.name, tuple(found))


def answer(
    recommender: Recommender,
    question: Question,
    *,
    ideal: Ideal = "full",
    learning_seconds: float = 0.0,
) -> Answered:
    """Ask one that has learned, and score the answers.

    Args:
        recommender: has learned what may be known.
        question: who is asked about, and what came.
        ideal: See ``score_customers``.
        learning_seconds: what learning took.
    """
    customers = question.customer_ids
    answers = recommender.recommend(customers, max(CUTOFFS))
    lists = dict(zip(customers, answers, strict=True))
    return scored(question, lists, ideal=ideal, learning_seconds=learning_seconds)


def scored(
    question: Question,
    lists: dict[str, list[str]],
    *,
    ideal: Ideal = "full",
    learning_seconds: float = 0.0,
) -> Answered:
    """Return ranked lists with their scores.

    Args:
        question: who is asked about, and what came.
        lists: the items of each customer, best first, ``max(CUTOFFS)`` at most.
        ideal: See ``score_customers``.
        learning_seconds: as in ``answer``.
    """
    items = question.history.interactions["item_id"].nunique()
    return Answered(
        question,
        lists,
        score_customers(lists, question.truth, ideal=ideal),
        {f"coverage@{k}": coverage(lists, items, k) for k in CUTOFFS},
        learning_seconds,
    )


def table(judgements: Mapping[str, Judgement]) -> str:
    """Return the comparison as a Markdown table; each mean with its 95 % interval."""
    names = [f"{metric}@{k}" for k in CUTOFFS for metric in ("recall", "ndcg", "phr")]
    shown = [*names, *(f"coverage@{k}" for k in CUTOFFS)]
    lines = ["| model | " + " | ".join(shown) + " |", "|---" * (len(shown) + 1) + "|"]
    for name, each in judgements.items():
        estimates = each.estimates()
        cells = [str(estimates[metric]) for metric in names]
        cells += [f"{each.coverage[f'coverage@{k}']:.4f}" for k in CUTOFFS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
