"""What a persona is worth as a beginning, and how soon the person beats it.

Customers are asked about as if only their latest baskets were known: none, one, two, four, all.
Compared are what is popular, what their persona buys, what the model says of their own history, and
both together; and what it would help if a customer said which persona is theirs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import Answered, Judgement, scored
from ml.evaluation.intervals import Estimate
from ml.evaluation.metrics import CUTOFFS, MAIN_METRIC
from ml.evaluation.question import Protocol, Question, default_protocol, questions
from ml.model.bundle import Bundle
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of
from ml.training.insight.declared import Declared, declared
from ml.training.insight.persona_weights import (
    GUESSED,
    TOLD,
    Asked,
    Weight,
    asked,
    learned_weights,
)
from ml.training.learning import LearningConfig, Memory, TrainingError, learn
from ml.training.lessons.windows import windows
from ml.training.personas.beginnings import Beginnings
from ml.training.personas.declaring import CHOICES
from ml.training.personas.trust import Trust, trust_in

POPULAR, PERSONA, OWN, BOTH = "popular", "persona only", "own history only", "both"
PERSONA_TOLD, BOTH_TOLD = "persona told, only", "own history and persona told"
ANSWERS = (POPULAR, PERSONA, PERSONA_TOLD, OWN, BOTH, BOTH_TOLD)
PAIRS = (
    (PERSONA, POPULAR), (OWN, PERSONA), (BOTH, OWN), (PERSONA_TOLD, POPULAR), (BOTH_TOLD, OWN),
)  # fmt: skip
"""Which answer is compared with which, on the same customers."""

COUNT = max(CUTOFFS)
MOST_LESSONS = 1_500
"""Customers that the weights are learned from, at most: hundreds of candidates each."""

Shown = TypeVar("Shown")

Judgements = Mapping[str, Mapping[str, Judgement]]
"""By depth and answer."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonaWorth:
    """How every kind of answer did, at every depth."""

    protocol: Protocol
    judgements: Judgements
    weights: Mapping[str, Mapping[str, Weight]]
    """By depth and saying, of the last question."""
    beginnings: Beginnings
    """Of the last question."""
    trust: Trust
    """In them."""
    choices: Beginnings
    """Those that the question which persona is theirs lets customers choose from."""
    declared: Declared
    """What an answer to it is worth, at the last question."""

    def leads(self) -> dict[str, dict[tuple[str, str], Estimate]]:
        """Return the paired lead in ``MAIN_METRIC``, by depth and pair."""
        return {
            depth: {
                (one, other): each[one].lead_over(each[other])[MAIN_METRIC] for one, other in PAIRS
            }
            for depth, each in self.judgements.items()
        }


def persona_worth(
    dataset: Dataset, config: LearningConfig, *, protocol: Protocol | None = None
) -> PersonaWorth:
    """Ask about the customers of each question with more and more of their history known.

    Args:
        dataset: any; items without a category are topics of their own.
        config: of the model; its seed is that of the personas too.
        protocol: ``None`` takes ``calendar`` for dated data.

    Raises:
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
    """
    chosen, ideal = protocol or default_protocol(dataset), dataset.description.ndcg_ideal
    found: dict[str, dict[str, list[Answered]]] = {}
    answering: _Answering | None = None
    for question in questions(dataset, chosen, horizon_days=config.horizon_days):
        answering = _answering(question, config)
        for (depth, name), lists in answering.lists(question, config).items():
            truth = {customer: question.truth[customer] for customer in lists}
            answered = scored(replace(question, truth=truth), lists, ideal=ideal)
            found.setdefault(depth, {}).setdefault(name, []).append(answered)
    if answering is None:
        raise TrainingError("nobody can be asked about")
    judgements = {
        depth: {name: Judgement(name, tuple(each)) for name, each in of_depth.items()}
        for depth, of_depth in found.items()
    }
    beginnings = answering.beginnings
    choices = _beginnings(question.history, config, count=CHOICES)
    return PersonaWorth(
        chosen,
        judgements,
        answering.weights,
        beginnings,
        trust=trust_in(beginnings.learned, beginnings.purchases, seed=config.seed),
        choices=choices,
        declared=declared(
            answering.bundle, choices, question, _shown(question.customer_ids, config)
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Answering:
    """What one question taught."""

    bundle: Bundle
    beginnings: Beginnings
    weights: Mapping[str, Mapping[str, Weight]]

    def lists(
        self, question: Question, config: LearningConfig
    ) -> dict[tuple[str, str], dict[str, list[str]]]:
        """Return the best items by depth and kind of answer, of every customer asked about."""
        found: dict[tuple[str, str], dict[str, list[str]]] = {}
        customers = asked(self.bundle, self.beginnings, question.customer_ids, question.now)
        for each in _shown(customers, config):
            answers = _answers(each, self.beginnings, self.weights.get(each.depth, {}))
            for name, items in answers.items():
                found.setdefault((each.depth, name), {})[each.customer_id] = items
        return found


def _answering(question: Question, config: LearningConfig) -> _Answering:
    memory: Memory = {}
    bundle = learn(question.history, question.now, config, memory=memory)
    weights = _weights(question, config, memory)
    return _Answering(bundle, _beginnings(question.history, config), weights)


def _weights(
    question: Question, config: LearningConfig, memory: Memory
) -> Mapping[str, Mapping[str, Weight]]:
    """Return the weights that the latest moment before the question teaches; none without one."""
    history = question.history
    moments = windows(history, question.now, count=1, horizon_days=config.horizon_days)
    window = next(moments, None)
    if window is None:
        return {}
    bundle = learn(window.history, window.now, config, memory=memory)
    beginnings = _beginnings(window.history, config)
    customers = sorted(window.truth)
    if len(customers) > MOST_LESSONS:
        generator = np.random.default_rng(config.seed)
        drawn = np.sort(generator.choice(len(customers), MOST_LESSONS, replace=False))
        customers = [customers[place] for place in drawn.tolist()]
    lessons = _shown(asked(bundle, beginnings, customers, window.now), config)
    return learned_weights(iter(lessons), window.truth)


def _beginnings(
    history: Dataset, config: LearningConfig, *, count: int | None = None
) -> Beginnings:
    attributes = item_attributes(history.items)
    return Beginnings.of(purchases_of(history), attributes, seed=config.seed, count=count)


def _shown(customers: Iterable[Shown], config: LearningConfig) -> Iterable[Shown]:
    return tqdm(customers, desc="asking", disable=not config.show_progress, leave=False)


def _answers(
    each: Asked, beginnings: Beginnings, weights: Mapping[str, Weight]
) -> dict[str, list[str]]:
    """Return the best items by each kind of answer."""
    item_ids = beginnings.purchases.item_ids

    def most_bought(shares: np.ndarray) -> list[str]:
        return [item_ids[row] for row in np.argsort(-shares, kind="stable")[:COUNT].tolist()]

    def likeliest(saying: str = "") -> list[str]:
        weight = weights[saying].value if saying in weights else 0.0
        odds = each.log_odds + weight * each.log_lifts[saying] if weight else each.log_odds
        return [each.item_ids[place] for place in np.argsort(-odds, kind="stable")[:COUNT].tolist()]

    return {
        POPULAR: most_bought(beginnings.everybody),
        PERSONA: most_bought(beginnings.shares(each.memberships[GUESSED])),
        PERSONA_TOLD: most_bought(beginnings.shares(each.memberships[TOLD])),
        OWN: likeliest(),
        BOTH: likeliest(GUESSED),
        BOTH_TOLD: likeliest(TOLD),
    }
