"""What is noted of every ranking while a model is judged: its ceiling, its cost, its honesty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ml.evaluation.calibration import Calibration
from ml.evaluation.metrics import Baskets
from ml.evaluation.question import Question
from ml.training.learned import Ranking

PERCENTILES = (50, 95, 99)


@dataclass(slots=True)
class _Noted:
    recalls: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


class Observation:
    """Notes every ranking; what it keeps of a customer is a few numbers."""

    def __init__(self, questions: Sequence[Question]) -> None:
        """Have seen nothing yet; rankings for other questions than these are passed over."""
        self._names = {each.name for each in questions}
        self.calibration = Calibration()
        """Of the candidates' purchase probabilities."""
        self.milliseconds: list[float] = []
        """Of compute, ranking by ranking."""
        self._noted: list[_Noted] = []
        self._truth: Baskets | None = None

    def announce(self, question: Question) -> None:
        """Take what the customers asked about from now on bought."""
        self._truth = question.truth if question.name in self._names else None
        if self._truth is not None:
            self._noted.append(_Noted())

    def see(self, ranking: Ranking) -> None:
        """Take a ranking of a customer of the question announced last."""
        if self._truth is None:
            return
        basket = self._truth[ranking.customer_id]
        outcomes = np.array([item in basket for item in ranking.item_ids], np.bool_)
        noted = self._noted[-1]
        noted.recalls.append(float(outcomes.sum()) / len(basket))
        noted.sizes.append(len(outcomes))
        self.calibration.add(ranking.probabilities, outcomes)
        self.milliseconds.append(ranking.milliseconds)

    @property
    def candidate_recalls(self) -> list[float]:
        """Return of each question the mean share of the true basket among the candidates."""
        return [float(np.mean(each.recalls)) for each in self._noted]

    @property
    def candidate_counts(self) -> list[float]:
        """Return of each question the mean number of candidates."""
        return [float(np.mean(each.sizes)) for each in self._noted]

    def latency_ms(self) -> Mapping[str, float]:
        """Return percentiles of the compute of a ranking, ``p50``, ``p95``, ``p99``."""
        found = np.percentile(self.milliseconds, PERCENTILES)
        return {f"p{each}": float(ms) for each, ms in zip(PERCENTILES, found, strict=True)}
