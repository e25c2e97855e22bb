"""What sources tell in the tests: short ways to write reports."""

from services.profile.domain.history.events import (
    MICROS,
    CustomerId,
    Event,
    EventLine,
    EventType,
    Handle,
    ItemId,
    OfferId,
    QuestionId,
    Report,
)
from services.profile.domain.people.identity import IdentifierKind, IdentityKey

IDENTITY = IdentityKey(b"a key that only tests know of")
NOW = 1_760_000_000 * MICROS
DAY = 86_400 * MICROS


def card(number: str) -> Handle:
    """Return the handle of a loyalty card."""
    return IDENTITY.handle(IdentifierKind.LOYALTY_CARD, number)


def email(address: str) -> Handle:
    """Return the handle of an e-mail address."""
    return IDENTITY.handle(IdentifierKind.EMAIL, address)


def line(item: str, quantity: float = 1.0, *, price: float | None = None) -> EventLine:
    """Return a line of a receipt."""
    return EventLine(ItemId(item), quantity, price, None)


def bought(event_id: str, *items: str, day: int = 0, source: str = "till") -> Event:
    """Return a purchase of these items, at 2 a piece, so many days before now."""
    lines = tuple(line(item, price=2.0) for item in items)
    return Event(source, event_id, EventType.PURCHASE, NOW - day * DAY, store="mitte", lines=lines)


def returned(event_id: str, item: str, quantity: float = 1.0, *, day: int = 0) -> Event:
    """Return that an item came back."""
    return Event("till", event_id, EventType.RETURN, NOW - day * DAY, lines=(line(item, quantity),))


def about_offer(event_id: str, event_type: EventType, offer: str, *, day: int = 0) -> Event:
    """Return that something was seen or done of an offer."""
    return Event("app", event_id, event_type, NOW - day * DAY, offer_id=OfferId(offer))


def answered(event_id: str, question: str, answer: str = "", *, day: int = 0) -> Event:
    """Return what came of asking: an answer, or nothing."""
    event_type = EventType.ANSWER if answer else EventType.QUESTION_IMPRESSION
    return Event(
        *("app", event_id, event_type, NOW - day * DAY),
        channel="app",
        question_id=QuestionId(question),
        answer_id=answer,
    )


def told(
    event: Event,
    *handles: Handle,
    customer: CustomerId | None = None,
    household: Handle | None = None,
) -> Report:
    """Return the report of an event about whom these handles lead to."""
    return Report(event, handles, customer, household)


def house(address: str) -> Handle:
    """Return the handle of a household."""
    return IDENTITY.handle(IdentifierKind.HOUSEHOLD, address)
