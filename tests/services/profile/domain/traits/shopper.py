"""Histories for the tests of traits: short ways to tell what somebody bought when."""

from datetime import UTC, datetime

from services.profile.domain.history.events import MICROS, Event, EventLine, EventType, ItemId
from services.profile.domain.history.state import fold
from services.profile.domain.traits import DEFAULT_PRIORS, Priors, Trait, all_traits
from tests.services.profile.told import DAY, NOW

MOMENT = datetime.fromtimestamp(NOW // MICROS, UTC)
"""Now: a Thursday in October 2025, shortly before nine in the morning."""


def receipt(day: float, *lines: EventLine, channel: str = "", store: str = "") -> Event:
    """Return a purchase so many days before now."""
    micros = NOW - round(day * DAY)
    return Event(
        *("till", f"{micros}-{len(lines)}-{channel}", EventType.PURCHASE, micros, channel, store),
        lines=lines,
    )


def line(
    item: str,
    category: str = "",
    brand: str = "",
    *,
    price: float | None = None,
    off: float | None = None,
) -> EventLine:
    """Return one unit of an item."""
    return EventLine(ItemId(item), 1.0, price, off, category, brand)


def traits_of(
    *events: Event, priors: Priors = DEFAULT_PRIORS, now: datetime = MOMENT
) -> dict[str, Trait]:
    """Return the traits by name, those about one thing by ``name thing``."""
    return {
        f"{each.name} {each.subject}".strip(): each
        for each in all_traits(fold(events), now, priors)
    }


def number(trait: Trait) -> float:
    """Return the value of a trait that is a number."""
    assert isinstance(trait.value, float | int)
    return float(trait.value)
