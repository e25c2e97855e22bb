"""For whom, when and where something is meant: rules that offers and questions share.

Each rule answers with the sentence why not, or with ``None``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.conditions.condition import Holds
from services.recommendation.domain.customer import CONSENT_CHANNELS, Customer
from services.recommendation.domain.moment import Moment


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who stands before us at which moment: everything the rules look at besides what is meant."""

    customer: Customer
    moment: Moment
    holds: Holds
    """Says whether a condition holds now for this customer."""


class Meant(Protocol):
    """Something that is meant for some people, times and places."""

    @property
    def audience(self) -> str:
        """CEL; empty for everyone."""
        ...

    @property
    def start_time(self) -> datetime | None:
        """Not before; ``None`` for at once."""
        ...

    @property
    def end_time(self) -> datetime | None:
        """Not from this moment on; ``None`` for an open end."""
        ...

    @property
    def stores(self) -> tuple[str, ...]:
        """Empty for all."""
        ...

    @property
    def channels(self) -> tuple[str, ...]:
        """Empty for all."""
        ...


def outside_window(meant: Meant, occasion: Occasion) -> str | None:
    """Return why it is not in force."""
    now = occasion.moment.time
    if meant.start_time is not None and now < meant.start_time:
        return f"starts {meant.start_time:%Y-%m-%d %H:%M} UTC"
    if meant.end_time is not None and now >= meant.end_time:
        return f"ended {meant.end_time:%Y-%m-%d %H:%M} UTC"
    return None


def other_store(meant: Meant, occasion: Occasion) -> str | None:
    """Return why it is not for the store."""
    store = occasion.moment.store
    if not meant.stores or store in meant.stores:
        return None
    return f"not for store {store}" if store else "only in some stores, and none was named"


def other_channel(meant: Meant, occasion: Occasion) -> str | None:
    """Return why it is not for the channel."""
    channel = occasion.moment.channel
    if not meant.channels or channel in meant.channels:
        return None
    return f"not on channel {channel}" if channel else "only on some channels, and none was named"


def no_consent(_: Meant, occasion: Occasion) -> str | None:
    """Return why nothing may be said on the channel."""
    channel = occasion.moment.channel.strip().lower()  # "Email" is written to people as well
    allowed = occasion.customer.marketing_allowed
    if channel not in CONSENT_CHANNELS:
        return None
    if allowed is None:
        return f"whether offers by {channel} are allowed cannot be checked now"
    return None if channel in allowed else f"the customer does not allow offers by {channel}"


def outside_audience(meant: Meant, occasion: Occasion) -> str | None:
    """Return why the customer is not in its audience."""
    holds = occasion.holds(meant.audience) if meant.audience else True
    if holds is None:
        return "its audience asks for something that is not known of the customer"
    return None if holds else "the customer is not in its audience"
