"""Measures for the gate what only a run can measure, for it alone has the data at hand.

Challenger, champion and baseline are asked the same; beside the customers of the protocol also
those of whom less than two baskets are known, for new customers are most and easily forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import Answered, Judgement, judge
from ml.evaluation.intervals import Estimate, paired_difference
from ml.evaluation.metrics import MAIN_METRIC
from ml.evaluation.question import Question
from ml.model.bundle import Bundle
from ml.training.artefacts.purchases import purchases_of
from ml.training.gate.answer_times import answer_ms_p95
from ml.training.gate.champion import Champion, FixedModel
from ml.training.gate.codes import customer_codes
from ml.training.gate.evidence import CHAMPION_ROWS, Comparison, Measured, scores_of
from ml.training.gate.parity import fold_in_difference
from ml.training.gate.reliability import PLACES, Reliability, reliability
from ml.training.gate.subgroups import subgroups
from ml.training.judging.evaluate import Evaluation
from ml.training.learned import BundleRecommender, Ofone, Ranking
from ml.training.lessons.windows import end_of
from ml.training.runs.kept_steps import Evaluated


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Challenger, champion and baselines on the same customers."""

    comparison: Comparison
    scores: Mapping[str, list[pd.DataFrame]]
    """Of each model, in the form of ``Evidence.scores``: the protocol's customers, then others."""
    reliability: Reliability

    def lead(self) -> Estimate | None:
        """Return the lead over the champion on the protocol's customers; ``None`` without one."""
        if CHAMPION_ROWS not in self.scores:
            return None
        ours, theirs = (self.scores[name][0] for name in (Ofone.name, CHAMPION_ROWS))
        return paired_difference(ours[[MAIN_METRIC]], theirs[[MAIN_METRIC]])[MAIN_METRIC]

    def figures(self) -> dict[str, float]:
        """Return the lead over the champion under names that MLflow accepts."""
        lead = self.lead()
        if lead is None:
            return {}
        name = f"lead_over_champion/{MAIN_METRIC.replace('@', '_at_')}"
        return {name: lead.mean, f"{name}_low": lead.low, f"{name}_high": lead.high}


def compared(
    evaluation: Evaluation,
    champion: Champion | None,
    dataset: Dataset,
    consents: Mapping[str, bool] | None,
) -> Compared:
    """Ask the champion what the challenger was asked, and all of them about newcomers.

    Args:
        evaluation: of the challenger, on ``dataset``.
        champion: as ``find_champion`` returns it.
        dataset: with its targets, if it has any.
        consents: whether a customer allows profiling, where that is known.
    """
    main, rest = dict(evaluation.judgements), dict(evaluation.beginners)
    answering, which = None, "there is no champion"
    if champion is not None:
        answering, which = champion.answering(evaluation.question.cut)
    if answering is not None:
        rival = FixedModel(CHAMPION_ROWS, answering)
        for part in (main, rest):
            if part:
                asked = [each.question for each in part[Ofone.name].answered]
                part[CHAMPION_ROWS] = judge(rival, asked, ideal=dataset.description.ndcg_ideal)
    places = _FirstPlaces(evaluation.question)
    judge(FixedModel(Ofone.name, evaluation.bundle, observe=places.see), [evaluation.question])
    comparison = Comparison(
        champion=champion.version.number if champion else "",
        answered=answering is not None,
        note=which,
    )
    return Compared(comparison, _told(main, rest, consents), places.reliability())


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
    now = end_of(whole)
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


def _told(
    main: Mapping[str, Judgement],
    rest: Mapping[str, Judgement],
    consents: Mapping[str, bool] | None,
) -> dict[str, list[pd.DataFrame]]:
    """Return the scores of each model as in ``Compared.scores``; ``rest`` is of newcomers."""

    def answered(name: str) -> list[Answered]:
        return [*main[name].answered, *(rest[name].answered if rest else ())]

    asked = [each.question for each in answered(Ofone.name)]
    groups, codes = subgroups(asked, consents), customer_codes(asked)
    newcomers_from = len(main[Ofone.name].answered)
    return {
        name: [
            scores_of(each.scores, groups[place], codes=codes, is_newcomer=place >= newcomers_from)
            for place, each in enumerate(answered(name))
        ]
        for name in main
    }
