"""The state of a customer: a commutative monoid over events.

What other companies tell counts as a fact and no further: it needs a consent of its own, which may
be withdrawn at any time, so nothing is built on it.

``fold`` makes a state of events, ``merge`` makes one of two; the order in which events and
states are put together never shows. Sums are integers of micro-units, because sums of floats
depend on their order; "the latest so many" are cut under a total order. That an event counts
once only is the ledger's business, not this module's.

Source: Boykin, Ritchie, O'Connell, Lin: Summingbird, 2014, section 2 (aggregation by monoids).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import NamedTuple

from services.profile.domain.history.events import (
    MICROS,
    Event,
    EventType,
    ItemId,
    OfferId,
    Party,
    QuestionId,
)
from services.profile.domain.history.item_histories import ItemHistory, joined_items
from services.profile.domain.history.moments import Days, both, day_of, hour_of_week, month_of
from services.profile.domain.history.purchase_lines import (
    CategoryHistory,
    LineSums,
    merge_categories,
    merge_months,
    merge_sums,
    micros,
    receipt_of,
)
from services.profile.domain.history.questions import QuestionHistory, history_of, merge_histories
from services.profile.domain.history.sums import counted, earliest, joined, latest, total

RECENT_BASKETS = 20
"""Baskets kept whole: what the features of the ranker look back on."""
RECENT_IMPRESSIONS = 20
"""Impressions of an offer kept with their time: no cap counts further."""


class Basket(NamedTuple):
    """One purchase; the order of the fields is the order of baskets."""

    occurred_micros: int
    source: str
    event_id: str
    item_ids: tuple[ItemId, ...]
    """Each item once, in the order of the receipt."""
    categories: tuple[str, ...] = ()
    """Of each of them, the one told first, empty for none; nothing where none was told."""


class Impression(NamedTuple):
    """One time an offer was shown; the order of the fields is the order of impressions."""

    occurred_micros: int
    source: str
    event_id: str


class OfferHistory(NamedTuple):
    """What the customer saw and did of one offer. Times are seconds since 1970; 0 for never."""

    impressions: tuple[Impression, ...] = ()
    """The latest ones, latest first."""
    impression_count: int = 0
    click_count: int = 0
    redemption_count: int = 0
    last_redemption_seconds: int = 0
    last_dismissal_seconds: int = 0
    last_seconds: int = 0
    """When the latest of all of these was."""


class Shelf(NamedTuple):
    """Items that lie apart from their customer's state, summed up."""

    item_count: int = 0
    bought_count: int = 0
    """Those that were ever bought: what came back may have been bought before anything was told."""


@dataclass(frozen=True, slots=True)
class CustomerState:
    """Everything that events say about a customer, in bounded size per item, category and offer."""

    event_count: int = 0
    items: Mapping[ItemId, ItemHistory] = field(default_factory=dict)
    """Those that lie near, or all of them."""
    baskets: tuple[Basket, ...] = ()
    """The latest ones, latest first."""
    offers: Mapping[OfferId, OfferHistory] = field(default_factory=dict)
    basket_count: int = 0
    basket_item_count: int = 0
    """Different items of each basket, summed over baskets."""
    discounted_basket_count: int = 0
    spend_micros: int = 0
    first_basket_seconds: int = 0
    last_basket_seconds: int = 0
    store_counts: Mapping[str, int] = field(default_factory=dict)
    """Purchases by store; those without a store are not counted."""
    channel_counts: Mapping[str, int] = field(default_factory=dict)
    """Purchases by channel; those without a channel are not counted."""
    categories: Mapping[str, CategoryHistory] = field(default_factory=dict)
    """Purchases by category, as the lines told it."""
    lines: LineSums = field(default_factory=LineSums)
    """What the lines of all purchases add up to."""
    days: Days = field(default_factory=dict)
    """Every day (UTC) with a purchase."""
    hour_counts: Mapping[int, int] = field(default_factory=dict)
    """Purchases by hour of the week (UTC), 0 for the first hour of Monday."""
    hour_months: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    """Purchases by hour of the week (UTC) and month since January 1970, the latest 24 months of
    each hour."""
    store_months: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    """Purchases by store and month, likewise; those without a store are not counted."""
    questions: Mapping[QuestionId, QuestionHistory] = field(default_factory=dict)
    """What came of asking."""
    shelf: Shelf = field(default_factory=Shelf)
    """Items that are not among ``items``."""

    @property
    def category_months(self) -> dict[str, Mapping[int, int]]:
        """Lines by category and month since January 1970, the latest 24 months of each."""
        return {name: category.months for name, category in self.categories.items()}


def fold(events: Iterable[Event]) -> CustomerState:
    """Return the state of a customer of whom these events, each given once, are all we know."""
    states = map(_state_of, events)
    return reduce(merge, states, next(states, CustomerState()))


def merge(one: CustomerState, other: CustomerState) -> CustomerState:
    """Return the state of a customer to whom the events of both belong.

    What lies on the shelf of one may not be among the items of the other.
    """
    return CustomerState(
        event_count=one.event_count + other.event_count,
        items=joined_items(one.items, other.items),
        baskets=latest(one.baskets, other.baskets, RECENT_BASKETS),
        offers=joined(one.offers, other.offers, _merge_offers),
        basket_count=one.basket_count + other.basket_count,
        basket_item_count=one.basket_item_count + other.basket_item_count,
        discounted_basket_count=one.discounted_basket_count + other.discounted_basket_count,
        spend_micros=total(one.spend_micros, other.spend_micros),
        first_basket_seconds=earliest(one.first_basket_seconds, other.first_basket_seconds),
        last_basket_seconds=max(one.last_basket_seconds, other.last_basket_seconds),
        store_counts=counted(one.store_counts, other.store_counts),
        channel_counts=counted(one.channel_counts, other.channel_counts),
        categories=joined(one.categories, other.categories, merge_categories),
        lines=merge_sums(one.lines, other.lines),
        days=joined(one.days, other.days, both),
        hour_counts=counted(one.hour_counts, other.hour_counts),
        hour_months=joined(one.hour_months, other.hour_months, merge_months),
        store_months=joined(one.store_months, other.store_months, merge_months),
        questions=joined(one.questions, other.questions, merge_histories),
        shelf=Shelf(*map(add, one.shelf, other.shelf)),
    )


def _state_of(event: Event) -> CustomerState:
    seconds = event.occurred_micros // MICROS
    if event.party is Party.THIRD:  # kept and shown, but neither used nor learned from
        return CustomerState(event_count=1)
    if event.type is EventType.PURCHASE:
        return _state_of_purchase(event, seconds)
    if event.type is EventType.RETURN:
        returned: dict[ItemId, int] = {}
        for line in event.lines:
            returned[line.item_id] = returned.get(line.item_id, 0) + micros(line.quantity)
        items = {item: ItemHistory(0, 0, micros, 0, 0) for item, micros in returned.items()}
        return CustomerState(event_count=1, items=items)
    history = _offer_history(event, seconds)
    if history is None:
        return CustomerState(event_count=1, questions=history_of(event))
    return CustomerState(event_count=1, offers={event.offer_id: history})


def _state_of_purchase(event: Event, seconds: int) -> CustomerState:
    bought: dict[ItemId, int] = {}
    categories: dict[ItemId, str] = {}
    for line in event.lines:
        bought[line.item_id] = bought.get(line.item_id, 0) + micros(line.quantity)
        categories[line.item_id] = categories.get(line.item_id) or line.category
    receipt = receipt_of(event.lines, seconds=seconds, month=month_of(seconds))
    told = tuple(categories.values())
    moment = (event.occurred_micros, event.source, event.event_id)
    return CustomerState(
        event_count=1,
        items={item: ItemHistory(1, qty, 0, seconds, seconds) for item, qty in bought.items()},
        baskets=(Basket(*moment, tuple(bought), told if any(told) else ()),),
        basket_count=1,
        basket_item_count=len(bought),
        discounted_basket_count=int(any(line.discount for line in event.lines)),
        spend_micros=receipt.paid_micros,
        first_basket_seconds=seconds,
        last_basket_seconds=seconds,
        store_counts={event.store: 1} if event.store else {},
        channel_counts={event.channel: 1} if event.channel else {},
        categories=receipt.categories,
        lines=receipt.sums,
        days=day_of(seconds),
        hour_counts={hour_of_week(seconds): 1},
        hour_months={hour_of_week(seconds): {month_of(seconds): 1}},
        store_months={event.store: {month_of(seconds): 1}} if event.store else {},
    )


def _offer_history(event: Event, seconds: int) -> OfferHistory | None:
    if event.type is EventType.OFFER_IMPRESSION:
        shown = Impression(event.occurred_micros, event.source, event.event_id)
        return OfferHistory((shown,), impression_count=1, last_seconds=seconds)
    if event.type is EventType.OFFER_CLICK:
        return OfferHistory(click_count=1, last_seconds=seconds)
    if event.type is EventType.OFFER_REDEMPTION:
        return OfferHistory(
            redemption_count=1, last_redemption_seconds=seconds, last_seconds=seconds
        )
    if event.type is EventType.OFFER_DISMISSAL:
        return OfferHistory(last_dismissal_seconds=seconds, last_seconds=seconds)
    return None


def _merge_offers(one: OfferHistory, other: OfferHistory) -> OfferHistory:
    return OfferHistory(
        latest(one.impressions, other.impressions, RECENT_IMPRESSIONS),
        one.impression_count + other.impression_count,
        one.click_count + other.click_count,
        one.redemption_count + other.redemption_count,
        max(one.last_redemption_seconds, other.last_redemption_seconds),
        max(one.last_dismissal_seconds, other.last_dismissal_seconds),
        max(one.last_seconds, other.last_seconds),
    )
