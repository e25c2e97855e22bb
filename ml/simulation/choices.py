"""What is put into the basket on a trip: what is due, what tempts, and what goes with it."""

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from ml.simulation.people import CHAIN_TEA_DRINKER, Person
from ml.simulation.tastes import Phase
from ml.simulation.town import Town

_COMPANION_SHARE = 0.3
"""How often a line brings its category's companion along."""
_OFFER_PULL = 0.25
"""Chance, times price sensitivity, that an offer of the category is taken instead."""
_MOST_OFFER_CHANCE = 0.8
_ERRAND_CURIOSITY = 0.2
"""What goes into a basket bought on an errand, relative to an ordinary one."""

Rows = NDArray[np.int64]


def favourite_lines(
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


def curious_lines(
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


def companion_lines(
    town: Town, phase: Phase, lines: tuple[Rows, Rows], rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Return trip and item of what is taken because it goes with another line."""
    trips, items = lines
    goods = town.catalogue
    wanted = goods.companions[goods.category_rows[items]]
    is_taken = (wanted >= 0) & (rng.random(len(items)) < _COMPANION_SHARE)
    is_taken &= phase.category_weights[wanted] > 0
    return trips[is_taken], _draw_items(town, phase, wanted[is_taken], rng)


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


def _draw_items(town: Town, phase: Phase, categories: Rows, rng: np.random.Generator) -> Rows:
    """Draw an item of each category given, by inversion of the cumulated weights."""
    starts = town.catalogue.starts
    ends = np.append(starts[1:], len(phase.item_weights))
    bounds = np.concatenate([[0.0], np.cumsum(phase.item_weights)])
    low, high = bounds[starts[categories]], bounds[ends[categories]]
    points = low + rng.random(len(categories)) * (high - low)
    items = np.searchsorted(bounds, points, side="right") - 1
    return np.asarray(np.clip(items, starts[categories], ends[categories] - 1), dtype=np.int64)
