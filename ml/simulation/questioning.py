"""What a shop of the town may ask, and what its people say: what describes them best, or nothing.

They know their own tastes and favourites, which the shop does not, and they do not always tell
them: some wave a question away, some answer in haste. What the shop takes from the answers was
written down as a shopkeeper would guess it; nobody's tastes were looked at for it.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Teaching
from ml.simulation.people import Person
from ml.simulation.streams import Purpose, stream
from ml.simulation.tastes import life_factors
from ml.simulation.town import Town

_FILE = Path(__file__).parent / "questions.toml"

_ASKED_AISLES = 20
_LISTED_ITEMS = 6
"""A question about an aisle lists its so many best sellers; more nobody reads."""
_ALWAYS, _NOT = 3.0, -1.0
"""Log-odds that a shopkeeper would give an item somebody always has, and one they do not name."""
NONE_OF_THESE = "none"

_FAINTEST = -3.0
"""Log of the taste for what is never bought; nobody can say less than "never"."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How people answer."""

    waved_away_share: float = 0.15
    """Of all questions, how many are not answered."""
    hasty_share: float = 0.1
    """Of all answers, how many are given without thinking: any, by chance."""
    doubt: float = 0.3
    """Scale of the Gumbel noise on how well an answer describes a taste; with 0 it is always the
    nearest one that is given."""


def shop_questions(town: Town) -> tuple[Teaching, ...]:
    """Return what the shop may ask, in the order in which it would: the largest aisles first.

    Of each aisle in which people buy again, which of its items they always have; and between
    these, one by one, what they are like (``questions.toml``).
    """
    goods = town.catalogue
    renewed = np.flatnonzero(goods.gap_days[goods.starts] > 0)
    largest = renewed[np.argsort(-goods.weights[renewed], kind="stable")[:_ASKED_AISLES]]
    about_items = [_which_item(town, int(row)) for row in largest]
    pairs = zip_longest(about_items, _about_tastes())
    return tuple(question for pair in pairs for question in pair if question is not None)


def answers_of(
    town: Town, person: Person, questions: tuple[Teaching, ...], *, day: int, manners: Manners
) -> dict[str, str]:
    """Return what a person would answer to each question, were it asked on a day of the history.

    Args:
        town: where.
        person: who.
        questions: that may be asked.
        day: of the history; tastes are those of that day.
        manners: how people answer.

    Returns:
        The answer's id by the question's; who waves a question away gives none. Equal arguments
        give equal answers.
    """
    rng = stream(town.config.seed, Purpose.ANSWERS, person.index)
    tastes, favourites = _tastes(town, person, day), _favourites(town, person, day)
    found = {}
    for question in questions:
        waved_away, hasty = rng.random(2)
        doubts = manners.doubt * rng.gumbel(size=len(question.answers))
        by_chance = int(rng.integers(len(question.answers)))
        if _is_about_items(question):
            true = _most_bought(question, favourites)
        else:
            true = int(np.argmax(_nearness(town, question, tastes) + doubts))
        if waved_away >= manners.waved_away_share:
            place = by_chance if hasty < manners.hasty_share else true
            found[question.question_id] = question.answers[place].answer_id
    return found


def _which_item(town: Town, category: int) -> Teaching:
    """Return the question which of an aisle's best sellers somebody always has."""
    goods = town.catalogue
    rows = np.flatnonzero(goods.category_rows == category)
    best = rows[np.argsort(-goods.appeal[rows], kind="stable")[:_LISTED_ITEMS]]
    names = [goods.item_ids[row] for row in best]
    none = dict.fromkeys(names, _NOT)
    answers = [
        PossibleAnswer(name, _likings(SubjectKind.ITEM, {**none, name: _ALWAYS})) for name in names
    ]
    answers.append(PossibleAnswer(NONE_OF_THESE, _likings(SubjectKind.ITEM, none)))
    return Teaching(f"which-{names[0].rpartition('-')[0]}", tuple(answers))


def _about_tastes() -> tuple[Teaching, ...]:
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Teaching(
            each["id"],
            tuple(
                PossibleAnswer(answer_id, _likings(SubjectKind.CATEGORY, answer["likings"]))
                for answer_id, answer in each["answers"].items()
            ),
        )
        for each in document["questions"]
    )


def _likings(kind: SubjectKind, log_odds: Mapping[str, float]) -> tuple[Liking, ...]:
    return tuple(Liking(kind, name, value) for name, value in log_odds.items())


def _is_about_items(question: Teaching) -> bool:
    kinds = {each.kind for answer in question.answers for each in answer.likings}
    return SubjectKind.ITEM in kinds


def _favourites(town: Town, person: Person, day: int) -> dict[str, float]:
    """Return the items that the person keeps buying, with the days between."""
    own = person.favourites
    is_one = (own.since <= day) & (day < own.until)
    items = [town.catalogue.item_ids[row] for row in own.item_rows[is_one].tolist()]
    return dict(zip(items, own.gap_days[is_one].tolist(), strict=True))


def _most_bought(question: Teaching, favourites: Mapping[str, float]) -> int:
    """Return the answer that names the favourite bought most often, or none of them."""
    listed = [each.answer_id for each in question.answers]
    named = [name for name in listed if name in favourites]
    return listed.index(min(named, key=favourites.__getitem__) if named else NONE_OF_THESE)


def _tastes(town: Town, person: Person, day: int) -> NDArray[np.float64]:
    """Return how much more of each category the person wants than the town does, log, (C,)."""
    phase = person.phases[bisect_right(person.phase_days, day) - 1]
    shares = np.array([each.share for each in town.stages])
    usual = shares @ np.stack([life_factors(town, each) for each in town.stages]) / shares.sum()
    with np.errstate(divide="ignore"):
        tastes = np.log(phase.category_weights / (town.catalogue.weights * usual))
    return np.asarray(np.maximum(tastes, _FAINTEST))


def _nearness(town: Town, question: Teaching, tastes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how well each answer describes the tastes: minus half the squared distance."""
    names = {each.name for answer in question.answers for each in answer.likings}
    rows = [town.catalogue.categories.index(name) for name in sorted(names)]
    said = np.array(
        [
            [sum(each.log_odds for each in answer.likings if each.name == name)
             for name in sorted(names)]
            for answer in question.answers
        ]
    )  # fmt: skip
    return np.asarray(-0.5 * ((tastes[rows] - said) ** 2).sum(axis=1))
