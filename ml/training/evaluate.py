"""The model beside what it must beat, on the same customers: what a training run reports."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset
from ml.dataset.digest import digest
from ml.evaluation.baselines import Personal, PersonalThenPopular, Popular
from ml.evaluation.comparison import Judgement, judge
from ml.evaluation.frequency_neighbours import TifuKnn
from ml.evaluation.intervals import Estimate, bootstrap_mean
from ml.evaluation.question import Protocol, Question, default_protocol, questions
from ml.evaluation.recommender import Recommender
from ml.model.bundle import Bundle
from ml.training.learned import Ofone
from ml.training.learning import LearningConfig, Memory
from ml.training.models import Collaborative, FactorModel

BASELINE = PersonalThenPopular.name
"""What a first model must beat."""

HISTORY_BANDS = ((1, 2), (3, 5), (6, 10), (11, None))
"""Known baskets, from and to."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What a model is worth on one data set."""

    protocol: Protocol
    fingerprint: str
    """Equal for two evaluations that asked the same questions."""
    model: Judgement
    baselines: dict[str, Judgement]
    candidate_recall: float
    """Share of true baskets among the candidates: the ceiling of the ranker."""
    seconds: float
    """Wall time of learning and asking, the model alone."""
    question: Question
    """The last question, for examples."""
    bundle: Bundle
    """What the model answered the last question with; it learned nothing of the truth."""

    @property
    def judgements(self) -> dict[str, Judgement]:
        """Return all, the model first."""
        return {self.model.name: self.model, **self.baselines}

    def leads(self) -> dict[str, dict[str, Estimate]]:
        """Return the model's paired lead over each baseline."""
        return {name: self.model.lead_over(each) for name, each in self.baselines.items()}

    def by_history_length(self, metric: str) -> dict[str, dict[str, Estimate]]:
        """Return the metric of model and main baseline by how many baskets were known."""
        known = self.question.history.interactions.groupby("customer_id")["sequence"].nunique()
        sizes = known.reindex(self.model.scores.index).fillna(0).to_numpy()
        found: dict[str, dict[str, Estimate]] = {}
        for low, high in HISTORY_BANDS:
            inside = (sizes >= low) & (sizes <= (high or np.inf))
            if not inside.any():
                continue
            band = f"{low}+" if high is None else f"{low}-{high}"
            found[f"{band} (n={inside.sum()})"] = {
                each.name: bootstrap_mean(each.scores.loc[inside, [metric]])[metric]
                for each in (self.model, self.baselines[BASELINE])
            }
        return found

    def metrics(self) -> dict[str, float]:
        """Return every figure under a name that MLflow and a manifest accept."""
        found = {"candidate_recall": self.candidate_recall}
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
) -> Evaluation:
    """Learn from what may be known, and ask model and baselines.

    Args:
        dataset: with its targets, if it has any.
        config: of the model.
        protocol: ``None`` takes ``calendar`` for dated data.
        memory: as in ``learn``.

    Raises:
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
    """
    protocol = protocol or default_protocol(dataset)
    asked = questions(dataset, protocol, horizon_days=config.horizon_days)
    ideal = dataset.description.ndcg_ideal
    ofone = Ofone(config, memory=memory)
    start = time.monotonic()
    model = judge(ofone, asked, ideal=ideal)
    seconds = time.monotonic() - start
    others: Sequence[Recommender] = (
        Popular(),
        Personal(),
        PersonalThenPopular(),
        TifuKnn(),
        Collaborative(FactorModel(config.factors, seed=config.seed)),
    )
    assert ofone.bundle is not None  # judging it let it learn
    identity = f"{digest(dataset)}|{protocol}|{config.horizon_days}"
    return Evaluation(
        protocol=protocol,
        fingerprint=hashlib.sha256(identity.encode()).hexdigest()[:32],
        model=model,
        baselines={each.name: judge(each, asked, ideal=ideal) for each in others},
        candidate_recall=_candidate_recall(ofone, asked[-1]),
        seconds=seconds,
        question=asked[-1],
        bundle=ofone.bundle,
    )


def scores_without_names(scores: pd.DataFrame) -> pd.DataFrame:
    """Return scores under digests of the customers' ids: enough to pair, not to look up."""
    codes = [hashlib.sha256(str(each).encode()).hexdigest()[:16] for each in scores.index]
    return scores.set_axis(pd.Index(codes, name="customer", dtype="str"))


def _candidate_recall(ofone: Ofone, question: Question) -> float:
    found = [
        len(basket.intersection(ofone.proposed.get(customer, ()))) / len(basket)
        for customer, basket in question.truth.items()
    ]
    return sum(found) / len(found)


def _plain(name: str) -> str:
    return name.replace("@", "_at_")


def _flat(prefix: str, estimates: dict[str, Estimate]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, each in estimates.items():
        found[f"{prefix}{_plain(name)}"] = each.mean
        found[f"{prefix}{_plain(name)}_low"] = each.low
        found[f"{prefix}{_plain(name)}_high"] = each.high
    return found
