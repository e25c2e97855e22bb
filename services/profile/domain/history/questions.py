"""What came of asking a customer questions: part of the state, in bounded size per question."""

from collections.abc import Mapping
from typing import NamedTuple

from services.profile.domain.history.events import (
    MICROS,
    WITH_QUESTION,
    Event,
    EventType,
    QuestionId,
)
from services.profile.domain.history.sums import latest

RECENT_ANSWERS = 5
"""Answers to a question kept: the latest one holds, the earlier ones show what changed."""
RECENT_ASKS = 20
"""Times of asking in vain kept: nobody is asked more often."""

_ABOUT_QUESTIONS = WITH_QUESTION | {EventType.ANSWER}


class Given(NamedTuple):
    """An answer; the order of the fields is the order in which answers prevail."""

    occurred_micros: int
    source: str
    event_id: str
    answer_id: str
    channel: str


class Ask(NamedTuple):
    """One time a question was asked in vain; the order of the fields is their order."""

    occurred_micros: int
    source: str
    event_id: str


class QuestionHistory(NamedTuple):
    """One question over all times it was asked."""

    answers: tuple[Given, ...] = ()
    """The latest ones, latest first."""
    asks: tuple[Ask, ...] = ()
    """The latest ones in vain, latest first."""


class AskedQuestion(NamedTuple):
    """What of a question a decision needs. Times are seconds since 1970; 0 for never."""

    question_id: QuestionId
    answer_id: str
    """The latest answer; empty for none."""
    answered_seconds: int
    unanswered_count: int
    """Times it was asked since then in vain."""
    last_asked_seconds: int


def history_of(event: Event) -> dict[QuestionId, QuestionHistory]:
    """Return what an event says of a question; nothing when it is about none."""
    if not event.question_id or event.type not in _ABOUT_QUESTIONS:
        return {}
    if event.type is EventType.ANSWER:
        given = Given(
            event.occurred_micros, event.source, event.event_id, event.answer_id, event.channel
        )
        return {event.question_id: QuestionHistory(answers=(given,))}
    ask = Ask(event.occurred_micros, event.source, event.event_id)
    return {event.question_id: QuestionHistory(asks=(ask,))}


def merge_histories(one: QuestionHistory, other: QuestionHistory) -> QuestionHistory:
    """Return what came of a question asked of a customer to whom both belong."""
    return QuestionHistory(
        latest(one.answers, other.answers, RECENT_ANSWERS),
        latest(one.asks, other.asks, RECENT_ASKS),
    )


def asked_questions(
    questions: Mapping[QuestionId, QuestionHistory], *, most: int
) -> tuple[AskedQuestion, ...]:
    """Return the questions asked, the one asked last first, at most so many."""
    found = [_asked(question_id, history) for question_id, history in questions.items()]
    found.sort(key=lambda each: (-each.last_asked_seconds, each.question_id))
    return tuple(found[:most])


def _asked(question_id: QuestionId, history: QuestionHistory) -> AskedQuestion:
    given = history.answers[0] if history.answers else None
    answered_micros = given.occurred_micros if given else 0
    vain = sum(ask.occurred_micros > answered_micros for ask in history.asks)
    last = max([answered_micros, *(ask.occurred_micros for ask in history.asks[:1])])
    return AskedQuestion(
        question_id,
        given.answer_id if given else "",
        answered_micros // MICROS,
        vain,
        last // MICROS,
    )
