"""Who lives together, and what of their purchases is for the house.

A source tells the household beside an identifier of the person. It links nobody: people who live
together stay different people, and what they buy for themselves stays their own. What they buy for
the house, in categories that the company lists, counts for all who agreed to it.

A person lives where an event last told that they do. If people said since that they left, they
live nowhere until a later event tells, and not where they moved out of before. So nothing depends
on the order in which events arrive.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple, NewType

from services.profile.domain.history.events import MICROS, CustomerId, Event, EventType, Party
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose

HouseholdId = NewType("HouseholdId", str)
"""A name made of a keyed hash, as customers have them."""

MOST_MEMBERS = 12
"""Where more people live it is no household but a barracks or an office: nothing is shared."""
MOST_TOLD = 200
"""Of a household that more were told of, the ones told last are looked at."""
MOST_ITEMS = 200
"""Items that are told of what a household bought."""
MOST_BASKETS = 100
"""Of one member, that are looked at; the latest ones."""

NEEDED = (Purpose.PERSONALISATION, Purpose.HOUSEHOLD_SHARING)
"""What everybody must allow who shares."""

_DAY_MICROS = 86_400 * MICROS


@dataclass(frozen=True, slots=True)
class HouseRules:
    """What is shared in a household, as the company declares it."""

    categories: frozenset[str] = frozenset()
    """Names of categories that are bought for the house, as lines of events bear them."""
    days: float = 60.0
    """How far back is looked."""

    def since_micros(self, now_micros: int) -> int:
        """Return from when on purchases count."""
        return now_micros - round(self.days * _DAY_MICROS)


class Membership(NamedTuple):
    """What was told of one person and one household."""

    household_id: HouseholdId
    told_micros: int
    """When an event last told that they live there."""
    left_micros: int = 0
    """When people last said that they do not any more; 0 for never."""


class HeldMembership(NamedTuple):
    """What is kept of one trace of a person and one household."""

    membership: Membership
    left_by: str
    """Who last said that they left; empty for nobody."""
    left_why: str
    """In their words."""


class Member(NamedTuple):
    """One who lives in a household."""

    customer_id: CustomerId
    told_micros: int


class HousePurchases(NamedTuple):
    """What was bought for a house, last bought first; the columns are as long.

    Neither who nor how often: when something came into the house is all that a decision needs.
    """

    item_ids: tuple[str, ...] = ()
    last_seconds: tuple[int, ...] = ()


def home_of(told: Iterable[Membership]) -> Membership | None:
    """Return where a person lives, of all that was told of them and of their traces.

    The household told last is the one; if it was left there is none, wherever they lived before.
    """
    homes: dict[HouseholdId, Membership] = {}
    for each in told:
        known = homes.get(each.household_id, each)
        homes[each.household_id] = Membership(
            each.household_id,
            max(known.told_micros, each.told_micros),
            max(known.left_micros, each.left_micros),
        )
    last = max(homes.values(), key=lambda home: (home.told_micros, home.household_id), default=None)
    return last if last is not None and last.told_micros > last.left_micros else None


def sharers(
    customer_id: CustomerId, members: Iterable[tuple[Member, Consents]], policy: ConsentPolicy
) -> list[CustomerId]:
    """Return with whom a customer shares what is bought for the house.

    Those are the others who agreed, if the customer did too: who does not give does not get. In a
    house of more than ``MOST_MEMBERS`` nobody shares.
    """
    known = list(members)
    if len(known) > MOST_MEMBERS:
        return []
    agreed = [
        member.customer_id
        for member, consents in known
        if all(policy.allows(purpose, consents) for purpose in NEEDED)
    ]
    return [each for each in agreed if each != customer_id] if customer_id in agreed else []


def for_the_house(
    baskets: Iterable[Event], categories: Collection[str], *, most: int = MOST_ITEMS
) -> HousePurchases:
    """Return what of some baskets is for the house.

    Args:
        baskets: events of all who share; what other companies tell is left out.
        categories: what is bought for the house.
        most: so many items, those bought last.
    """
    last: dict[str, int] = {}
    for event in baskets:
        if event.type is not EventType.PURCHASE or event.party is Party.THIRD:
            continue
        seconds = event.occurred_micros // MICROS
        for line in event.lines:
            if line.category in categories:
                last[line.item_id] = max(last.get(line.item_id, seconds), seconds)
    items = tuple(sorted(last, key=lambda item: (-last[item], item))[:most])
    return HousePurchases(items, tuple(last[item] for item in items))
