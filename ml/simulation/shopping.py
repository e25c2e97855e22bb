"""How a life becomes baskets: trips to the shop, and what is bought on each."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.simulation.people import CHAIN_TEA_DRINKER, ONE_COFFEE, Person, Phase
from ml.simulation.town import Town

_COMPANION_SHARE = 0.3
"""How often a line brings its category's companion along."""
_OFFER_PULL = 0.25
"""Chance, times price sensitivity, that an offer of the category is taken instead."""
_MOST_OFFER_CHANCE = 0.8
_ERRAND_CURIOSITY = 0.2
"""What goes into a basket bought on an errand, relative to an ordinary one."""
_GIFT_MOMENT = 0.35
"""When the one coffee is bought, as a share of the history."""
_NO_STORE = -1

Rows = NDArray[np.int64]


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
    second_phase = days >= person.change_day
    trips, items = _favourite_lines(town, person, days, is_errand, rng)
    for number, phase in enumerate(person.phases):
        now = np.flatnonzero(second_phase == bool(number))
        curious = _curious_lines(town, person, phase, (days, is_errand, now), rng)
        trips, items = _joined(person, (trips, items), curious)
        of_phase = np.isin(trips, now)
        companions = _companion_lines(town, phase, (trips[of_phase], items[of_phase]), rng)
        trips, items = _joined(person, (trips, items), companions)
    if person.character == ONE_COFFEE and len(days):
        trips, items = _with_gift(town, (trips, items), days)
    trips, items = _once(town, trips, items)
    stores = _stores(person, second_phase, town.config.stores, rng)
    hours = np.clip(rng.normal(person.hour, 1.5, len(days)), 7.0, 21.9)
    factor = person.phases[-1].basket_factor
    quantities = np.minimum(1 + rng.poisson(0.25 * factor, len(items)), 9)
    held, baskets = np.unique(trips, return_inverse=True)
    return Shopping(
        seconds=(days[held] * 86_400 + (hours[held] * 3_600)).astype(np.int64),
        store_rows=stores[held],
        basket_rows=baskets,
        item_rows=items,
        quantities=quantities,
        prices=_paid(town, days[trips], items),
    )


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


def _favourite_lines(
    town: Town,
    person: Person,
    days: Rows,
    is_errand: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[Rows, Rows]:
    """Return trip and item of every purchase of a favourite: on the first trip when it is due.

    Out of season it is left on the shelf more often, and stays due.
    """
    own, goods = person.favourites, town.catalogue
    trips: list[int] = []
    items: list[int] = []
    calendar = days.tolist()
    shape = (len(days) + 1, len(own.gap_days))
    gaps = rng.lognormal(np.log(own.gap_days), own.spreads, shape)
    starts = own.since + rng.random(shape[1]) * own.gap_days
    seasons = goods.seasons[:, goods.category_rows[own.item_rows]][town.months[days]]
    is_wanted = rng.random(seasons.shape) < seasons
    for row, item in enumerate(own.item_rows.tolist()):
        if row == 0 and person.character == CHAIN_TEA_DRINKER:
            bought = np.flatnonzero(is_errand).tolist()
        else:
            open_trips = np.flatnonzero(is_wanted[:, row] & (days < own.until[row])).tolist()
            bought = _due_trips(calendar, open_trips, gaps[:, row].tolist(), starts[row])
        trips += bought
        items += [item] * len(bought)
    return np.array(trips, dtype=np.int64), np.array(items, dtype=np.int64)


def _due_trips(calendar: list[int], trips: list[int], gaps: list[float], first: float) -> list[int]:
    """Return the trips on which an item is bought that is due a gap after each purchase.

    Args:
        calendar: Day of every trip, ascending.
        trips: The trips on which it can be bought, ascending.
        gaps: Days until it is due again, one for each purchase.
        first: The day on which it is due first.
    """
    days = [calendar[trip] for trip in trips]
    found: list[int] = []
    due = first
    for gap in gaps:
        at = bisect_left(days, due)
        if at == len(days):
            break
        found.append(trips[at])
        due = days[at] + max(gap, 1.0)
    return found


def _curious_lines(
    town: Town,
    person: Person,
    phase: Phase,
    when: tuple[Rows, NDArray[np.bool_], Rows],
    rng: np.random.Generator,
) -> tuple[Rows, Rows]:
    """Return trip and item of what is taken by taste, season and offer on some of the trips.

    Args:
        town: Where.
        person: Who.
        phase: What they like on these trips.
        when: Days of all trips, which of them are errands, and the trips meant.
        rng: The customer's stream.
    """
    days, is_errand, now = when
    means = person.curiosity * phase.basket_factor
    trips = np.repeat(now, rng.poisson(np.where(is_errand[now], _ERRAND_CURIOSITY, 1.0) * means))
    weights = phase.category_weights * town.catalogue.seasons
    shares = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    drawn = rng.random(len(trips))
    month = town.months[days[trips]]
    categories = (shares[month] <= drawn[:, None]).sum(axis=1)
    categories = np.minimum(categories, shares.shape[1] - 1)
    items = _draw_items(town, phase, categories, rng)
    offered = town.promoted[days[trips] // 7, categories]
    chance = min(_MOST_OFFER_CHANCE, _OFFER_PULL * person.price_sensitivity)
    takes_offer = (offered >= 0) & (rng.random(len(trips)) < chance)
    return trips, np.where(takes_offer, offered, items)


def _companion_lines(
    town: Town, phase: Phase, lines: tuple[Rows, Rows], rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Return trip and item of what is taken because it goes with another line."""
    trips, items = lines
    goods = town.catalogue
    wanted = goods.companions[goods.category_rows[items]]
    is_taken = (wanted >= 0) & (rng.random(len(items)) < _COMPANION_SHARE)
    is_taken &= phase.category_weights[wanted] > 0
    return trips[is_taken], _draw_items(town, phase, wanted[is_taken], rng)


def _joined(person: Person, lines: tuple[Rows, Rows], more: tuple[Rows, Rows]) -> tuple[Rows, Rows]:
    """Return the lines with more; favourites are left out of these, they are bought when due."""
    is_other = ~np.isin(more[1], person.favourites.item_rows)
    return (
        np.concatenate([lines[0], more[0][is_other]]),
        np.concatenate([lines[1], more[1][is_other]]),
    )


def _draw_items(town: Town, phase: Phase, categories: Rows, rng: np.random.Generator) -> Rows:
    """Draw an item of each category given, by inversion of the cumulated weights."""
    starts = town.catalogue.starts
    ends = np.append(starts[1:], len(phase.item_weights))
    bounds = np.concatenate([[0.0], np.cumsum(phase.item_weights)])
    low, high = bounds[starts[categories]], bounds[ends[categories]]
    points = low + rng.random(len(categories)) * (high - low)
    items = np.searchsorted(bounds, points, side="right") - 1
    return np.asarray(np.clip(items, starts[categories], ends[categories] - 1), dtype=np.int64)


def _with_gift(town: Town, lines: tuple[Rows, Rows], days: Rows) -> tuple[Rows, Rows]:
    """Return the lines with one coffee, and none besides."""
    trips, items = lines
    coffee = town.catalogue.rows_of("Coffee")
    gift = coffee[np.argmax(town.catalogue.appeal[coffee])]
    others = ~np.isin(items, coffee)
    moment = min(int(np.searchsorted(days, _GIFT_MOMENT * town.config.days)), len(days) - 1)
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


def _stores(
    person: Person, second_phase: NDArray[np.bool_], store_count: int, rng: np.random.Generator
) -> Rows:
    """Return the store of each trip."""
    homes = np.array([phase.home_store for phase in person.phases])
    home = homes[second_phase.astype(np.int64)] if len(homes) > 1 else homes[0]
    is_away = rng.random(len(second_phase)) < person.away_share
    stores = np.where(is_away, rng.integers(0, store_count, len(second_phase)), home)
    return np.where(rng.random(len(second_phase)) < person.web_share, _NO_STORE, stores)


def _paid(town: Town, days: Rows, items: Rows) -> NDArray[np.float64]:
    """Return the price of one unit on the day."""
    week, category = days // 7, town.catalogue.category_rows[items]
    is_offered = town.promoted[week, category] == items
    discount = np.where(is_offered, town.discounts[week, category], 0.0)
    return np.asarray(np.round(town.catalogue.prices[items] * (1 - discount), 2))
