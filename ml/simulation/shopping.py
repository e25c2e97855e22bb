"""How a life becomes baskets: trips to the shop, and what is bought on each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.simulation.choices import Rows, companion_lines, curious_lines, favourite_lines
from ml.simulation.people import CHAIN_TEA_DRINKER, ONE_COFFEE, Person
from ml.simulation.town import Town

GIFT_MOMENT = 0.35
"""When the one coffee is bought, as a share of the history."""
SECONDS_PER_DAY = 86_400
_NO_STORE = -1
_OPENS, _CLOSES = 7.0, 21.9
"""Hours of the day."""
_WORK_ENDS = 16.5
_SATURDAY = 5


@dataclass(frozen=True, slots=True, eq=False)
class Shopping:
    """The baskets of one customer in order of time; B baskets, L lines."""

    seconds: Rows
    """(B,): when, in seconds from the start of the history."""
    store_rows: Rows
    """(B,): where; -1 for no store."""
    basket_rows: Rows
    """(L,), ascending: the basket of each line; no basket is empty."""
    item_rows: Rows
    """(L,): no item occurs twice in a basket."""
    quantities: Rows
    """(L,): from 1."""
    prices: NDArray[np.float64]
    """(L,): what was paid for one unit, offers deducted."""


def go_shopping(town: Town, person: Person, rng: np.random.Generator) -> Shopping:
    """Live through the history, from the customer's own stream."""
    days, is_errand = _trips(town, person, rng)
    phase_rows = np.searchsorted(person.phase_days, days, side="right") - 1
    trips, items = favourite_lines(town, person, days, is_errand, rng)
    for number, phase in enumerate(person.phases):
        now = np.flatnonzero(phase_rows == number)
        curious = curious_lines(town, person, phase, (days, is_errand, now), rng)
        trips, items = _joined(person, (trips, items), curious)
        of_phase = np.isin(trips, now)
        companions = companion_lines(town, phase, (trips[of_phase], items[of_phase]), rng)
        trips, items = _joined(person, (trips, items), companions)
    if person.character == ONE_COFFEE and len(days):
        trips, items = _with_gift(town, (trips, items), days)
    trips, items = _once(town, trips, items)
    stores = _stores(person, phase_rows, town.config.stores, rng)
    hours = np.clip(rng.normal(person.hour, 1.5, len(days)), _OPENS, _CLOSES)
    hours = _after_work(town, person, (days, phase_rows), hours)
    factor = person.phases[-1].basket_factor
    quantities = np.minimum(1 + rng.poisson(0.25 * factor, len(items)), 9)
    held, baskets = np.unique(trips, return_inverse=True)
    return Shopping(
        seconds=(days[held] * SECONDS_PER_DAY + (hours[held] * 3_600)).astype(np.int64),
        store_rows=stores[held],
        basket_rows=baskets,
        item_rows=items,
        quantities=quantities,
        prices=paid(town, days[trips], items),
    )


def paid(town: Town, days: Rows, items: Rows) -> NDArray[np.float64]:
    """Return the price of one unit on the day."""
    week, category = days // 7, town.catalogue.category_rows[items]
    is_offered = town.promoted[week, category] == items
    discount = np.where(is_offered, town.discounts[week, category], 0.0)
    return np.asarray(np.round(town.catalogue.prices[items] * (1 - discount), 2))


def _trips(town: Town, person: Person, rng: np.random.Generator) -> tuple[Rows, NDArray[np.bool_]]:
    """Return the days on which the customer shops, ascending, and which of them are errands."""
    length = town.config.days
    mean = person.basket_gap_days
    count = int(length / mean + 6 * np.sqrt(length / mean) + 10)
    gaps = rng.gamma(person.regularity, mean / person.regularity, count)
    days = rng.uniform(0, mean) + np.cumsum(gaps) - gaps[0]
    days = np.unique(days[days < length].astype(np.int64))
    if person.character != CHAIN_TEA_DRINKER:
        return days, np.zeros(len(days), dtype=bool)
    own = person.favourites
    count = int(3 * length / own.gap_days[0]) + 10
    errands = np.cumsum(rng.lognormal(np.log(own.gap_days[0]), own.spreads[0], count))
    errands = np.unique(errands[errands < length].astype(np.int64))
    every = np.union1d(days, errands)
    return every, np.isin(every, errands)


def _joined(person: Person, lines: tuple[Rows, Rows], more: tuple[Rows, Rows]) -> tuple[Rows, Rows]:
    """Return the lines with more; favourites are left out of these, they are bought when due."""
    is_other = ~np.isin(more[1], person.favourites.item_rows)
    return (
        np.concatenate([lines[0], more[0][is_other]]),
        np.concatenate([lines[1], more[1][is_other]]),
    )


def _with_gift(town: Town, lines: tuple[Rows, Rows], days: Rows) -> tuple[Rows, Rows]:
    """Return the lines with one coffee, and none besides."""
    trips, items = lines
    coffee = town.catalogue.rows_of("Coffee")
    gift = coffee[np.argmax(town.catalogue.appeal[coffee])]
    others = ~np.isin(items, coffee)
    moment = min(int(np.searchsorted(days, GIFT_MOMENT * town.config.days)), len(days) - 1)
    return np.append(trips[others], moment), np.append(items[others], gift)


def _once(town: Town, trips: Rows, items: Rows) -> tuple[Rows, Rows]:
    """Return the lines in order, each item once in a basket, and lasting things once in a life."""
    count = len(town.catalogue.item_ids)
    keys = np.unique(trips * count + items)
    trips, items = np.divmod(keys, count)
    is_first = np.zeros(len(items), dtype=bool)
    is_first[np.unique(items, return_index=True)[1]] = True
    kept = is_first | (town.catalogue.gap_days[items] > 0)
    return trips[kept], items[kept]


def _after_work(
    town: Town, person: Person, when: tuple[Rows, Rows], hours: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the hours of the trips; in phases of work those of working days wait for the evening.

    Args:
        town: Where.
        person: Who.
        when: Day and phase of each trip.
        hours: When each would be at leisure.
    """
    days, phase_rows = when
    works = np.array([phase.works for phase in person.phases])[phase_rows]
    waits = works & (town.weekdays[days] < _SATURDAY)
    share = (hours - _OPENS) / (_CLOSES - _OPENS)
    return np.where(waits, _WORK_ENDS + share * (_CLOSES - _WORK_ENDS), hours)


def _stores(person: Person, phase_rows: Rows, store_count: int, rng: np.random.Generator) -> Rows:
    """Return the store of each trip."""
    home = np.array([phase.home_store for phase in person.phases])[phase_rows]
    is_away = rng.random(len(phase_rows)) < person.away_share
    stores = np.where(is_away, rng.integers(0, store_count, len(phase_rows)), home)
    return np.where(rng.random(len(phase_rows)) < person.web_share, _NO_STORE, stores)
