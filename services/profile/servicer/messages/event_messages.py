"""Events: from message to report, every rule checked, and from event to message."""

import re

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2

from services.profile.domain.history.events import (
    MICROS,
    WITH_LINES,
    WITH_OFFER,
    WITH_QUESTION,
    CustomerId,
    Event,
    EventLine,
    EventType,
    Handle,
    ItemId,
    OfferId,
    Party,
    QuestionId,
    Report,
)
from services.profile.domain.people.identity import IdentifierKind, IdentityKey, normalise
from services.serving.validation import OPAQUE, Check

MAX_IDENTIFIERS = 8
MAX_IDENTIFIER_CHARACTERS = 256
MAX_LINES = 2_000
MAX_QUANTITY = 1_000_000.0
LEAST_QUANTITY = 1e-6
"""Quantities are summed in micro-units; less than one would be nothing."""
MAX_PRICE = 1_000_000_000.0
"""Currencies of small units have long prices."""
MAX_RATING = 5.0
MAX_GROUP_CHARACTERS = 64
"""Of a category or a brand: what groups items is counted by name, so names stay short."""
MAX_AHEAD_MICROS = 86_400 * MICROS
"""How far clocks of sources may run ahead: a day, which covers every wrong time zone."""

_ITEMS = "items/"
_ITEM_NAME = re.compile(_ITEMS + OPAQUE.pattern)
_TYPES = {int(each): each for each in EventType}
_PARTIES = {0: Party.FIRST} | {int(each): each for each in Party}
_KINDS = {int(each): each for each in IdentifierKind}


def report_of(message: event_pb2.Event, identity: IdentityKey, *, now_micros: int) -> Report:
    """Return what an event says.

    Raises:
        Failure: of kind ``INVALID``, naming every broken rule; paths start at the event.
    """
    check = Check()
    event_type = _TYPES.get(message.type)
    if event_type is None:
        rule = "REQUIRED" if message.type == 0 else "UNKNOWN_TYPE"
        check.fail("type", rule, "must be one of the known types")
        event_type = EventType.VISIT
    handles, household = _handles(check, message, identity)
    customer_id = None
    if message.customer:
        customer_id = CustomerId(
            check.resource_id("customer", message.customer, collection="customers")
        )
    offer_id, decision_id = _offer(check, message, event_type)
    question_id, answer_id = _question(check, message, event_type)
    if message.party not in _PARTIES:
        check.fail("party", "UNKNOWN_PARTY", "must be one of the known parties")
    event = Event(
        source=check.slug("source", message.source),
        event_id=check.opaque_id("event_id", message.event_id),
        type=event_type,
        occurred_micros=_occurred_micros(check, message, now_micros),
        channel=check.text("channel", message.channel, most=64),
        store=check.text("store", message.store, most=64),
        place=check.text("place", message.place, most=128),
        party=_PARTIES.get(message.party, Party.FIRST),
        lines=_lines(check, message, event_type),
        offer_id=offer_id,
        text=check.text("text", message.text, most=1_000),
        rating=_rating(check, message, event_type),
        decision_id=decision_id,
        question_id=question_id,
        answer_id=answer_id,
    )
    check.done()
    return Report(event, handles, customer_id, household)


def handle_of(
    check: Check, path: str, message: event_pb2.Identifier, identity: IdentityKey
) -> Handle | None:
    """Check an identifier of a person and return its handle, ``None`` when a rule is broken."""
    if message.kind == event_pb2.IDENTIFIER_KIND_HOUSEHOLD:
        check.fail(f"{path}.kind", "NOT_ONE_PERSON", "must name one person, not a household")
        return None
    return _any_handle(check, path, message, identity)


def _any_handle(
    check: Check, path: str, message: event_pb2.Identifier, identity: IdentityKey
) -> Handle | None:
    kind = _KINDS.get(message.kind)
    if kind is None:
        rule = "REQUIRED" if message.kind == 0 else "UNKNOWN_KIND"
        check.fail(f"{path}.kind", rule, "must be one of the known kinds")
        return None
    if len(message.value) > MAX_IDENTIFIER_CHARACTERS:
        check.text(f"{path}.value", message.value, most=MAX_IDENTIFIER_CHARACTERS)
        return None
    value = normalise(kind, message.value)
    if not value:
        rule = "MALFORMED" if message.value.strip() else "REQUIRED"
        check.fail(f"{path}.value", rule, "must hold an identifier of its kind")
        return None
    return identity.handle(kind, value)


def event_message(event: Event) -> event_pb2.Event:
    """Return the message of an event, without identifiers."""
    return event_pb2.Event(
        source=event.source,
        event_id=event.event_id,
        type=event_pb2.EventType.ValueType(event.type),
        occurred_at=timestamp(event.occurred_micros),
        channel=event.channel,
        store=event.store,
        place=event.place,
        party=event_pb2.Party.ValueType(event.party),
        lines=[
            event_pb2.EventLine(
                item=f"items/{line.item_id}",
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                category=line.category,
                brand=line.brand,
            )
            for line in event.lines
        ],
        offer=f"offers/{event.offer_id}" if event.offer_id else "",
        text=event.text,
        rating=event.rating,
        decision=f"decisions/{event.decision_id}" if event.decision_id else "",
        question=f"questions/{event.question_id}" if event.question_id else "",
        answer=event.answer_id,
    )


def timestamp(micros: int) -> Timestamp:
    """Return the message of a moment in microseconds since 1970."""
    seconds, rest = divmod(micros, MICROS)
    return Timestamp(seconds=seconds, nanos=rest * 1_000)


def micros_of(check: Check, path: str, message: Timestamp, *, now_micros: int) -> int:
    """Check a moment that cannot lie in the future and return it in microseconds since 1970.

    Nanoseconds are cut off. 1970 itself is refused: a source that says so does not know.
    """
    micros = message.seconds * MICROS + message.nanos // 1_000
    if not 0 <= message.nanos < 1_000_000_000:
        check.fail(path, "MALFORMED", "nanos must be between 0 and 999,999,999")
    elif micros < MICROS:
        check.fail(path, "TOO_EARLY", "must be after the first second of 1970")
    elif micros > now_micros + MAX_AHEAD_MICROS:
        check.fail(path, "IN_THE_FUTURE", "must be at most a day ahead of the service's clock")
    return micros


def _occurred_micros(check: Check, message: event_pb2.Event, now_micros: int) -> int:
    if not message.HasField("occurred_at"):
        check.fail("occurred_at", "REQUIRED", "must be set")
        return 0
    return micros_of(check, "occurred_at", message.occurred_at, now_micros=now_micros)


def _handles(
    check: Check, message: event_pb2.Event, identity: IdentityKey
) -> tuple[tuple[Handle, ...], Handle | None]:
    """Return the handles on the person, and where they live."""
    check.count("identifiers", message.identifiers, most=MAX_IDENTIFIERS)
    told = [
        _any_handle(check, f"identifiers[{index}]", each, identity)
        for index, each in enumerate(message.identifiers[:MAX_IDENTIFIERS])
    ]
    homes = {each for each in told if each and each.kind == IdentifierKind.HOUSEHOLD}
    if len(homes) > 1:
        check.fail("identifiers", "SEVERAL_HOUSEHOLDS", "must name one household at most")
    home = event_pb2.IDENTIFIER_KIND_HOUSEHOLD
    of_people = [each for each in message.identifiers if each.kind != home]
    if not message.customer and not of_people:
        check.fail("identifiers", "REQUIRED", "must name a person, by an identifier or a customer")
    handles = tuple(each for each in told if each and each.kind != IdentifierKind.HOUSEHOLD)
    return handles, next(iter(homes), None)


def _lines(check: Check, message: event_pb2.Event, event_type: EventType) -> tuple[EventLine, ...]:
    least = 1 if event_type in WITH_LINES else 0
    check.count("lines", message.lines, least=least, most=MAX_LINES)
    if len(message.lines) > MAX_LINES:
        return ()
    return tuple(_line(check, index, line) for index, line in enumerate(message.lines))


def _line(check: Check, index: int, line: event_pb2.EventLine) -> EventLine:
    quantity = line.quantity or 1.0
    price = line.unit_price if line.HasField("unit_price") else None
    discount = line.discount if line.HasField("discount") else None
    if (  # a batch has thousands of lines: what is wrong with one is found out only if something is
        not _ITEM_NAME.fullmatch(line.item)
        or not LEAST_QUANTITY <= quantity <= MAX_QUANTITY
        or not 0 <= (price or 0.0) <= MAX_PRICE
        or not 0 <= (discount or 0.0) <= MAX_PRICE
        or len(line.category) > MAX_GROUP_CHARACTERS
        or len(line.brand) > MAX_GROUP_CHARACTERS
    ):
        _check_line(check, f"lines[{index}]", line, quantity)
    item_id = ItemId(line.item[len(_ITEMS) :])
    return EventLine(item_id, quantity, price, discount, line.category, line.brand)


def _check_line(check: Check, path: str, line: event_pb2.EventLine, quantity: float) -> None:
    check.resource_id(f"{path}.item", line.item, collection="items")
    least = 0.0 if quantity < 0 else LEAST_QUANTITY
    check.number(f"{path}.quantity", quantity, least=least, most=MAX_QUANTITY)
    check.number(f"{path}.unit_price", line.unit_price, least=0, most=MAX_PRICE)
    check.number(f"{path}.discount", line.discount, least=0, most=MAX_PRICE)
    check.text(f"{path}.category", line.category, most=MAX_GROUP_CHARACTERS)
    check.text(f"{path}.brand", line.brand, most=MAX_GROUP_CHARACTERS)


def _offer(check: Check, message: event_pb2.Event, event_type: EventType) -> tuple[OfferId, str]:
    offer_id = decision_id = ""
    if message.offer or event_type in WITH_OFFER:
        offer_id = check.resource_id("offer", message.offer, collection="offers")
    if message.decision:
        decision_id = check.resource_id("decision", message.decision, collection="decisions")
    return OfferId(offer_id), decision_id


def _question(
    check: Check, message: event_pb2.Event, event_type: EventType
) -> tuple[QuestionId, str]:
    is_answer = event_type is EventType.ANSWER
    if (message.question or message.answer) and not (is_answer or event_type in WITH_QUESTION):
        check.fail("question", "NOT_ALLOWED", "only answers and questions asked have one")
        return QuestionId(""), ""
    question_id = ""
    if message.question or message.answer or event_type in WITH_QUESTION:
        question_id = check.resource_id("question", message.question, collection="questions")
    if is_answer and message.question:
        check.slug("answer", message.answer)
    elif message.answer and not is_answer:
        check.fail("answer", "NOT_ALLOWED", "only an answer has one")
    return QuestionId(question_id), message.answer


def _rating(check: Check, message: event_pb2.Event, event_type: EventType) -> float | None:
    if not message.HasField("rating"):
        if event_type is EventType.RATING:
            check.fail("rating", "REQUIRED", "must be set for a rating")
        return None
    return check.number("rating", message.rating, least=0, most=MAX_RATING)
