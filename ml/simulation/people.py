"""Who lives in the town: tastes, rhythms, favourites and lives, drawn once for each customer."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.simulation.lives import Change, Stage
from ml.simulation.town import Town

CHAIN_TEA_DRINKER = "chain tea drinker"
"""Re-buys one tea every few days, and goes out for nothing else if need be."""
ONE_COFFEE = "never a second coffee"
"""Bought coffee once, as a gift, and never wants it again."""
CHARACTERS = (CHAIN_TEA_DRINKER, ONE_COFFEE)
"""The named customers, by index; they live in every town."""

CHAIN_TEA_GAP_DAYS = 4.0
_CHAIN_TEA_SPREAD = 0.15
_CHARACTER_GAP_DAYS = 8.0
"""Named characters shop at least so often, so that even a short history shows them."""
_TASTE_SPREAD = 0.6
"""Standard deviation of the log of a personal category weight."""
_PET_SHARE = 0.15
_PETS = ("Cat", "Dog")
_KEPT_SHARE = 0.85
"""Share of favourites that outlive a change of life where tastes stay."""


@dataclass(frozen=True, slots=True, eq=False)
class Favourites:
    """Items a customer keeps buying; F rows, one for each item and span."""

    item_rows: NDArray[np.int64]
    gap_days: NDArray[np.float64]
    """Median of the log-normal gap between purchases, were the shop always at hand and the item
    always in season."""
    spreads: NDArray[np.float64]
    """Standard deviation of the log of that gap."""
    since: NDArray[np.float64]
    """Day of the history from which on it is one."""
    until: NDArray[np.float64]
    """Day from which on it is none; infinite for never."""


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """What a customer likes between two changes of life."""

    category_weights: NDArray[np.float64]
    """(C,), not normalised, before seasons."""
    item_weights: NDArray[np.float64]
    """(I,), not normalised, comparable within a category only."""
    basket_factor: float
    home_store: int


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One customer, as only the simulation knows them."""

    index: int
    character: str
    """One of ``CHARACTERS``, or empty."""
    stage: Stage
    change: Change | None
    change_day: float
    """Day of the history on which life changes; infinite for never."""
    phases: tuple[Phase, ...]
    """One, or two when life changes."""
    favourites: Favourites
    basket_gap_days: float
    """Mean days between baskets."""
    regularity: float
    """Shape of the gamma distribution of those gaps: 1 is haphazard, 8 like clockwork."""
    curiosity: float
    """Mean number of items a basket holds beyond favourites, in a household of factor 1."""
    price_sensitivity: float
    """How much a price above the category's mean puts off, and an offer attracts; 0 for not."""
    away_share: float
    """Share of baskets bought in another store than the home store."""
    web_share: float
    """Share of baskets bought in no store."""
    hour: float
    """Usual hour of the day."""


def make_person(town: Town, index: int, rng: np.random.Generator) -> Person:
    """Draw the customer with this index from their own stream."""
    config = town.config
    shares = np.array([each.share for each in town.stages])
    stage = town.stages[int(rng.choice(len(shares), p=shares / shares.sum()))]
    changed, moment = rng.random(), rng.uniform(0.25, 0.75)
    change = town.changes[int(rng.integers(len(town.changes)))]
    sensitivity = float(rng.gamma(2.0, 0.5))
    tastes, items = _tastes(town, sensitivity, rng)
    stores = rng.permutation(config.stores)
    first = Phase(tastes * _factors(town, stage), items, stage.basket_factor, int(stores[0]))
    phases: tuple[Phase, ...] = (first,)
    character = CHARACTERS[index] if index < len(CHARACTERS) else ""
    is_changed = changed < config.changed_share and not character
    if is_changed:
        home = int(stores[-1]) if change.moves_store else first.home_store
        factor = first.basket_factor * change.basket_factor
        phases = (first, Phase(tastes * _factors(town, stage, change), items, factor, home))
    day = moment * config.days if is_changed else np.inf
    person = Person(
        index=index,
        character=character,
        stage=stage,
        change=change if is_changed else None,
        change_day=float(day),
        phases=phases,
        favourites=_favourites(town, phases, float(day), rng),
        basket_gap_days=float(np.clip(config.basket_gap_days * rng.lognormal(0, 0.45), 1, 120)),
        regularity=float(rng.uniform(1.0, 8.0)),
        curiosity=float(rng.gamma(3.0, 1.0)),
        price_sensitivity=sensitivity,
        away_share=float(rng.beta(1.0, 7.0)),
        web_share=float(rng.beta(1.0, 6.0)),
        hour=float(np.clip(rng.normal(15.5, 3.0), 8.0, 20.0)),
    )
    return _as_character(town, person)


def _tastes(
    town: Town, sensitivity: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the personal weight of each category (C,) and of each item (I,) within its own."""
    goods = town.catalogue
    personal = np.exp(rng.normal(0, _TASTE_SPREAD, len(goods.categories)))
    for pet, is_kept in zip(_PETS, rng.random(len(_PETS)) < _PET_SHARE, strict=True):
        personal[goods.categories.index(pet)] = 10.0 if is_kept else 0.02
    lean = rng.normal(0, 1, goods.styles.shape[1])
    items = np.exp(goods.appeal + goods.styles @ lean - sensitivity * goods.expense)
    return goods.weights * personal, items


def _factors(town: Town, stage: Stage, change: Change | None = None) -> NDArray[np.float64]:
    """Return what a stage and a change make of each category (C,)."""
    factors = []
    for category in town.catalogue.categories:
        factor = stage.tastes.get(category, 1.0)
        added = change.tastes.get(category, 1.0) if change else 1.0
        factors.append(max(factor, 1.0) * added if added > 1 else factor * added)
    return np.array(factors)


def _favourites(
    town: Town, phases: tuple[Phase, ...], change_day: float, rng: np.random.Generator
) -> Favourites:
    """Draw what the customer keeps buying; a change of life ends some of it and adds other."""
    first = _chosen(town, phases[0], rng, count=3 + int(rng.poisson(6)))
    gaps, spreads = _gaps(town, first, rng)
    found = Favourites(first, gaps, spreads, np.zeros(len(first)), np.full(len(first), np.inf))
    if len(phases) == 1:
        return found
    before, after = phases[0].category_weights, phases[1].category_weights
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.nan_to_num(np.minimum(1.0, after / before))[town.catalogue.category_rows[first]]
    is_kept = rng.random(len(first)) < _KEPT_SHARE * stays
    wanted = _chosen(town, phases[1], rng, count=len(first))
    added = wanted[~np.isin(wanted, first)][: 2 + int((~is_kept).sum())]
    more_gaps, more_spreads = _gaps(town, added, rng)
    return Favourites(
        np.concatenate([first, added]),
        np.concatenate([gaps, more_gaps]),
        np.concatenate([spreads, more_spreads]),
        np.concatenate([found.since, np.full(len(added), change_day)]),
        np.concatenate([np.where(is_kept, np.inf, change_day), np.full(len(added), np.inf)]),
    )


def _gaps(
    town: Town, item_rows: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw the personal gap of each item and its spread."""
    gaps = town.catalogue.gap_days[item_rows] * rng.lognormal(0, 0.4, len(item_rows))
    return np.maximum(gaps, 2.0), rng.uniform(0.1, 0.4, len(item_rows))


def _chosen(town: Town, phase: Phase, rng: np.random.Generator, *, count: int) -> NDArray[np.int64]:
    """Draw different items that can be bought again, the likelier the more they are liked.

    Source: Gumbel-top-k trick, Kool, van Hoof, Welling, "Stochastic Beams and Where to Find Them",
    2019, section 3.
    """
    goods = town.catalogue
    totals = np.add.reduceat(phase.item_weights, goods.starts)
    weights = phase.item_weights * (phase.category_weights / totals)[goods.category_rows]
    weights = np.where(goods.gap_days > 0, weights, 0.0)
    with np.errstate(divide="ignore"):
        keys = np.log(weights) + rng.gumbel(size=len(weights))
    order = np.argsort(-keys)[:count]
    return order[weights[order] > 0]


def _as_character(town: Town, person: Person) -> Person:
    """Return the person with what a named character is known for."""
    goods, own, phase = town.catalogue, person.favourites, person.phases[0]
    gap = min(person.basket_gap_days, _CHARACTER_GAP_DAYS)
    if person.character == CHAIN_TEA_DRINKER:
        tea = goods.rows_of("Tea")
        loved = int(tea[np.argmax(phase.item_weights[tea])])
        others = _kept(own, own.item_rows != loved)
        favourites = _with_first(others, loved, CHAIN_TEA_GAP_DAYS, _CHAIN_TEA_SPREAD)
        return replace(person, favourites=favourites, basket_gap_days=gap)
    if person.character == ONE_COFFEE:
        coffee = goods.categories.index("Coffee")
        weights = phase.category_weights.copy()
        weights[coffee] = 0.0
        return replace(
            person,
            phases=(replace(phase, category_weights=weights),),
            favourites=_kept(own, goods.category_rows[own.item_rows] != coffee),
            basket_gap_days=gap,
        )
    return person


def _kept(own: Favourites, is_kept: NDArray[np.bool_]) -> Favourites:
    return Favourites(
        own.item_rows[is_kept],
        own.gap_days[is_kept],
        own.spreads[is_kept],
        own.since[is_kept],
        own.until[is_kept],
    )


def _with_first(own: Favourites, item_row: int, gap_days: float, spread: float) -> Favourites:
    return Favourites(
        np.insert(own.item_rows, 0, item_row),
        np.insert(own.gap_days, 0, gap_days),
        np.insert(own.spreads, 0, spread),
        np.insert(own.since, 0, 0.0),
        np.insert(own.until, 0, np.inf),
    )
