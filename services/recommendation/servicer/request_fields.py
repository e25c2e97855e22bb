"""Who is asked about, and which moment: checked on the way in."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from ofone.profile.v1 import event_pb2
from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.recommendation.domain.customer import Identifier, Subject
from services.recommendation.domain.moment import Moment
from services.recommendation.servicer.written_fields import moment_of
from services.serving.validation import Check

MAX_DAYS_AHEAD = 400
MAX_BASKET_ITEMS = 200
MAX_NAME_CHARACTERS = 64
MAX_IDENTIFIER_CHARACTERS = 256

_KIND_PREFIX = "IDENTIFIER_KIND_"
_KINDS = tuple(
    name.removeprefix(_KIND_PREFIX)
    for name, kind in event_pb2.IdentifierKind.items()
    if kind not in (event_pb2.IDENTIFIER_KIND_UNSPECIFIED, event_pb2.IDENTIFIER_KIND_HOUSEHOLD)
)
"""Of one person: a household is several."""

Request = (
    messages.SelectOffersRequest | messages.RecommendItemsRequest | messages.SelectQuestionRequest
)


def question_of(
    request: Request, check: Check, *, clock: Callable[[], datetime], time_zone: tzinfo
) -> tuple[Subject, Moment]:
    """Return whom and what moment ``request`` is about; what is wrong is noted in ``check``."""
    return _subject(request, check), _moment(request.context, check, clock(), time_zone)


def count_of(path: str, asked: int, check: Check, *, default: int, most: int) -> int:
    """Return how many are wanted: the default for 0; what is wrong is noted in ``check``."""
    check.number(path, asked, least=0, most=most)
    return asked or default


def _subject(request: Request, check: Check) -> Subject:
    which = request.WhichOneof("subject")
    if which == "customer":
        return check.resource_id("customer", request.customer, collection="customers")
    if which is None:
        check.fail("customer", "REQUIRED", "a customer or an identifier must be given")
        return ""
    kind, value = request.identifier.kind, request.identifier.value
    if kind not in _KINDS:
        check.fail("identifier.kind", "UNKNOWN_KIND", f"must be one of {', '.join(_KINDS)}")
    most = MAX_IDENTIFIER_CHARACTERS
    return Identifier(kind, check.text("identifier.value", value, most=most, required=True))


def _moment(
    context: decision_pb2.Context, check: Check, now: datetime, time_zone: tzinfo
) -> Moment:
    check.count("context.basket_items", context.basket_items, most=MAX_BASKET_ITEMS)
    time = moment_of("context.time", context.time, check) if context.HasField("time") else now
    if time is not None and time > now + timedelta(days=MAX_DAYS_AHEAD):
        check.fail("context.time", "TOO_FAR_AHEAD", f"must be at most {MAX_DAYS_AHEAD} days ahead")
        time = None
    try:
        local = (time or now).astimezone(time_zone)
    except OverflowError:  # within a day of year 1: there is no such time in that zone
        local = time or now
    return Moment(
        time=local,
        channel=check.text("context.channel", context.channel, most=MAX_NAME_CHARACTERS),
        store=check.text("context.store", context.store, most=MAX_NAME_CHARACTERS),
        basket=tuple(
            check.resource_id(f"context.basket_items[{place}]", name, collection="items")
            for place, name in enumerate(context.basket_items[:MAX_BASKET_ITEMS])
        ),
    )
