"""What happened, one line an event."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat

from ofone.profile.v1 import event_pb2
from ofone.profile.v1.event_pb2 import Event
from ofone.profile.v1.profile_service_pb2 import TouchPoint
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, listed, minute, plain_number, share_in_percent
from services.console.rendering.names import called

LINE_COUNT = 4
"""Items of one event that are named; the others are counted."""

_VERBS = {
    event_pb2.EVENT_TYPE_PURCHASE: "bought",
    event_pb2.EVENT_TYPE_RETURN: "returned",
    event_pb2.EVENT_TYPE_VIEW: "looked at",
    event_pb2.EVENT_TYPE_SEARCH: "searched for",
    event_pb2.EVENT_TYPE_BASKET_ADD: "put into the basket",
    event_pb2.EVENT_TYPE_VISIT: "was there",
    event_pb2.EVENT_TYPE_RATING: "rated",
    event_pb2.EVENT_TYPE_ANSWER: "answered",
    event_pb2.EVENT_TYPE_OFFER_IMPRESSION: "saw the offer",
    event_pb2.EVENT_TYPE_OFFER_CLICK: "opened the offer",
    event_pb2.EVENT_TYPE_OFFER_REDEMPTION: "used the offer",
    event_pb2.EVENT_TYPE_OFFER_DISMISSAL: "waved away the offer",
    event_pb2.EVENT_TYPE_SERVICE_CONTACT: "spoke to the company",
    event_pb2.EVENT_TYPE_MENTION: "spoke of the company",
    event_pb2.EVENT_TYPE_QUESTION_IMPRESSION: "was asked in vain",
    event_pb2.EVENT_TYPE_QUESTION_DISMISSAL: "waved away the question",
}

_PARTIES = {
    event_pb2.PARTY_THIRD: " (third party)",
    event_pb2.PARTY_REAL_TIME: " (live)",
}


def items_in_timeline(events: Iterable[Event]) -> list[str]:
    """Return the items that a timeline names, so that their display names can be fetched."""
    return list(dict.fromkeys(line.item for event in events for line in event.lines[:LINE_COUNT]))


def offers_in_timeline(events: Iterable[Event]) -> list[str]:
    """Return the offers that a timeline names."""
    return list(dict.fromkeys(event.offer for event in events if event.offer))


def timeline(
    events: Iterable[Event],
    item_names: Mapping[str, str],
    *,
    offer_names: Mapping[str, str] | None = None,
    touch_points: Sequence[TouchPoint] = (),
) -> Table:
    """Return the events as a table, in the order given.

    Args:
        events: What happened.
        item_names: From ``items/…`` to display name; others appear with their id.
        offer_names: From ``offers/…`` to display name.
        touch_points: Where each was told, as ``ListEvents`` answers; a service of an earlier
            version answers none.
    """
    table = Table(title="Timeline", title_justify="left", title_style="bold", box=None)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("where", style="dim")
    table.add_column("what")
    table.add_column("told by", style="dim")
    table.add_column("fresh", justify="right", style="dim")
    for event, point in zip(events, chain(touch_points, repeat(None)), strict=False):
        sentence = event_in_words(event, item_names, offer_names=offer_names)
        where = " ".join(part for part in (event.channel, event.store) if part)
        table.add_row(
            minute(at(event.occurred_at)),
            Text(where),
            Text(sentence),
            Text(_told_by(event, point)),
            share_in_percent(point.freshness) if point else "",
        )
    return table


def _told_by(event: Event, point: TouchPoint | None) -> str:
    """Return who told an event, such as ``the bought-in register (third party)``."""
    source = point.source_words if point else event.source
    return source + _PARTIES.get(event.party, "")


def event_in_words(
    event: Event,
    item_names: Mapping[str, str],
    *,
    offer_names: Mapping[str, str] | None = None,
) -> str:
    """Return what happened, such as ``bought 2 x Espresso, Milk and 3 more``."""
    parts = [_VERBS.get(event.type, "did something that this version does not know")]
    lines = [
        (f"{plain_number(line.quantity)} x " if line.quantity not in (0, 1) else "")
        + called(line.item, item_names)
        for line in event.lines
    ]
    if lines:
        parts.append(listed(lines, most=LINE_COUNT))
    if event.offer:
        parts.append(called(event.offer, offer_names or {}))
    if event.question:
        parts.append(called(event.question, {}))
    if event.answer:
        parts.append(f"with {event.answer}")
    if event.HasField("rating"):
        parts.append(f"{plain_number(event.rating)} of 5")
    if event.text:
        parts.append(f"“{event.text}”")
    return " ".join(parts)
