"""Measures for the gate what only a run can measure, for it alone has the data at hand.

Challenger, champion and baseline are asked the same; beside the customers of the protocol also
those of whom less than two baskets are known, for new customers are most and easily forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset
from ml.dataset.split import timeline
from ml.evaluation.baselines import PersonalThenPopular
from ml.evaluation.comparison import judge
from ml.evaluation.metrics import baskets_of
from ml.evaluation.question import Question
from ml.evaluation.recommender import Recommender
from ml.model.bundle import Bundle
from ml.training.answer_times import answer_ms_p95
from ml.training.champion import Champion, FixedModel
from ml.training.evaluate import Evaluation
from ml.training.evidence import (
    CHAMPION_ROWS,
    Comparison,
    Measured,
    scores_of,
    write_scores,
)
from ml.training.kept_steps import Evaluated
from ml.training.learned import BundleRecommender, Ofone, Ranking
from ml.training.parity import fold_in_difference
from ml.training.purchases import purchases_of
from ml.training.reliability import PLACES, Reliability, reliability
from ml.training.subgroups import subgroups
from ml.training.windows import end_of, moment_seconds


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Challenger, champion and baselines on the same customers."""

    comparison: Comparison
    scores: Mapping[str, list[pd.DataFrame]]
    """Of each model, in the form of ``Evidence.scores``: the protocol's customers, then others."""
    reliability: Reliability


def compared(
    evaluation: Evaluation,
    champion: Champion | None,
    dataset: Dataset,
    consents: Mapping[str, bool] | None,
) -> Compared:
    """Ask the champion what the challenger was asked, and all of them about newcomers.

    Args:
        evaluation: of the challenger, on ``dataset``.
        champion: as ``find_champion`` returns it for the evaluation's cut.
        dataset: with its targets, if it has any.
        consents: whether a customer allows profiling, where that is known.
    """
    question = evaluation.question
    ideal = dataset.description.ndcg_ideal
    judged = dict(evaluation.judgements)
    asking: list[Recommender] = [PersonalThenPopular()]
    if champion is not None and champion.answering is not None:
        rival = FixedModel(CHAMPION_ROWS, champion.answering)
        judged[CHAMPION_ROWS] = judge(rival, [question], ideal=ideal)
        asking.append(rival)
    asked = [each.question for each in evaluation.model.answered]
    groups = [subgroups(each.history, list(each.customer_ids), consents) for each in asked]
    scores = {
        name: [
            scores_of(each.scores, told, is_newcomer=False)
            for each, told in zip(judgement.answered, groups, strict=True)
        ]
        for name, judgement in judged.items()
    }
    places = _FirstPlaces(question)
    judge(FixedModel(Ofone.name, evaluation.bundle, observe=places.see), [question])
    newcomers = newcomers_question(dataset, question)
    if newcomers is not None:
        told = subgroups(newcomers.history, list(newcomers.customer_ids), consents)
        for each in (FixedModel(Ofone.name, evaluation.bundle), *asking):
            found = judge(each, [newcomers], ideal=ideal).scores
            scores[each.name].append(scores_of(found, told, is_newcomer=True))
    comparison = Comparison(
        champion=champion.version.number if champion else "",
        answered=CHAMPION_ROWS in judged,
        note=champion.note if champion else "there is no champion",
    )
    return Compared(comparison, scores, places.reliability())


def measured(
    evaluated: Evaluated, bundle: Bundle, champion: Bundle | None, whole: Dataset
) -> Measured:
    """Measure the bundle that would serve, on everything that is known.

    Args:
        evaluated: what was found before the cut.
        bundle: of the challenger, learned from ``whole``.
        champion: the bundle in service, where this code can read it.
        whole: all purchases.
    """
    purchases = purchases_of(whole)
    now = moment_seconds(end_of(whole))
    models = {Ofone.name: BundleRecommender(bundle, purchases, now)}
    if champion is not None:
        models[CHAMPION_ROWS] = BundleRecommender(champion, purchases, now)
    times = answer_ms_p95(models, purchases)
    return Measured(
        comparison=evaluated.comparison,
        fold_in_difference=fold_in_difference(bundle, purchases),
        answer_ms_p95=times[Ofone.name],
        champion_answer_ms_p95=times.get(CHAMPION_ROWS),
        reliability=evaluated.reliability,
    )


def write_comparison(found: Compared, folder: Path) -> None:
    """Write the scores into an existing folder."""
    write_scores(found.scores, folder)


def newcomers_question(dataset: Dataset, question: Question) -> Question | None:
    """Return the same question about everybody else who bought from the cut on.

    They have one known basket or none, for the protocol asks about all others. ``None`` where there
    are no dates, and so no newcomers, or nobody else came.
    """
    if question.cut is None:
        return None
    events = timeline(dataset)
    future = events[events["occurred_at"] >= question.cut]
    others = future[~future["customer_id"].isin(question.truth)]
    known = question.history.interactions.groupby("customer_id")["sequence"].nunique()
    few = known.reindex(others["customer_id"], fill_value=0).to_numpy() < 2
    others = others[few]
    first = others.groupby("customer_id")["sequence"].transform("min")
    truth = baskets_of(others[others["sequence"] == first])
    if not truth:
        return None
    return Question(f"{question.name}, newcomers", question.history, truth, question.cut)


class _FirstPlaces:
    """Notes probability and outcome of the first places of every list."""

    def __init__(self, question: Question) -> None:
        self._truth = question.truth
        self._said: list[NDArray[np.float32]] = []
        self._happened: list[NDArray[np.bool_]] = []

    def see(self, ranking: Ranking) -> None:
        """Take a ranking of a customer of the question."""
        basket = self._truth[ranking.customer_id]
        order = np.argsort(-ranking.probabilities, kind="stable")[:PLACES]
        self._said.append(ranking.probabilities[order])
        held = [ranking.item_ids[place] in basket for place in order.tolist()]
        self._happened.append(np.array(held, np.bool_))

    def reliability(self) -> Reliability:
        """Return how true the probabilities were."""
        return reliability(np.concatenate(self._said), np.concatenate(self._happened))
