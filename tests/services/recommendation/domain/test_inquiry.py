"""Which question is asked, and what answers make of a list."""

from dataclasses import replace

import pytest

from ml.model.hearing import WIDE_SOURCE_SIZE
from services.recommendation.domain.asking import QuestionVerdict
from services.recommendation.domain.customer import AskedQuestion, Customer
from services.recommendation.domain.inquiry import inquire
from services.recommendation.domain.listening import GROUP, listened, source_size_for
from services.recommendation.domain.reasons import ReasonKind, explanations
from tests.services.recommendation.builders import (
    NOON,
    asked_about,
    customer,
    occasion,
    ranking,
    seconds_ago,
)

WIDE = {
    f"{category}-{number}": (0.1 + 0.001 * number, category, "")
    for number in range(12)
    for category in ("tea", "coffee")
}
"""Twenty-four items of two kinds, hardly one likelier than another: ten of them are listed."""
DRINKS = asked_about()
DULL = asked_about("dull", likings={"yes": {"tea": 0.01}, "no": {}})
NOW = int(NOON.timestamp())


def who_said(answer_id: str, **ago: float) -> Customer:
    asked = AskedQuestion(answer_id, answered_seconds=seconds_ago(**(ago or {"days": 2})))
    return customer(asked={"hot-drinks": asked})


def test_the_question_that_changes_the_list_most_is_asked() -> None:
    found = inquire([DULL, DRINKS], occasion(), ranking(WIDE), min_score=0.01)

    assert found.chosen is not None
    assert found.chosen.question is DRINKS
    assert set(found.subjects) == {"tea", "coffee"}
    assert found.chosen.worth.said.tolist() == pytest.approx([0.5, 0.5])
    assert [each.verdict for each in found.considered] == [
        QuestionVerdict.CHOSEN,
        QuestionVerdict.NOT_WORTH_ASKING,
    ]


def test_what_it_is_about_is_said_by_how_much_it_may_move_and_not_where_it_moves_nothing() -> None:
    items = {"coffee-1": (0.05, "coffee", ""), "tea-1": (0.5, "tea", "")}
    alike = {"coffee": 1.0, "tea": 1.0, "wine": 1.0}
    question = asked_about("thirst", likings={"yes": alike, "no": {}})

    found = inquire([question], occasion(), ranking(items), min_score=0.0)

    assert found.subjects == ("tea", "coffee")


def test_what_asking_costs_counts_against_it() -> None:
    dear = replace(DRINKS, cost=50.0)
    cheap = asked_about("mild", likings={"tea": {"tea": 0.7}, "coffee": {"coffee": 0.7}})

    found = inquire([dear, cheap], occasion(), ranking(WIDE), min_score=1e-4)

    assert found.chosen is not None
    assert found.chosen.question is cheap
    assert found.considered[1].verdict is QuestionVerdict.OUTRANKED
    assert found.considered[1].detail.startswith("questions/mild is worth")


def test_nothing_is_asked_when_nothing_is_worth_it_or_all_is_answered() -> None:
    dull = inquire([DULL], occasion(), ranking(WIDE), min_score=0.01)
    answered = inquire([DRINKS], occasion(who_said("tea")), ranking(WIDE), min_score=0.01)

    assert dull.chosen is answered.chosen is None
    assert answered.considered[0].verdict is QuestionVerdict.ANSWERED
    assert inquire([], occasion(), ranking(WIDE), min_score=0.0).considered == ()


def test_who_said_tea_is_listed_tea_and_told_so() -> None:
    heard = listened(ranking(WIDE), who_said("tea"), {"hot-drinks": DRINKS}, NOW)
    best = heard.best(10, left_out=heard.in_basket(occasion().moment))

    assert {heard.category(place) for place in best} == {"tea"}
    (why,) = explanations(heard, [best[0]])
    assert why.reasons[0].kind is ReasonKind.YOU_SAID
    assert why.groups[GROUP] > 0


def test_an_old_answer_counts_for_less_and_an_unknown_one_for_nothing() -> None:
    questions = {"hot-drinks": DRINKS}
    plain = ranking(WIDE)

    def tea(who: Customer) -> float:
        return float(listened(plain, who, questions, NOW).probabilities[0])

    assert tea(who_said("tea")) > tea(who_said("tea", days=700)) > tea(customer())
    assert listened(plain, who_said("cocoa"), questions, NOW) is plain
    assert listened(plain, who_said("tea"), {}, NOW) is plain


def test_answers_are_not_used_where_personalisation_is_not_allowed() -> None:
    silent = replace(who_said("tea"), personalisation_allowed=False)
    plain = ranking(WIDE)

    assert listened(plain, silent, {"hot-drinks": DRINKS}, NOW) is plain


def test_who_said_something_and_is_hardly_known_gets_a_wider_choice() -> None:
    baskets = tuple((seconds_ago(days=day), ("green-tea",)) for day in range(1, 8))
    regular = replace(who_said("tea"), history=customer(baskets=baskets).history)

    assert source_size_for(who_said("tea")) == WIDE_SOURCE_SIZE
    assert source_size_for(regular) is None
    assert source_size_for(customer()) is None
