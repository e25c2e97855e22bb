"""Whether a question may be asked at all: rules in a fixed order, the cheap ones first.

Each rule answers with the sentence why not, or with ``None``. The first one that refuses gives the
verdict.
"""

from collections.abc import Callable
from enum import Enum

from services.recommendation.domain.condition import SECONDS_PER_DAY
from services.recommendation.domain.customer import AskedQuestion
from services.recommendation.domain.occasion import (
    Occasion,
    no_consent,
    other_channel,
    other_store,
    outside_audience,
    outside_window,
)
from services.recommendation.domain.question import Question


class QuestionVerdict(Enum):
    """What became of a question that was looked at, in the order in which the rules are asked."""

    OUTSIDE_WINDOW = "outside_window"
    OTHER_STORE = "other_store"
    OTHER_CHANNEL = "other_channel"
    NO_CONSENT = "no_consent"
    ANSWERED = "answered"
    ASKED_ENOUGH = "asked_enough"
    ASKED_LATELY = "asked_lately"
    OUTSIDE_AUDIENCE = "outside_audience"
    NOT_WORTH_ASKING = "not_worth_asking"
    OUTRANKED = "outranked"
    CHOSEN = "chosen"


ANY_QUESTION_PAUSE_DAYS = 1.0
"""Between two questions of whatever kind: nobody is questioned."""

Rule = Callable[[Question, Occasion], str | None]

_NEVER = AskedQuestion()


def refusal(question: Question, occasion: Occasion) -> tuple[QuestionVerdict, str] | None:
    """Return why ``question`` may not be asked, ``None`` when it may."""
    for verdict, rule in RULES:
        why = rule(question, occasion)
        if why is not None:
            return verdict, why
    return None


def _not_allowed(question: Question, occasion: Occasion) -> str | None:
    customer = occasion.customer
    if not customer.personalisation_allowed:
        return "the customer does not allow that an answer is used"
    if customer.asked is None:
        return "what the customer allows and was asked cannot be checked now"
    return no_consent(question, occasion)


def _answered(question: Question, occasion: Occasion) -> str | None:
    asked = _asked(question, occasion)
    if not asked.answered_seconds:
        return None
    days = _days_since(asked.answered_seconds, occasion)
    if question.ask_again_days and days >= question.ask_again_days:
        return None
    again = f", again after {question.ask_again_days}" if question.ask_again_days else ""
    return f"answered {days:.0f} days ago{again}"


def _asked_enough(question: Question, occasion: Occasion) -> str | None:
    count = _asked(question, occasion).unanswered_count
    if count < question.max_asks:
        return None
    return f"asked {count} times without an answer, at most {question.max_asks}"


def _asked_lately(question: Question, occasion: Occasion) -> str | None:
    last = _asked(question, occasion).last_asked_seconds
    days = _days_since(last, occasion)
    if last and days < question.pause_days:
        return f"asked {days:.1f} days ago, silent for {question.pause_days}"
    asked = (occasion.customer.asked or {}).values()
    latest = max((each.last_asked_seconds for each in asked), default=0)
    days = _days_since(latest, occasion)
    if latest and days < ANY_QUESTION_PAUSE_DAYS:
        return f"another question was asked {days:.1f} days ago"
    return None


RULES: tuple[tuple[QuestionVerdict, Rule], ...] = (
    (QuestionVerdict.OUTSIDE_WINDOW, outside_window),
    (QuestionVerdict.OTHER_STORE, other_store),
    (QuestionVerdict.OTHER_CHANNEL, other_channel),
    (QuestionVerdict.NO_CONSENT, _not_allowed),
    (QuestionVerdict.ANSWERED, _answered),
    (QuestionVerdict.ASKED_ENOUGH, _asked_enough),
    (QuestionVerdict.ASKED_LATELY, _asked_lately),
    (QuestionVerdict.OUTSIDE_AUDIENCE, outside_audience),
)
"""The rules in the order in which they are asked."""


def _asked(question: Question, occasion: Occasion) -> AskedQuestion:
    return (occasion.customer.asked or {}).get(question.question_id, _NEVER)


def _days_since(seconds: int, occasion: Occasion) -> float:
    return max(occasion.moment.seconds - seconds, 0) / SECONDS_PER_DAY
