"""What sets of features are worth: the ranker is taught again without each.

Everything is counted once: artefacts, candidates of the lessons and their features stay, and so do
the sources, whose candidates are asked about whatever the ranker may see. So what is measured is
what the ranker makes of a set beside all the others; where others say nearly the same, that
is little. The regression behind the source ``next`` knows present shares of its own, which stay.

A set is left out by blanking its columns in learning: no tree can split on a constant column, so
the ranker answers as if the features did not exist, while serving stays as it is.

Trees are drawn at random too. So every ranker is grown from several seeds, and the ranker with all
features once more from others: what lies between those two is chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import Answered, Judgement, scored
from ml.evaluation.intervals import Estimate
from ml.evaluation.metrics import CUTOFFS
from ml.evaluation.question import Protocol, Question, default_protocol, questions
from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Moment
from ml.model.features import FEATURES
from ml.model.index import build_index
from ml.model.ranker import Ranker
from ml.training.artefacts.purchases import purchases_of
from ml.training.insight.feature_sets import FEATURE_SETS
from ml.training.learned import Ofone
from ml.training.learning import Artefacts, LearningConfig, Prepared, prepare
from ml.training.lessons.asking import looked_at
from ml.training.lessons.present import Presents
from ml.training.lessons.samples import Samples

SEEDS = 5
"""Rankers of each kind. On Online Retail the mean of three differed from that of three others by
.0011 Recall@10, that of five from five others by .0001."""

CHANCE = "nothing, other seeds"
"""The name of the ranker that differs by its seeds alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Ablation:
    """How the ranker did with every feature and without each set of them.

    Every question was answered once a seed; a customer is drawn with all answers about them.
    """

    protocol: Protocol
    seeds: int
    """Rankers of each kind and question."""
    whole: Judgement
    without: Mapping[str, Judgement]
    """By what was left out; ``CHANCE`` among them."""

    @property
    def customer_count(self) -> int:
        """Return how many customers were asked about, all questions together."""
        return len(self.whole.scores) // self.seeds

    def worth(self) -> dict[str, dict[str, Estimate]]:
        """Return by how much the ranker is better with each set than without it.

        Returns:
            What was left out to metric to estimate, paired by customer.
        """
        return {name: self.whole.lead_over(each) for name, each in self.without.items()}


def ablate(
    dataset: Dataset,
    config: LearningConfig,
    *,
    protocol: Protocol | None = None,
    seeds: int = SEEDS,
    artefacts: Artefacts | None = None,
) -> Ablation:
    """Ask rankers with and without each of ``FEATURE_SETS`` the same.

    Args:
        dataset: with its targets, if it has any.
        config: of the model.
        protocol: ``None`` takes ``calendar`` for dated data.
        seeds: how many rankers of each kind, at least 1.
        artefacts: as in ``learn``.

    Raises:
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
    """
    protocol = protocol or default_protocol(dataset)
    asked = questions(dataset, protocol, horizon_days=config.horizon_days)
    ideal = dataset.description.ndcg_ideal
    found: dict[str, list[Answered]] = {name: [] for name in (Ofone.name, CHANCE, *FEATURE_SETS)}
    for question in asked:
        prepared = prepare(question.history, question.now, config, artefacts=artefacts)
        rankers = _rankers(prepared, config, seeds)
        lists = _lists(prepared.bundle, rankers, question, show_progress=config.show_progress)
        for taught, ranked in lists.items():
            found[taught.name].append(scored(question, ranked, ideal=ideal))
    judged = {name: Judgement(name, tuple(answered)) for name, answered in found.items()}
    whole = judged.pop(Ofone.name)
    return Ablation(protocol, seeds, whole, judged)


def without(samples: Samples, features: Sequence[str]) -> Samples:
    """Return samples that say nothing of these features: their columns are blank."""
    values = samples.values.copy()
    values[:, [FEATURES.index(each) for each in features]] = np.nan
    return replace(samples, values=values)


@dataclass(frozen=True, slots=True)
class _Taught:
    """Which ranker: what it was taught without, and its seed."""

    name: str
    seed: int


def _rankers(prepared: Prepared, config: LearningConfig, seeds: int) -> dict[_Taught, Ranker]:
    left_out: dict[str, Sequence[str]] = {Ofone.name: (), CHANCE: (), **FEATURE_SETS}
    total = len(left_out) * seeds
    found = {}
    with tqdm(total=total, desc="rankers", disable=not config.show_progress, leave=False) as bar:
        for name, features in left_out.items():
            blank = replace(prepared, samples=without(prepared.samples, features))
            first = config.seed + (seeds if name == CHANCE else 0)
            for seed in range(first, first + seeds):
                bundle = blank.taught(config.ranker, seed=seed)
                found[_Taught(name, seed)] = Ranker(bundle.ranker)
                bar.update()
    return found


def _lists(
    bundle: Bundle, rankers: Mapping[_Taught, Ranker], question: Question, *, show_progress: bool
) -> dict[_Taught, dict[str, list[str]]]:
    """Return what each ranker makes of the same candidates of every customer who is asked about.

    Customer by customer, so that no more than one table of features is held.
    """
    purchases = purchases_of(question.history)
    candidates = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    presents = Presents(candidates, purchases, question.now)
    lists: dict[_Taught, dict[str, list[str]]] = {taught: {} for taught in rankers}
    for customer in tqdm(question.customer_ids, desc="asking", disable=not show_progress):
        history = purchases.history(customer)
        now = presents.of(customer)
        moment = Moment(store=purchases.last_store(customer))
        found, table = looked_at(now.candidates, history, moment, now.now_seconds)
        for taught, ranker in rankers.items():
            probabilities = ranker.probabilities(table.values)
            order = np.argsort(-probabilities, kind="stable")[: max(CUTOFFS)]
            lists[taught][customer] = [found.item_ids[place] for place in order.tolist()]
    return lists
