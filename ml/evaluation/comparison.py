"""Several recommenders, the same questions, one table: means, intervals, paired differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from ml.dataset.dataset import Dataset, Ideal
from ml.evaluation.intervals import Estimate, bootstrap_mean, paired_difference
from ml.evaluation.metrics import CUTOFFS, coverage, score_customers
from ml.evaluation.question import Question
from ml.evaluation.recommender import Recommender


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """How one recommender did."""

    name: str
    scores: pd.DataFrame
    """A row a customer and question, as ``score_customers`` returns them, question by question."""
    coverage: dict[str, float]
    """``coverage@K``, mean over the questions."""
    lists: dict[str, list[str]] = field(default_factory=dict)
    """The ranked items of the last question, by customer."""

    def estimates(self) -> dict[str, Estimate]:
        """Return every metric's mean and interval."""
        return bootstrap_mean(self.scores)

    def lead_over(self, other: "Judgement") -> dict[str, Estimate]:
        """Return by how much this one is better, metric by metric, paired by customer."""
        return paired_difference(self.scores, other.scores)


def judge(
    recommender: Recommender, asked: Sequence[Question], *, ideal: Ideal = "full"
) -> Judgement:
    """Let a recommender learn and answer each question, and score the answers.

    Args:
        recommender: What is judged; it learns once from histories that questions share.
        asked: At least one question.
        ideal: See ``score_customers``.
    """
    parts: list[pd.DataFrame] = []
    covered: list[dict[str, float]] = []
    lists: dict[str, list[str]] = {}
    learned: Dataset | None = None
    for question in asked:
        if question.history is not learned:
            recommender.fit(question.history, question.cut)
            learned = question.history
        customers = question.customer_ids
        answers = recommender.recommend(customers, max(CUTOFFS))
        lists = dict(zip(customers, answers, strict=True))
        parts.append(score_customers(lists, question.truth, ideal=ideal))
        items = question.history.interactions["item_id"].nunique()
        covered.append({f"coverage@{k}": coverage(lists, items, k) for k in CUTOFFS})
    means = {name: sum(each[name] for each in covered) / len(covered) for name in covered[0]}
    return Judgement(recommender.name, pd.concat(parts), means, lists)


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
