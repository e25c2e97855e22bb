"""Whom to ask, what is known of them, what they would say, and what they buy next.

Everybody who is asked has a long history; the model is told its latest baskets only. So the same
people are newcomers, beginners and regulars, and whatever differs is due to what is known of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.metrics import MAIN_METRIC
from ml.evaluation.question import Question
from ml.model.candidates import SOURCES, Moment
from ml.model.eliciting import LIST_LENGTH
from ml.model.hearing import WIDE_SOURCE_SIZE, Bought
from ml.model.likings import Subjects, Teaching
from ml.simulation.people import make_person
from ml.simulation.questioning import Manners, answers_of
from ml.simulation.streams import Purpose, stream
from ml.simulation.town import Town, customer_id
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.lessons.asking import Asking
from ml.training.lessons.windows import moment_seconds

BANDS: Mapping[str, tuple[int, ...]] = {"0": (0,), "1": (1,), "2": (2,), "3-5": (3, 4, 5)}
"""So many of the latest baskets are told; of several, each as often as the others."""

METRIC = MAIN_METRIC
"""What a case is scored by; its ten are the list that questions are chosen for."""

_POPULAR = SOURCES.index("popular")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A customer of whom so many baskets are known; n candidates."""

    customer_id: str
    probabilities: NDArray[np.float64]
    """[n], that the next basket holds each, before anything is asked."""
    subjects: Subjects
    bought: Bought
    is_next: NDArray[np.bool_]
    """[n], whether the next basket held it."""
    basket_size: int
    """Of the next basket, candidates or not."""
    answers: Mapping[str, str]
    """The answer that would be given to each question; none to one that is waved away."""

    def recall(self, probabilities: NDArray[np.float64]) -> float:
        """Return which share of the next basket the ten likeliest hold."""
        first = np.argsort(-probabilities, kind="stable")[:LIST_LENGTH]
        return float(self.is_next[first].sum() / self.basket_size)

    @property
    def candidate_recall(self) -> float:
        """Return which share of the next basket is among the candidates: no list holds more."""
        return float(self.is_next.sum() / self.basket_size)

    def log_likelihood(self, probabilities: NDArray[np.float64]) -> float:
        """Return how likely these probabilities made what happened, natural logarithm."""
        chances = np.where(self.is_next, probabilities, 1 - probabilities)
        return float(np.log(np.maximum(chances, 1e-9)).sum())


@dataclass(frozen=True, slots=True)
class Asked:
    """A town whose people are asked: what is known of it at the moment of asking."""

    town: Town
    question: Question
    """What they bought up to a moment, and what came next."""
    teachings: tuple[Teaching, ...]
    """What the shop may ask."""
    manners: Manners

    def cases(
        self,
        asking: Asking,
        indexes: Iterable[int],
        *,
        seed: int,
        source_size: int = WIDE_SOURCE_SIZE,
    ) -> Iterator[tuple[str, Case]]:
        """Yield the band and the case of each person in each of ``BANDS``.

        Args:
            asking: the model.
            indexes: of the people; who bought nothing afterwards is left out.
            seed: of the draw how many baskets are told.
            source_size: how many items each source proposes.
        """
        purchases, attributes = purchases_of(self.question.history), _Attributes.of(self.town)
        now_seconds = moment_seconds(self.question.now)
        known = _Known(asking, purchases, attributes, now_seconds, source_size)
        generator = np.random.default_rng(seed)
        for index in indexes:
            name = customer_id(index)
            counts = {band: int(generator.choice(sizes)) for band, sizes in BANDS.items()}
            if name not in self.question.truth:
                continue
            answers = self._answers(index)
            for band, count in counts.items():
                yield band, known.case(name, count, self.question.truth[name], answers)

    def _answers(self, index: int) -> dict[str, str]:
        cut = self.question.cut
        assert cut is not None  # the town is dated
        config = self.town.config
        person = make_person(self.town, index, stream(config.seed, Purpose.CUSTOMER, index))
        day = (cut - config.start).days
        return answers_of(self.town, person, self.teachings, day=day, manners=self.manners)


@dataclass(frozen=True, slots=True)
class _Attributes:
    """The category of every item of a town; tastes there know no brands."""

    rows: Mapping[str, int]
    categories: Sequence[str]
    category_rows: NDArray[np.int64]

    @classmethod
    def of(cls, town: Town) -> "_Attributes":
        goods = town.catalogue
        rows = {item_id: row for row, item_id in enumerate(goods.item_ids)}
        return cls(rows, goods.categories, goods.category_rows)

    def subjects(self, item_ids: Sequence[str]) -> Subjects:
        rows = np.array([self.rows[item_id] for item_id in item_ids], np.int64)
        nobody = np.zeros(len(rows), np.int64)
        return Subjects(item_ids, self.categories, self.category_rows[rows], ("",), nobody)


@dataclass(frozen=True, slots=True)
class _Known:
    """The model and the histories that it is told."""

    asking: Asking
    purchases: Purchases
    attributes: _Attributes
    now_seconds: int
    source_size: int

    def case(
        self, name: str, count: int, truth: frozenset[str], answers: Mapping[str, str]
    ) -> Case:
        history = self.purchases.history(name, last=count)
        store = self.purchases.last_store(name) if count else ""
        moment = Moment(store=store, source_size=self.source_size)
        answer = self.asking.about(history, moment, self.now_seconds)
        candidates = answer.candidates
        shares = candidates.scores[_POPULAR]
        return Case(
            customer_id=name,
            probabilities=answer.probabilities.astype(np.float64),
            subjects=self.attributes.subjects(candidates.item_ids),
            bought=Bought.of(answer.features.own_counts, shares, history.basket_count),
            is_next=np.array([item in truth for item in candidates.item_ids], np.bool_),
            basket_size=len(truth),
            answers=answers,
        )
