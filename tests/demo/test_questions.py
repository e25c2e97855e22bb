"""The demo's questions are about what the shop sells, and are taken by the service."""

import json

from demo.questions import CHOICES, few_questions, question_of
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of
from ml.training.personas.beginnings import Beginnings
from ml.training.personas.declaring import persona_teaching, question_document
from services.conditions.cel_conditions import CelConditions
from services.recommendation.domain.condition import vocabulary
from services.recommendation.domain.question import QuestionId
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


def test_the_question_about_personas_is_taken_as_it_was_written() -> None:
    choices = Beginnings.of(purchases_of(shop()), item_attributes(shop().items), seed=3, count=2)

    questions = question_of(json.dumps(question_document(choices)))

    check = Check()
    taken = taken_by_the_service(
        QuestionId("persona"),
        questions["persona"],
        check,
        conditions=CelConditions(vocabulary(())),
    )
    check.done()
    assert set(questions) == {"persona"}
    told = persona_teaching(choices).answers
    assert [each.likings for each in taken.teaching.answers] == [each.likings for each in told]
