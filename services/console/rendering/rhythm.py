"""What a customer is due to buy again: a reading aid for people, not what decides offers."""

from dataclasses import dataclass
from datetime import datetime

from ofone.profile.v1.customer_pb2 import Customer, OwnItem

from services.console.rendering.figures import at, days_between

DUE_FROM = 0.8
"""Share of the usual gap after which an item counts as due: people plan a little ahead."""
LOST_FROM = 3.0
"""Three gaps of silence are more likely a habit given up than a late purchase; what decides
offers draws the line there too."""
LEAST_BASKETS = 3
"""Two purchases make one gap; a rhythm takes at least two gaps."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item bought in a rhythm whose time has come."""

    item: str
    """``items/{item}``."""
    gap_days: float
    """The usual days between purchases."""
    days_since: float
    """Days since it was last bought."""


def favourite_items(customer: Customer, *, most: int) -> list[OwnItem]:
    """Return the items in most baskets, of equals the one bought last first."""
    ranked = sorted(
        customer.items, key=lambda own: (-own.basket_count, -own.last_bought_time.ToSeconds())
    )
    return ranked[:most]


def days_since(own: OwnItem, now: datetime) -> float:
    """Return the days since the item was last bought."""
    return days_between(at(own.last_bought_time), now)


def is_due(own: OwnItem, now: datetime) -> bool:
    """Say whether the item is bought in a rhythm and it is time again."""
    if own.basket_count < LEAST_BASKETS or own.mean_gap_days <= 0:
        return False
    return DUE_FROM <= days_since(own, now) / own.mean_gap_days < LOST_FROM


def due_items(customer: Customer, now: datetime, *, most: int) -> list[DueItem]:
    """Return what is due, the firmest habits first."""
    due = [own for own in customer.items if is_due(own, now)]
    due.sort(key=lambda own: -own.basket_count)
    return [DueItem(own.item, own.mean_gap_days, days_since(own, now)) for own in due[:most]]
