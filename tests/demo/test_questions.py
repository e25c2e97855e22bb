"""The demo's questions are about what the shop sells, and are taken by the service."""

from demo.questions import CHOICES, few_questions
from services.conditions.cel_conditions import CelConditions
from services.recommendation.domain.condition import vocabulary
from services.recommendation.domain.question import QuestionId
from services.recommendation.servicer.question_messages import question_of
from services.serving.validation import Check
from tests.demo.test_offers import _items, _shop


def test_a_category_is_asked_about_by_its_best_sellers() -> None:
    questions = few_questions(_shop(_items([f"Tea {n}" for n in range(9)], category="Tea")))

    (question,) = questions.values()
    check = Check()
    taken = question_of(
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
