"""What an answer says of items: likings by category, brand and item, as a person writes them down.

An answer is worth something only as far as it tells customers apart; so each possible answer says
by how much those who give it buy more, or less, of something than everybody does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ml.model.history import SECONDS_PER_DAY


class SubjectKind(Enum):
    """What a liking may be about."""

    CATEGORY = "category"
    BRAND = "brand"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Liking:
    """How much more, or less, of something is bought by those who give an answer."""

    kind: SubjectKind
    name: str
    """The category's or the brand's name, or the item's id."""
    log_odds: float
    """Natural logarithm of the factor on the odds: 0.7 is twice as often, -3 nearly never."""


@dataclass(frozen=True, slots=True)
class PossibleAnswer:
    """One answer that may be given."""

    answer_id: str
    likings: tuple[Liking, ...] = ()
    """None where it says nothing of what is bought."""
    share: float = 1.0
    """How many of those who answer give it, relative to the other answers; positive."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """A question as far as the model is concerned."""

    question_id: str
    answers: tuple[PossibleAnswer, ...]
    """Two at the least; who answers gives one of them."""
    half_life_days: float = 365.0
    """After so many days an answer is half as reliable; positive."""
    confidence: float = 0.9
    """How often a fresh answer is true, 0 to 1; an untrue one is given by chance, by the shares."""

    def shares(self) -> NDArray[np.float64]:
        """Return how many of those who answer give each answer, float64 [m], summing to 1."""
        weights = np.array([each.share for each in self.answers], np.float64)
        return np.asarray(weights / weights.sum())

    def place_of(self, answer_id: str) -> int | None:
        """Return which answer that is; ``None`` when the question has it not, or not any more."""
        ids = [each.answer_id for each in self.answers]
        return ids.index(answer_id) if answer_id in ids else None

    def reliability(self, age_seconds: float) -> float:
        """Return how sure it is that an answer of that age still holds, 0 to ``confidence``."""
        age_days = max(age_seconds, 0.0) / SECONDS_PER_DAY
        return float(self.confidence * np.exp2(-age_days / self.half_life_days))


@dataclass(frozen=True, slots=True)
class Subjects:
    """What n items are, each name once.

    Attributes:
        item_ids: the items, length n.
        categories: the names that the indexes point into; the empty name for none.
        category_indexes: int64 [n].
        brands: the names that the indexes point into; the empty name for none.
        brand_indexes: int64 [n].
    """

    item_ids: Sequence[str]
    categories: Sequence[str]
    category_indexes: NDArray[np.int64]
    brands: Sequence[str]
    brand_indexes: NDArray[np.int64]


def likings_of(teaching: Teaching, subjects: Subjects) -> NDArray[np.float64]:
    """Return what each answer says of each item: log-odds, float64 [m, n].

    What is said of an item itself, its category and its brand adds up; 0 where nothing is said.
    """
    kinds = {liking.kind for answer in teaching.answers for liking in answer.likings}
    found = np.zeros((len(teaching.answers), len(subjects.item_ids)))
    if SubjectKind.CATEGORY in kinds:
        table = _table(teaching, SubjectKind.CATEGORY, subjects.categories)
        found += table[:, subjects.category_indexes]
    if SubjectKind.BRAND in kinds:
        found += _table(teaching, SubjectKind.BRAND, subjects.brands)[:, subjects.brand_indexes]
    if SubjectKind.ITEM in kinds:
        found += _table(teaching, SubjectKind.ITEM, subjects.item_ids)
    return found


def _table(teaching: Teaching, kind: SubjectKind, names: Sequence[str]) -> NDArray[np.float64]:
    """Return what each answer says of each of ``names``, float64 [m, names]."""
    place_of = dict(zip(names, range(len(names)), strict=True))
    table = np.zeros((len(teaching.answers), len(names)))
    for row, answer in enumerate(teaching.answers):
        for liking in answer.likings:
            place = place_of.get(liking.name) if liking.kind is kind and liking.name else None
            if place is not None:
                table[row, place] += liking.log_odds
    return table
