"""The whole model as a recommender: candidates, features and ranker as the services use them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Moment
from ml.model.features import feature_table
from ml.model.index import build_index
from ml.model.ranker import Ranker
from ml.training.learning import Artefacts, LearningConfig, Memory, learn
from ml.training.purchases import Purchases, purchases_of
from ml.training.windows import moment_seconds


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """How one customer's candidates were ranked.

    Attributes:
        customer_id: who was asked about.
        item_ids: the candidates, length n.
        probabilities: float32 [n], that the next basket holds each.
        milliseconds: of compute in candidates, features and ranking, the waiting left out.
    """

    customer_id: str
    item_ids: list[str]
    probabilities: NDArray[np.float32]
    milliseconds: float


Observe = Callable[[Ranking], None]


def _overlook(_: Ranking) -> None:
    """Observe nothing."""


class BundleRecommender:
    """Answers from a bundle and the histories of customers."""

    __slots__ = ("_bundle", "_generator", "_now_seconds", "_observe", "_purchases", "_ranker")

    def __init__(
        self,
        bundle: Bundle,
        purchases: Purchases,
        now_seconds: int,
        *,
        observe: Observe = _overlook,
    ) -> None:
        """Prepare bundle and histories for a moment; ``observe`` is told of every ranking."""
        self._bundle = bundle
        self._purchases = purchases
        self._now_seconds = now_seconds
        self._ranker = Ranker(bundle.ranker)
        self._generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
        self._observe = observe

    def rank(self, customer_id: str, count: int) -> list[str]:
        """Return the items most likely in the customer's next basket, best first."""
        history = self._purchases.history(customer_id)
        store = self._purchases.last_store(customer_id)
        start = time.thread_time()
        found = self._generator.generate(history, Moment(store=store))
        table = feature_table(self._bundle, history, found, self._now_seconds)
        probabilities = self._ranker.probabilities(table.values)
        order = np.argsort(-probabilities, kind="stable")
        taken_ms = (time.thread_time() - start) * 1_000
        self._observe(Ranking(customer_id, found.item_ids, probabilities, taken_ms))
        return [found.item_ids[place] for place in order[:count].tolist()]


class Ofone:
    """The model as it is trained and served, judged like any other recommender."""

    name = "ofone"

    def __init__(
        self,
        config: LearningConfig,
        *,
        memory: Memory | None = None,
        observe: Observe = _overlook,
        artefacts: Artefacts | None = None,
    ) -> None:
        """Take how to learn; ``memory`` and ``artefacts`` as in ``learn``.

        ``observe`` is told of every ranking.
        """
        self._config = config
        self._memory = memory
        self._artefacts = artefacts
        self._observe = observe
        self._answering: BundleRecommender | None = None
        self.bundle: Bundle | None = None
        """What was learned last."""

    def fit(self, history: Dataset, now: datetime | None) -> None:
        """Learn a bundle; ``now`` is the moment at which features are taken."""
        self.bundle = learn(
            history, now, self._config, memory=self._memory, artefacts=self._artefacts
        )
        self._answering = BundleRecommender(
            self.bundle, purchases_of(history), moment_seconds(now), observe=self._observe
        )

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; a call before ``fit`` knows nobody and nothing."""
        answering = self._answering
        if answering is None:
            return [[] for _ in customer_ids]
        shown = tqdm(
            customer_ids, desc="asking", disable=not self._config.show_progress, leave=False
        )
        return [answering.rank(customer, count) for customer in shown]
