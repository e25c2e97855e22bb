"""People who live together: what the house needs is bought by whoever shops when it is due.

Everybody keeps shopping when they would. Of the favourites in categories that are for the house
there is one need in a home: who comes to the shop first after it is due brings it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.simulation.choices import Rows
from ml.simulation.people import CHARACTERS, Person
from ml.simulation.shopping import SECONDS_PER_DAY, Shopping, paid
from ml.simulation.streams import Purpose, stream
from ml.simulation.town import Town, TownConfig

HOUSE_CATEGORIES = (
    *("Milk", "Bread", "Butter", "Eggs", "Pasta", "Rice", "Oil and vinegar", "Baking", "Potatoes"),
    *("Vegetables", "Fruit", "Cleaning", "Laundry", "Paper"),
)
"""What is bought for the house; everything else people buy for themselves."""


def partner_of(config: TownConfig, index: int) -> int | None:
    """Return with whom a customer lives; ``None`` for who lives alone, as named characters do."""
    pair, first = _pair(config, index)
    if index < first or config.shared_homes == 0:
        return None
    partner = index + 1 - 2 * ((index - first) % 2)
    if partner >= config.customers:
        return None
    lives_together = stream(config.seed, Purpose.HOMES, pair).random() < config.shared_homes
    return partner if lives_together else None


def keep_house(town: Town, people: Sequence[Person], lives: Sequence[Shopping]) -> list[Shopping]:
    """Return the lives of two who live together, with the needs of the house shared.

    Args:
        town: where.
        people: the two.
        lives: theirs, as if each lived alone.
    """
    pair, _ = _pair(town.config, people[0].index)
    rng = stream(town.config.seed, Purpose.HOUSE_NEEDS, pair)
    needs = _needs(town, people)
    trips = sorted(
        (seconds, who, basket)
        for who, life in enumerate(lives)
        for basket, seconds in enumerate(life.seconds.tolist())
    )
    days = [seconds / SECONDS_PER_DAY for seconds, _, _ in trips]
    brought: list[list[tuple[int, int]]] = [[], []]
    for need in needs:
        for place in _due(need, days, rng):
            _, who, basket = trips[place]
            brought[who].append((basket, need.item_row))
    shared = np.array([need.item_row for need in needs], np.int64)
    return [
        _with_lines(town, _without(life, shared), lines)
        for life, lines in zip(lives, brought, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Need:
    """Of a house, for one item."""

    item_row: int
    gap_days: float
    spread: float
    since: float
    until: float


def _pair(config: TownConfig, index: int) -> tuple[int, int]:
    """Return the number of a customer's pair, and the first who may live with somebody."""
    first = len(CHARACTERS) * config.characters
    return (index - first) // 2, first


def _needs(town: Town, people: Sequence[Person]) -> list[_Need]:
    """Return what the house needs: what two both need is used up as fast as both use it."""
    goods = town.catalogue
    wanted = {goods.categories.index(each) for each in HOUSE_CATEGORIES}
    found: dict[int, _Need] = {}
    for person in people:
        own = person.favourites
        rows = zip(
            *(own.item_rows.tolist(), own.gap_days.tolist(), own.spreads.tolist()),
            *(own.since.tolist(), own.until.tolist()),
            strict=True,
        )
        for item, gap, spread, since, until in rows:
            if goods.category_rows[item] not in wanted:
                continue
            need = found.get(item)
            if need is None:
                found[item] = _Need(item, gap, spread, since, until)
                continue
            found[item] = replace(
                need,
                gap_days=max(2.0, 1 / (1 / need.gap_days + 1 / gap)),
                since=min(need.since, since),
                until=max(need.until, until),
            )
    return list(found.values())


def _due(need: _Need, days: Sequence[float], rng: np.random.Generator) -> Iterator[int]:
    """Yield the places of the trips on which a need is met."""
    due = need.since + rng.random() * need.gap_days
    while (place := bisect_left(days, due)) < len(days) and days[place] < need.until:
        yield place
        gap = need.gap_days * np.exp(need.spread * rng.standard_normal())
        due = days[place] + max(float(gap), 1.0)


def _without(life: Shopping, item_rows: Rows) -> Shopping:
    """Return a life without lines of these items; its baskets may be empty."""
    kept = ~np.isin(life.item_rows, item_rows)
    return replace(
        life,
        basket_rows=life.basket_rows[kept],
        item_rows=life.item_rows[kept],
        quantities=life.quantities[kept],
        prices=life.prices[kept],
    )


def _with_lines(town: Town, life: Shopping, lines: Sequence[tuple[int, int]]) -> Shopping:
    """Return a life with one unit more of each basket and item; empty baskets fall away."""
    added = np.array(sorted(lines), np.int64).reshape(-1, 2)
    baskets, items = added.T
    prices = paid(town, life.seconds[baskets] // SECONDS_PER_DAY, items)
    basket_rows = np.concatenate([life.basket_rows, baskets])
    item_rows = np.concatenate([life.item_rows, items])
    order = np.lexsort((item_rows, basket_rows))
    held, renumbered = np.unique(basket_rows[order], return_inverse=True)
    return Shopping(
        seconds=life.seconds[held],
        store_rows=life.store_rows[held],
        basket_rows=renumbered,
        item_rows=item_rows[order],
        quantities=np.concatenate([life.quantities, np.ones(len(items), np.int64)])[order],
        prices=np.concatenate([life.prices, prices])[order],
    )
