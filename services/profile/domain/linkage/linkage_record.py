"""What may be compared of a customer to find out whether another is the same person.

Identifiers link at once or not at all, and are not compared. What is left is what they leave
behind: the tablet that several cards were seen with, a postcode, a year of birth, where and when
and what is bought. It leaves the service as codes and coarse words: keyed hashes, equal exactly
when what they stand for is, from which nobody finds back.

Source: keyed linkage codes as in Schnell, Bachteler and Reiher, "Privacy-preserving record linkage
using Bloom filters", 2009, without the filters: only whole values are compared here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.profile.domain.customer import CustomerRecord
from services.profile.domain.defaults import Defaults
from services.profile.domain.facts.fact import StoredFact
from services.profile.domain.facts.keys import Comparable, sameness
from services.profile.domain.facts.resolution import readable, resolve
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.places import daypart

MOST_SHARED, MOST_ITEMS = 50, 20
"""Shared identifiers and items of a record: more would tell little and cost much."""

Coded = Callable[[str, str], str]
"""Makes the code of a value under a label."""


class Label(StrEnum):
    """What a code stands for; two labels never share a code."""

    TRACE = "trace"
    STORE = "store"
    ITEM = "item"


class SharedTrace(NamedTuple):
    """An identifier told together with one of the customer's, that links nobody."""

    kind: int
    trace_id: TraceId


@dataclass(frozen=True, slots=True)
class LinkageSource:
    """All that a record is made of."""

    customer: CustomerRecord
    facts: Sequence[StoredFact]
    kinds: frozenset[int]
    """Of the identifiers that are the customer's own; empty when every one is shared."""
    shared: frozenset[SharedTrace]


@dataclass(frozen=True, slots=True)
class LinkageRecord:
    """What may be compared of one customer."""

    customer_id: CustomerId
    shared: tuple[tuple[int, str], ...]
    """Kind and code of each, sorted."""
    facts: Mapping[str, str | float]
    """By key: a code, or a number of a key that is compared for nearness."""
    store_code: str
    """Of most purchases; empty for none."""
    daypart: str
    """Of most purchases; empty for none."""
    item_codes: tuple[str, ...]
    """The most frequent first."""
    kinds: tuple[int, ...]
    basket_count: int


def linkage_record(
    source: LinkageSource, defaults: Defaults, coded: Coded, *, now_micros: int
) -> LinkageRecord | None:
    """Return what may be compared of a customer, ``None`` where nothing may.

    Args:
        source: what is kept.
        defaults: the catalogue that says which facts are compared, and what unspoken consent means.
        coded: makes codes.
        now_micros: the moment.

    Returns:
        The record; ``None`` for a customer who does not allow it, and for one whose every
        identifier is shared: that is nobody in particular.
    """
    customer = source.customer
    if not source.kinds or not defaults.consent.allows_conclusions(customer.consents):
        return None
    state = customer.state
    return LinkageRecord(
        customer.customer_id,
        tuple(sorted((kind, coded(Label.TRACE, name)) for kind, name in source.shared))[
            :MOST_SHARED
        ],
        _facts(source, defaults, coded, now_micros),
        coded(Label.STORE, _most(state.store_counts)) if state.store_counts else "",
        _daypart(state),
        tuple(coded(Label.ITEM, item_id) for item_id in _favourites(state)),
        tuple(sorted(source.kinds)),
        state.basket_count,
    )


def _facts(
    source: LinkageSource, defaults: Defaults, coded: Coded, now_micros: int
) -> dict[str, str | float]:
    """Return what holds under each key that is compared, as far as the customer lets it be read."""
    catalogue = defaults.catalogue
    compared = [
        each.fact
        for each in source.facts
        if each.fact.key in catalogue.keys and catalogue.keys[each.fact.key].compared
    ]
    may = readable(compared, catalogue, defaults.consent, source.customer.consents)
    told: dict[str, str | float] = {}
    for held in resolve(may.facts, catalogue, now_micros=now_micros):
        value = held.winner.value
        if held.key.compared is Comparable.NEAR:
            told[held.key.name] = float(value)
        else:
            told[held.key.name] = coded(f"fact {held.key.name}", str(sameness(value)))
    return told


def _favourites(state: CustomerState) -> list[str]:
    """Return the items of most baskets, the most frequent first, equals by name."""
    bought = [
        (-each.basket_count, item_id) for item_id, each in state.items.items() if each.basket_count
    ]
    return [item_id for _, item_id in sorted(bought)[:MOST_ITEMS]]


def _daypart(state: CustomerState) -> str:
    """Return the part of day and week (UTC: only compared, never shown) of most purchases."""
    parts: dict[str, int] = {}
    for hour, count in state.hour_counts.items():
        parts[daypart(hour)] = parts.get(daypart(hour), 0) + count
    return _most(parts) if parts else ""


def _most(counts: Mapping[str, int]) -> str:
    return min(counts, key=lambda name: (-counts[name], name))
