"""The whole model as a recommender: candidates, features and ranker as the services use them."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Now
from ml.model.attributes import ItemAttributes
from ml.model.bundle import Bundle
from ml.model.candidates import SOURCE_SIZE, Moment
from ml.model.ranker import Ranker
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.learning import Artefacts, LearningConfig, Memory, learn
from ml.training.lessons.asking import Asking
from ml.training.lessons.launches import with_catalogue
from ml.training.lessons.present import Presents


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

    def best(self, count: int) -> list[str]:
        """Return the most likely candidates, best first; ties in the order of the candidates."""
        order = np.argsort(-self.probabilities, kind="stable")
        return [self.item_ids[place] for place in order[:count].tolist()]


Observe = Callable[[Ranking], None]


def overlook(_: Ranking) -> None:
    """Observe nothing."""


class BundleRecommender:
    """Answers from a bundle and the histories of customers."""

    __slots__ = ("_observe", "_presents", "_purchases", "_ranker")

    def __init__(
        self,
        bundle: Bundle,
        purchases: Purchases,
        now: Now,
        *,
        catalogue: Mapping[str, ItemAttributes] | None = None,
        observe: Observe = overlook,
    ) -> None:
        """Prepare bundle and histories for a moment.

        Args:
            bundle: what answers.
            purchases: the histories.
            now: the moment, or that of each customer.
            catalogue: what is sold; its items that the bundle does not know are fresh ones.
            observe: told of every ranking.
        """
        self._purchases = purchases
        self._ranker = Ranker(bundle.ranker)
        self._presents = Presents(with_catalogue(bundle, catalogue or {}), purchases, now)
        self._observe = observe

    def rank(self, customer_id: str, count: int) -> list[str]:
        """Return the items most likely in the customer's next basket, best first."""
        ranking = self._ranking(customer_id, SOURCE_SIZE, None)
        self._observe(ranking)
        return ranking.best(count)

    def rank_fresh(self, customer_id: str, count: int) -> list[str]:
        """Return the fresh items most likely in it, best first; nobody is told of the ranking."""
        candidates = self._presents.of(customer_id).candidates
        known, everything = len(candidates.bundle.vocabulary), len(candidates.vocabulary)
        is_fresh = np.arange(everything) >= known
        return self._ranking(customer_id, count, is_fresh).best(count)

    def _ranking(
        self, customer_id: str, source_size: int, allowed: NDArray[np.bool_] | None
    ) -> Ranking:
        history = self._purchases.history(customer_id)
        moment = Moment(store=self._purchases.last_store(customer_id), source_size=source_size)
        now = self._presents.of(customer_id)
        start = time.thread_time()
        asking = Asking(now.candidates, self._ranker)
        answer = asking.about(history, moment, now.now_seconds, allowed=allowed)
        taken_ms = (time.thread_time() - start) * 1_000
        return Ranking(customer_id, answer.candidates.item_ids, answer.probabilities, taken_ms)


class Ofone:
    """The model as it is trained and served, judged like any other recommender."""

    name = "ofone"

    def __init__(
        self,
        config: LearningConfig,
        *,
        memory: Memory | None = None,
        observe: Observe = overlook,
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

    def fit(self, history: Dataset, now: Now) -> None:
        """Learn a bundle; ``now`` is the moment at which features are taken."""
        self.bundle = learn(
            history, now, self._config, memory=self._memory, artefacts=self._artefacts
        )
        self._answering = BundleRecommender(
            self.bundle,
            purchases_of(history),
            now,
            catalogue=item_attributes(history.items),
            observe=self._observe,
        )

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; a call before ``fit`` knows nobody and nothing."""
        answering = self._answering
        if answering is None:
            return [[] for _ in customer_ids]
        return [answering.rank(each, count) for each in self._shown(customer_ids)]

    def recommend_fresh(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """Return for each customer the most likely items that the model never saw."""
        answering = self._answering
        if answering is None:
            return [[] for _ in customer_ids]
        return [answering.rank_fresh(each, count) for each in self._shown(customer_ids)]

    def _shown(self, customer_ids: Sequence[str]) -> Iterable[str]:
        """Return the customers one after the other, with a bar."""
        hidden = not self._config.show_progress
        return tqdm(customer_ids, desc="asking", disable=hidden, leave=False)
