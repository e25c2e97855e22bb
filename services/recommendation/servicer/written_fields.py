"""Fields that people write of offers and of questions alike, checked on the way in."""

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.recommendation.v1 import offer_pb2 as messages
from ofone.recommendation.v1 import question_pb2

from services.conditions.condition import ConditionMistake
from services.recommendation.domain.offer import Benefit, BenefitKind
from services.recommendation.ports.conditions import Conditions
from services.serving.validation import Check

MAX_STORES = 1_000
MAX_CHANNELS = 20
MAX_CONDITION_CHARACTERS = 2_000
MAX_WORDS_CHARACTERS = 500
MAX_AMOUNT = 1e9
MIN_POSITIVE = 1e-6
"""What is above 0 is at least this."""

_BOUNDS = {
    BenefitKind.PERCENT_OFF: (MIN_POSITIVE, 100.0),
    BenefitKind.AMOUNT_OFF: (MIN_POSITIVE, MAX_AMOUNT),
    BenefitKind.POINTS: (1.0, MAX_AMOUNT),
}


Written = messages.Offer | question_pb2.Question


def window_of(path: str, message: Written, check: Check) -> tuple[datetime | None, datetime | None]:
    """Return from when until when ``message`` is in force; what is wrong is noted in ``check``."""
    start, end = (_moment(path, message, name, check) for name in ("start_time", "end_time"))
    if start is not None and end is not None and end <= start:
        check.fail(f"{path}.end_time", "ENDS_BEFORE_START", "must be after start_time")
    return start, end


def moment_of(path: str, timestamp: Timestamp, check: Check) -> datetime | None:
    """Return the time of ``timestamp``; one outside the years 1 to 9999 is noted as wrong."""
    try:
        return timestamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        rule = "must lie between the years 1 and 9999, its nanos between 0 and 999999999"
        check.fail(path, "MALFORMED_TIME", rule)
        return None


def limited_to(path: str, names: Sequence[str], check: Check, *, most: int) -> tuple[str, ...]:
    """Return the stores or channels that something is limited to."""
    check.count(path, names, most=most)
    return names_of(path, names[:most], check, most=64)


def names_of(path: str, names: Sequence[str], check: Check, *, most: int) -> tuple[str, ...]:
    """Return names of at most so many characters, none empty."""
    return tuple(
        check.line(f"{path}[{place}]", name, most=most, required=True)
        for place, name in enumerate(names)
    )


def condition_of(path: str, source: str, check: Check, conditions: Conditions) -> str:
    """Return a condition that can be used; what is wrong is noted in ``check``."""
    if len(source) > MAX_CONDITION_CHARACTERS:
        return check.text(path, source, most=MAX_CONDITION_CHARACTERS)
    if source:
        try:
            conditions.check(source)
        except ConditionMistake as mistake:
            check.fail(path, f"CONDITION_{mistake.rule}", str(mistake))
    return source


def benefit_of(path: str, message: messages.Benefit, check: Check) -> Benefit:
    """Return what the customer gets; what is wrong is noted in ``check``."""
    name = message.WhichOneof("kind")
    if name is None:
        check.fail(path, "REQUIRED", "one kind of benefit must be given")
        return Benefit(BenefitKind.ADVICE)
    kind, value = BenefitKind(name), getattr(message, name)
    if kind in _BOUNDS:
        least, most = _BOUNDS[kind]
        return Benefit(kind, amount=check.number(f"{path}.{name}", value, least=least, most=most))
    words = check.text(f"{path}.{name}", value, most=MAX_WORDS_CHARACTERS, required=True)
    return Benefit(kind, words=words)


def benefit_message(benefit: Benefit) -> messages.Benefit:
    """Return ``benefit`` as a message."""
    message = messages.Benefit()
    value: float | int | str = benefit.amount if benefit.kind in _BOUNDS else benefit.words
    if benefit.kind is BenefitKind.POINTS:
        value = int(benefit.amount)
    setattr(message, benefit.kind.value, value)
    return message


def _moment(path: str, message: Written, name: str, check: Check) -> datetime | None:
    if not message.HasField(name):  # type: ignore[arg-type]  # one of its field names
        return None
    return moment_of(f"{path}.{name}", getattr(message, name), check)
