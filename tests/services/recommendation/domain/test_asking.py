"""When a question may be asked: each rule with what it refuses beside what it lets by."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.recommendation.domain.asking import QuestionVerdict, refusal
from services.recommendation.domain.customer import AskedQuestion, Customer, unreadable
from services.recommendation.domain.question import Question
from tests.services.recommendation.builders import (
    NOON,
    asked_about,
    customer,
    occasion,
    seconds_ago,
)

DRINKS = asked_about(max_asks=2, pause_days=10, ask_again_days=100)


def was(question_id: str = "hot-drinks", **fields: Any) -> Customer:
    return customer(asked={question_id: AskedQuestion(**fields)})


def verdict(question: Question, who: Customer, channel: str = "") -> QuestionVerdict | None:
    refused = refusal(question, occasion(who, channel=channel))
    return refused[0] if refused else None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (DRINKS, None),
        (replace(DRINKS, start_time=NOON + timedelta(hours=1)), QuestionVerdict.OUTSIDE_WINDOW),
        (replace(DRINKS, end_time=NOON), QuestionVerdict.OUTSIDE_WINDOW),
        (replace(DRINKS, stores=("north",)), QuestionVerdict.OTHER_STORE),
        (replace(DRINKS, channels=("app",)), QuestionVerdict.OTHER_CHANNEL),
        (replace(DRINKS, audience="nobody"), QuestionVerdict.OUTSIDE_AUDIENCE),
    ],
)
def test_a_question_is_asked_when_where_and_whom_it_is_meant_for(
    question: Question, expected: QuestionVerdict | None
) -> None:
    assert verdict(question, customer()) == expected


def test_nobody_is_asked_who_does_not_allow_that_answers_are_used() -> None:
    willing = customer(marketing=("email",))

    assert verdict(DRINKS, replace(willing, personalisation_allowed=False)) is (
        QuestionVerdict.NO_CONSENT
    )
    assert verdict(DRINKS, unreadable("ada")) is QuestionVerdict.NO_CONSENT
    assert verdict(DRINKS, willing, channel="sms") is QuestionVerdict.NO_CONSENT
    assert verdict(DRINKS, willing, channel="email") is None


def test_an_answer_is_asked_for_again_only_when_the_question_says_so() -> None:
    fresh, old = (
        was(answered_seconds=seconds_ago(days=99)),
        was(answered_seconds=seconds_ago(days=100)),
    )

    assert verdict(DRINKS, fresh) is QuestionVerdict.ANSWERED
    assert verdict(DRINKS, old) is None
    assert verdict(replace(DRINKS, ask_again_days=0), old) is QuestionVerdict.ANSWERED


def test_who_does_not_answer_is_left_alone_for_a_while_and_then_for_good() -> None:
    lately = was(unanswered_count=1, last_asked_seconds=seconds_ago(days=9))
    long_ago = was(unanswered_count=1, last_asked_seconds=seconds_ago(days=10))
    often = was(unanswered_count=2, last_asked_seconds=seconds_ago(days=500))

    assert verdict(DRINKS, lately) is QuestionVerdict.ASKED_LATELY
    assert verdict(DRINKS, long_ago) is None
    assert verdict(DRINKS, often) is QuestionVerdict.ASKED_ENOUGH


def test_nobody_is_asked_two_things_on_one_day() -> None:
    assert verdict(DRINKS, was("pets", last_asked_seconds=seconds_ago(hours=23))) is (
        QuestionVerdict.ASKED_LATELY
    )
    assert verdict(DRINKS, was("pets", last_asked_seconds=seconds_ago(hours=25))) is None


def test_a_refusal_says_its_figures() -> None:
    refused = refusal(DRINKS, occasion(was(unanswered_count=2)))

    assert refused == (
        QuestionVerdict.ASKED_ENOUGH,
        "asked 2 times without an answer, at most 2",
    )
