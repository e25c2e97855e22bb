"""The whole study: a town lives, a model learns, people answer, and what came next is looked up.

Half of the people teach the model, and some of the others how far answers are believed; of the rest
many are asked. Nobody is asked of whom anything was learned.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from ml.evaluation.intervals import Estimate, bootstrap_mean, paired_difference
from ml.evaluation.question import questions, with_history
from ml.model.candidates import SOURCE_SIZE
from ml.model.hearing import Weights
from ml.model.likings import Teaching
from ml.simulation.questioning import Manners, shop_questions
from ml.simulation.simulate import simulate_town
from ml.simulation.town import TownConfig, customer_id
from ml.training.insight.inquiry.cases import BANDS, Asked, Case
from ml.training.insight.inquiry.rules import HITS, recalls, rules
from ml.training.insight.inquiry.weights import learned_weights, with_counted_shares
from ml.training.learning import LearningConfig, learn
from ml.training.lessons.asking import Asking

_END = date(2026, 6, 30)
"""Any day will do; a fixed one gives the same figures every day."""


@dataclass(frozen=True, slots=True)
class InquiryConfig:
    """The town, and who of it is asked."""

    customers: int = 3_000
    """How many live there."""
    tuned: int = 250
    """How many teach how far answers are believed."""
    asked: int = 600
    """How many are asked, at most."""
    seed: int = 7
    """From 0; another seed is another town."""
    manners: Manners = field(default_factory=Manners)
    """How people answer."""
    learning: LearningConfig = field(default_factory=LearningConfig)
    """How the model is learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Inquiry:
    """What asking brought."""

    config: InquiryConfig
    weights: Weights
    """As learned."""
    question_count: int
    """How many questions the shop knows."""
    candidate_recalls: Mapping[str, tuple[float, float]]
    """By band, the mean share of the next basket among the candidates: with sources as usual, and
    as wide as for somebody who is asked."""
    recalls: Mapping[str, Mapping[str, pd.DataFrame]]
    """By band and rule: a row a customer, a column for each number of questions asked."""

    def gains(self, band: str, rule: str) -> dict[str, Estimate]:
        """Return by how much recall grew, by the number of questions asked."""
        found = self.recalls[band][rule]
        return bootstrap_mean(found.sub(found["0"], axis=0))

    def gains_per_question(self, band: str, rule: str) -> dict[str, Estimate]:
        """Return by how much recall grew with each question, by how many were asked, from 1."""
        found = self.recalls[band][rule]
        asked = [str(name) for name in found if name != "0"]
        gains = {name: (found[name] - found["0"]) / int(name) for name in asked}
        return bootstrap_mean(pd.DataFrame(gains))

    def leads(self, band: str, rule: str) -> dict[str, Estimate]:
        """Return the lead of the rule of expected hits over another one, paired by customer."""
        return paired_difference(self.recalls[band][HITS], self.recalls[band][rule])


def inquire(config: InquiryConfig) -> Inquiry:
    """Let a town live, learn from some of it, and ask others.

    Raises:
        SplitError: when nobody can be asked.
        TownError: when the town cannot be like that.
        TrainingError: when there is nothing to learn from.
    """
    asked, asking = _prepared(config)
    others = range(1, config.customers, 2)
    tuned, people = others[: config.tuned], others[config.tuned :][: config.asked]
    known = list(asked.cases(asking, tuned, seed=config.seed))
    answers = {case.customer_id: case.answers for _, case in known}
    teachings = with_counted_shares(asked.teachings, list(answers.values()))
    weights = learned_weights([case for _, case in known], teachings, seed=config.seed)
    usual = asked.cases(asking, tuned, seed=config.seed, source_size=SOURCE_SIZE)
    narrow, wide = _ceilings(usual), _ceilings(known)
    cases = tqdm(
        asked.cases(asking, people, seed=config.seed + 1),
        total=len(people) * len(BANDS),
        desc="asking",
        disable=not config.learning.show_progress,
    )
    return Inquiry(
        config,
        weights,
        len(teachings),
        {band: (narrow[band], wide[band]) for band in BANDS},
        _recalls(cases, teachings, weights),
    )


def _prepared(config: InquiryConfig) -> tuple[Asked, Asking]:
    """Return the town at the moment of asking, and the model that half of its people taught."""
    simulation = simulate_town(
        TownConfig(end=_END, customers=config.customers, seed=config.seed),
        progress=config.learning.show_progress,
    )
    horizon_days = config.learning.horizon_days
    (question,) = questions(simulation.dataset, "calendar", horizon_days=horizon_days)
    teachers = {customer_id(index) for index in range(0, config.customers, 2)}
    bought = question.history.interactions
    known = with_history(question.history, bought[bought["customer_id"].isin(teachers)])
    town = simulation.town
    asked = Asked(town, question, shop_questions(town), config.manners)
    return asked, Asking.of(learn(known, question.now, config.learning))


def _recalls(
    cases: Iterable[tuple[str, Case]], teachings: Sequence[Teaching], weights: Weights
) -> dict[str, dict[str, pd.DataFrame]]:
    """Return by band and rule the recalls of every customer, by the number of questions asked."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {
        band: defaultdict(dict) for band in BANDS
    }
    for place, (band, case) in enumerate(cases):
        for name, make_rule in rules(place).items():
            scores = recalls(case, teachings, make_rule(), weights=weights)
            found[band][name][case.customer_id] = scores
    return {
        band: {
            rule: pd.DataFrame.from_dict(scores, orient="index").rename(columns=str)
            for rule, scores in by_rule.items()
        }
        for band, by_rule in found.items()
    }


def _ceilings(cases: Iterable[tuple[str, Case]]) -> dict[str, float]:
    """Return the mean candidate recall by band."""
    found: dict[str, list[float]] = {band: [] for band in BANDS}
    for band, case in cases:
        found[band].append(case.candidate_recall)
    return {band: float(np.mean(each)) for band, each in found.items()}
