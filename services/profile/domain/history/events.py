"""Things that happened, as the profile keeps them, and the names of everything in them.

Times are integer microseconds since 1970 (UTC), because order decides and must not be rounded.
Values that occur by the thousand in one call are named tuples, which are made three times faster
than frozen dataclasses and are as immutable.
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, NewType

import msgpack

CustomerId = NewType("CustomerId", str)
TraceId = NewType("TraceId", str)
"""The name of a trace: what its customer is called as long as nothing else is known of them."""
ItemId = NewType("ItemId", str)
OfferId = NewType("OfferId", str)
QuestionId = NewType("QuestionId", str)

NOBODY = CustomerId("")
"""The name of no customer."""

MICROS = 1_000_000
"""Microseconds in a second, and micro-units in a unit of quantity or money."""


class EventType(IntEnum):
    """What kind of thing happened; the numbers are those of the contract."""

    PURCHASE = 1
    RETURN = 2
    VIEW = 3
    SEARCH = 4
    BASKET_ADD = 5
    VISIT = 6
    RATING = 7
    ANSWER = 8
    OFFER_IMPRESSION = 9
    OFFER_CLICK = 10
    OFFER_REDEMPTION = 11
    OFFER_DISMISSAL = 12
    SERVICE_CONTACT = 13
    MENTION = 14
    QUESTION_IMPRESSION = 15
    QUESTION_DISMISSAL = 16


WITH_LINES = frozenset({EventType.PURCHASE, EventType.RETURN, EventType.BASKET_ADD})
"""Types that say nothing without items."""

WITH_OFFER = frozenset(
    {
        EventType.OFFER_IMPRESSION,
        EventType.OFFER_CLICK,
        EventType.OFFER_REDEMPTION,
        EventType.OFFER_DISMISSAL,
    }
)
"""Types that say nothing without an offer."""


WITH_QUESTION = frozenset({EventType.QUESTION_IMPRESSION, EventType.QUESTION_DISMISSAL})
"""Types that say nothing without a question."""


class Party(IntEnum):
    """From whom a fact came; the numbers are those of the contract."""

    FIRST = 1
    THIRD = 2
    REAL_TIME = 3


class EventKey(NamedTuple):
    """What makes an event the same event, for ever."""

    source: str
    event_id: str


class EventLine(NamedTuple):
    """One item within an event."""

    item_id: ItemId
    quantity: float
    """In the item's unit; positive."""
    unit_price: float | None
    """Before discount, in the deployment's currency; ``None`` when not told."""
    discount: float | None
    """On the whole line, in the deployment's currency; ``None`` when not told."""
    category: str = ""
    """As the source's catalogue had it when it happened; empty when not told."""
    brand: str = ""
    """As the source's catalogue had it when it happened; empty when not told."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one customer; who it was is kept beside it."""

    source: str
    event_id: str
    type: EventType
    occurred_micros: int
    channel: str = ""
    store: str = ""
    place: str = ""
    party: Party = Party.FIRST
    lines: tuple[EventLine, ...] = ()
    offer_id: OfferId = OfferId("")
    text: str = ""
    rating: float | None = None
    decision_id: str = ""
    question_id: QuestionId = QuestionId("")
    answer_id: str = ""
    """Of the answers to the question; empty where none was given."""

    @property
    def key(self) -> EventKey:
        """What makes it the same event."""
        return EventKey(self.source, self.event_id)


class Handle(NamedTuple):
    """A handle on a person: the keyed hash of an identifier, and the name it gives."""

    kind: int
    digest: bytes
    """Keyed hash of kind and value, 32 bytes."""
    customer_id: CustomerId
    """What the customer is called as long as this is all that is known of them."""
    is_nobodys: bool = False
    """Whether its value names nobody in particular, such as an e-mail ``unknown@…``."""
    tombstone: bytes = b""
    """What is left of it when its customer is erased: a keyed hash of the keyed hash."""

    @property
    def trace_id(self) -> TraceId:
        """The trace of what is seen under it."""
        return TraceId(self.customer_id)


@dataclass(frozen=True, slots=True)
class Report:
    """An event as its source told it: what happened, and to whom."""

    event: Event
    handles: tuple[Handle, ...]
    """Together they are one person."""
    customer_id: CustomerId | None
    """The name the source knows; may be a former one."""
    household: Handle | None = None
    """Where that person lives; ``None`` where the event does not tell."""

    def content_digest(self) -> bytes:
        """Return a fingerprint of everything told, 32 bytes: equal exactly for equal content."""
        event = self.event
        # A line without category and brand reads as it did before lines could have them, so that
        # an event told again is a duplicate, whenever it was told first.
        lines = [line if line.category or line.brand else line[:4] for line in event.lines]
        content: tuple[object, ...] = (
            *(event.source, event.event_id, int(event.type), event.occurred_micros),
            *(event.channel, event.store, event.place, int(event.party), lines),
            *(event.offer_id, event.text, event.rating, event.decision_id),
            sorted(handle.digest for handle in self.handles),
            self.customer_id,
        )
        if event.question_id:  # an event without a question reads as it did before
            content += (event.question_id, event.answer_id)
        if self.household:  # and so does one without a household
            content += (self.household.digest,)
        # MessagePack has one shortest form for each value, today and in every later version.
        return hashlib.sha256(msgpack.packb(content)).digest()
