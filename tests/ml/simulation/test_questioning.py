"""People say what describes them, mostly; the shop is not told why."""

from datetime import date

import numpy as np
import pytest

from ml.model.likings import SubjectKind, Teaching
from ml.simulation.people import Person, make_person
from ml.simulation.questioning import NONE_OF_THESE, Manners, answers_of, shop_questions
from ml.simulation.streams import Purpose, stream
from ml.simulation.town import Town, TownConfig

TOWN = Town.build(TownConfig(end=date(2026, 6, 30), customers=300, items=600))
QUESTIONS = shop_questions(TOWN)
OPEN = Manners(waved_away_share=0.0, hasty_share=0.0, doubt=0.0)
DAY = 300


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return [
        make_person(TOWN, index, stream(TOWN.config.seed, Purpose.CUSTOMER, index))
        for index in range(150)
    ]


def said(person: Person, manners: Manners = OPEN) -> dict[str, str]:
    return answers_of(TOWN, person, QUESTIONS, day=DAY, manners=manners)


def about(question_id: str) -> Teaching:
    return next(each for each in QUESTIONS if each.question_id == question_id)


def test_questions_are_about_what_the_shop_sells_and_have_answers_of_their_own() -> None:
    sold = {
        SubjectKind.CATEGORY: set(TOWN.catalogue.categories),
        SubjectKind.ITEM: set(TOWN.catalogue.item_ids),
    }

    assert len({each.question_id for each in QUESTIONS}) == len(QUESTIONS) > 30
    for question in QUESTIONS:
        ids = [each.answer_id for each in question.answers]
        assert len(set(ids)) == len(ids) >= 2
        subjects = [each for answer in question.answers for each in answer.likings]
        assert subjects
        assert all(each.name in sold[each.kind] for each in subjects)


def test_who_has_a_listed_favourite_names_it_and_nobody_names_another(people: list[Person]) -> None:
    question = about("which-milk")
    listed = {each.answer_id for each in question.answers} - {NONE_OF_THESE}
    named = 0
    for person in people:
        own = person.favourites
        is_one = (own.since <= DAY) & (own.until > DAY)
        favourites = {TOWN.catalogue.item_ids[row] for row in own.item_rows[is_one]} & listed
        answer = said(person)["which-milk"]
        assert answer in favourites if favourites else answer == NONE_OF_THESE
        named += bool(favourites)
    assert named > 10


def test_who_keeps_a_cat_says_so(people: list[Person]) -> None:
    cat = TOWN.catalogue.categories.index("Cat")
    settled = [each for each in people if np.isinf(each.change_day)]
    with_cat = [each for each in settled if each.phases[0].category_weights[cat] > 3]

    assert with_cat
    assert {said(each)["pets"] for each in with_cat} <= {"cat", "both"}


def test_some_questions_are_waved_away_and_some_answered_in_haste(people: list[Person]) -> None:
    asked = len(people) * len(QUESTIONS)
    shy = sum(len(said(each, Manners(0.4, 0.0, 0.0))) for each in people)
    honest, hasty = said(people[5]), said(people[5], Manners(0.0, 1.0, 0.0))

    assert 0.55 < shy / asked < 0.65
    assert sum(honest[name] != hasty[name] for name in honest) > len(QUESTIONS) / 3


def test_a_person_asked_again_says_the_same(people: list[Person]) -> None:
    assert said(people[7], Manners()) == said(people[7], Manners())
    assert said(people[7]) != said(people[8])
