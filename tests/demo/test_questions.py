"""The demo's questions are about what the shop sells, and are taken by the service."""

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest

from demo.questions import CHOICES, few_questions, question_of
from ml.model.persona import Persona
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of
from ml.training.personas.beginnings import Beginnings
from ml.training.personas.declaring import persona_teaching, question_document
from services.conditions.cel_conditions import CelConditions
from services.recommendation.domain.condition import vocabulary
from services.recommendation.domain.question import Question, QuestionId
from services.recommendation.servicer.question_messages import question_of as taken_by_the_service
from services.serving.validation import Check
from tests.demo.test_offers import _items, _shop
from tests.ml.training.personas.test_learned import shop


def test_a_category_is_asked_about_by_its_best_sellers() -> None:
    questions = few_questions(_shop(_items([f"Tea {n}" for n in range(9)], category="Tea")))

    (question,) = questions.values()
    check = Check()
    taken = taken_by_the_service(
        QuestionId("always-tea"), question, check, conditions=CelConditions(vocabulary(()))
    )
    check.done()

    assert set(questions) == {"always-tea"}
    assert question.text.startswith("Tea: which of these")
    assert [each.text for each in question.answers][-1] == "None of these"
    assert len(taken.teaching.answers) == CHOICES + 1
    assert [each.log_odds for each in taken.teaching.answers[0].likings] == [3.0, *[-1.0] * 4]


def test_a_shop_that_does_not_sort_its_items_asks_nothing() -> None:
    assert few_questions(_shop(_items(["Tea", "Cup"]))) == {}


def test_a_shop_that_sorts_in_another_script_asks_about_each_category() -> None:
    items = _items([f"Вещь {n}" for n in range(4)]).assign(category=["Чай", "Чай", "Кофе", "Кофе"])

    questions = few_questions(_shop(items))

    assert set(questions) == {"always-1", "always-2"}


@pytest.fixture(scope="module")
def choices() -> Beginnings:
    return Beginnings.of(purchases_of(shop()), item_attributes(shop().items), seed=3, count=2)


def asked(choices: Beginnings) -> Question:
    """Return the question about personas, written, read and taken by the service."""
    ((name, question),) = question_of(json.dumps(question_document(choices))).items()
    check = Check()
    taken = taken_by_the_service(
        QuestionId(name), question, check, conditions=CelConditions(vocabulary(()))
    )
    check.done()
    return taken


def of_personas(choices: Beginnings, personas: Iterable[Persona]) -> Beginnings:
    """Return the choices with these in the place of their personas."""
    known = choices.learned.personas
    learned = replace(choices.learned, personas=replace(known, personas=tuple(personas)))
    return replace(choices, learned=learned)


def test_the_question_about_personas_is_taken_as_it_was_written(choices: Beginnings) -> None:
    taken = asked(choices)

    assert taken.question_id == "persona"
    told = persona_teaching(choices).answers
    assert [each.likings for each in taken.teaching.answers] == [each.likings for each in told]


@pytest.mark.parametrize("share", [0.3, 0.01234, 0.00002])
def test_the_service_hears_how_many_are_of_a_persona(choices: Beginnings, share: float) -> None:
    """Of a shop with many customers a persona may hold next to none: they are not everybody."""
    many, few = choices.learned.personas.personas
    personas = replace(many, share=1 - share), replace(few, share=share)

    taken = asked(of_personas(choices, personas))

    assert taken.teaching.shares() == pytest.approx([1 - share, share], rel=1e-3)


def test_the_name_of_a_persona_is_cut_where_the_text_of_an_answer_ends(choices: Beginnings) -> None:
    first, other = choices.learned.personas.personas
    long = of_personas(choices, (replace(first, name="Tea " * 40), other))

    assert asked(long).answer_texts[0] == "Tea " * 32


@pytest.mark.parametrize(("times", "most"), [(1e-4, 5.0), (1e4, -5.0)])
def test_what_only_or_never_members_buy_is_told_no_stronger_than_a_question_may(
    choices: Beginnings, times: float, most: float
) -> None:
    """Everybody buys ten thousand times more, or less, than here: every lift is too large."""
    taken = asked(replace(choices, everybody=choices.everybody * times))

    for answer in taken.teaching.answers:
        assert {each.log_odds for each in answer.likings} == {most}
