"""The model beside what it must beat, on the same customers: what a training run reports."""

import hashlib
import resource
import sys
import time
from dataclasses import dataclass

from ml.dataset.dataset import Dataset
from ml.dataset.digest import digest
from ml.evaluation.baselines import PersonalThenPopular
from ml.evaluation.beginners import beginners
from ml.evaluation.comparison import Judgement, judge
from ml.evaluation.frequency_neighbours import TifuParameters
from ml.evaluation.intervals import Estimate
from ml.evaluation.question import Protocol, Question, default_protocol, questions
from ml.evaluation.strata import Strata
from ml.model.bundle import Bundle
from ml.training.judging.contest import Contest
from ml.training.judging.feature_gain import gain_by_group
from ml.training.judging.observation import Observation
from ml.training.learned import Ofone
from ml.training.learning import Artefacts, LearningConfig, Memory
from ml.training.tuning.search import Keeping

BASELINE = PersonalThenPopular.name
"""What a first model must beat."""


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """What the model took.

    Attributes:
        seconds: wall time of learning and asking, the model alone.
        learning_seconds: of it, learning, all questions together.
        peak_memory_mb: the most memory the process ever held until the model had answered.
        latency_ms: percentiles of candidates, features and ranking of one customer.
    """

    seconds: float
    learning_seconds: float
    peak_memory_mb: float
    latency_ms: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What a model is worth on one data set."""

    protocol: Protocol
    fingerprint: str
    """Equal for two evaluations that asked the same questions."""
    model: Judgement
    baselines: dict[str, Judgement]
    beginners: dict[str, Judgement]
    """How all did, the model first, on customers whom the protocol leaves out; empty without any.
    Every other figure is without them."""
    tuned: list[TifuParameters]
    """What was chosen for TIFU-KNN, question by question."""
    strata: Strata
    """Of the questions of all judgements."""
    observation: Observation
    """Candidates, calibration and latency of the model."""
    cost: Cost
    bundle: Bundle
    """What the model answered the last question with; it learned nothing of the truth."""

    @property
    def judgements(self) -> dict[str, Judgement]:
        """Return all, the model first."""
        return {self.model.name: self.model, **self.baselines}

    @property
    def question(self) -> Question:
        """Return the last question, for examples."""
        return self.model.answered[-1].question

    @property
    def feature_gain(self) -> dict[str, float]:
        """Return the share of each group of features in what the bundle's trees gained."""
        return gain_by_group(self.bundle.ranker)

    @property
    def candidate_recall(self) -> float:
        """Return the share of true baskets among the candidates: the ceiling of the ranker."""
        recalls = self.observation.candidate_recalls
        return sum(recalls) / len(recalls)

    def by_known_baskets(self) -> dict[str, dict[str, Judgement]]:
        """Return how each did by known baskets of the customer, beginners included.

        Returns:
            Recommender to band to how it did there.
        """
        found = {name: self.strata.by_known_baskets(each) for name, each in self.judgements.items()}
        if not self.beginners:
            return found
        asked = [each.question for each in self.beginners[self.model.name].answered]
        strata = Strata.of(asked, ideal=self.strata.ideal)
        return {
            name: strata.by_known_baskets(self.beginners[name]) | bands
            for name, bands in found.items()
        }

    def leads(self) -> dict[str, dict[str, Estimate]]:
        """Return the model's paired lead over each baseline."""
        return {name: self.model.lead_over(each) for name, each in self.baselines.items()}

    def metrics(self) -> dict[str, float]:
        """Return every figure under a name that MLflow and a manifest accept."""
        found = {
            "candidate_recall": self.candidate_recall,
            "calibration_error": self.observation.calibration.expected_error,
        }
        for name, each in self.judgements.items():
            prefix = "" if each is self.model else f"{name}/"
            found |= _flat(prefix, each.estimates())
            found |= {f"{prefix}{_plain(key)}": value for key, value in each.coverage.items()}
        for name, lead in self.leads().items():
            found |= _flat(f"lead_over_{name}/", lead)
        return found


def evaluate(
    dataset: Dataset,
    config: LearningConfig,
    *,
    protocol: Protocol | None = None,
    memory: Memory | None = None,
    artefacts: Artefacts | None = None,
    keeping: Keeping | None = None,
) -> Evaluation:
    """Learn from what may be known, and ask model and baselines.

    Args:
        dataset: with its targets, if it has any.
        config: of the model.
        protocol: ``None`` takes ``calendar`` for dated data.
        memory: as in ``learn``.
        artefacts: as in ``learn``.
        keeping: of the trials by which baselines are tuned; ``None`` takes their authors' choices.

    Raises:
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
    """
    protocol = protocol or default_protocol(dataset)
    asked = questions(dataset, protocol, horizon_days=config.horizon_days)
    left_out = [beginners(dataset, each, horizon_days=config.horizon_days) for each in asked]
    new = tuple(each for each in left_out if each)
    ideal = dataset.description.ndcg_ideal
    observation = Observation(asked)
    ofone = Ofone(config, memory=memory, observe=observation.see, artefacts=artefacts)
    start = time.monotonic()
    model = judge(ofone, (*asked, *new), ideal=ideal, announce=observation.announce)
    cost = Cost(
        time.monotonic() - start,
        sum(each.learning_seconds for each in model.answered),
        _peak_memory_mb(),
        dict(observation.latency_ms()),
    )
    assert ofone.bundle is not None  # judging it let it learn
    identity = f"{digest(dataset)}|{protocol}|{config.horizon_days}"
    fingerprint = hashlib.sha256(identity.encode()).hexdigest()[:32]
    contest = Contest(dataset, (*asked, *new), fingerprint, config.horizon_days)
    baselines, chosen = contest.baselines(keeping)
    judged = {model.name: model, **baselines}
    main, rest = slice(len(asked)), slice(len(asked), None)
    return Evaluation(
        protocol=protocol,
        fingerprint=fingerprint,
        model=model.part(main),
        baselines={name: each.part(main) for name, each in baselines.items()},
        beginners={name: each.part(rest) for name, each in judged.items()} if new else {},
        tuned=chosen[main],
        strata=Strata.of(asked, ideal=ideal),
        observation=observation,
        cost=cost,
        bundle=ofone.bundle,
    )


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _plain(name: str) -> str:
    return name.replace("@", "_at_")


def _flat(prefix: str, estimates: dict[str, Estimate]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, each in estimates.items():
        found[f"{prefix}{_plain(name)}"] = each.mean
        found[f"{prefix}{_plain(name)}_low"] = each.low
        found[f"{prefix}{_plain(name)}_high"] = each.high
    return found
