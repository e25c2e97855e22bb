"""Who lives in the town: tastes, rhythms, favourites and lives, drawn once for each customer."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.simulation.courses import Course, draw_course
from ml.simulation.favourites import Favourites, draw_favourites
from ml.simulation.lives import Change, Stage, Step
from ml.simulation.tastes import Phase, draw_tastes, life_factors
from ml.simulation.town import Town

CHAIN_TEA_DRINKER = "chain tea drinker"
"""Re-buys one tea every few days, and goes out for nothing else if need be."""
ONE_COFFEE = "never a second coffee"
"""Bought coffee once, as a gift, and never wants it again."""
CHARACTERS = (CHAIN_TEA_DRINKER, ONE_COFFEE)
"""The named customers, by turns; they live in every town."""

CHAIN_TEA_GAP_DAYS = 4.0
_CHAIN_TEA_SPREAD = 0.15
_CHARACTER_GAP_DAYS = 8.0
"""Named characters shop at least so often, so that even a short history shows them."""


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
    """One, and another for each step of a change of life."""
    phase_days: tuple[float, ...]
    """The day of the history on which each begins, the first on day 0."""
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
    course = draw_course(town, stage, rng)
    sensitivity = float(rng.gamma(2.0, 0.5))
    tastes, items = draw_tastes(town, sensitivity, rng)
    stores = rng.permutation(config.stores)
    works = stage.works and not course.is_flexible
    weights = tastes * life_factors(town, stage)
    first = Phase(weights, items, stage.basket_factor, int(stores[0]), works)
    is_named = index < len(CHARACTERS) * config.characters
    character = CHARACTERS[index % len(CHARACTERS)] if is_named else ""
    is_changed = course.chance < config.changed_share and not character
    phases: tuple[Phase, ...] = (first,)
    starts: tuple[float, ...] = (0.0,)
    if is_changed:
        moves = course.change.moves_store and course.strength > 0
        home = int(stores[-1]) if moves else first.home_store
        tastes = tastes * _wandering(town, course, rng)
        own = Phase(tastes, items, stage.basket_factor, home, works)
        steps = course.steps(config.days)
        phases += tuple(_stepped(town, stage, own, (course, step)) for _, step in steps)
        starts += tuple(day for day, _ in steps)
    person = Person(
        index=index,
        character=character,
        stage=stage,
        change=course.change if is_changed else None,
        change_day=course.day if is_changed else np.inf,
        phases=phases,
        phase_days=starts,
        favourites=draw_favourites(town, phases, starts, rng),
        basket_gap_days=float(np.clip(config.basket_gap_days * rng.lognormal(0, 0.45), 1, 120)),
        regularity=float(rng.uniform(1.0, 8.0)),
        curiosity=float(rng.gamma(3.0, 1.0)),
        price_sensitivity=sensitivity,
        away_share=float(rng.beta(1.0, 7.0)),
        web_share=float(rng.beta(1.0, 6.0)),
        hour=float(np.clip(rng.normal(15.5, 3.0), 8.0, 20.0)),
    )
    return _as_character(town, person)


def _wandering(town: Town, course: Course, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return what a change makes of each category (C,) at random."""
    count = len(town.catalogue.categories)
    if not course.change.wander:
        return np.ones(count)
    return np.exp(rng.normal(0, course.change.wander, count))


def _stepped(town: Town, stage: Stage, own: Phase, change: tuple[Course, Step]) -> Phase:
    """Return a step of a change; ``own`` are the tastes of a life outside of any stage."""
    course, step = change
    shows = course.strength > 0
    return replace(
        own,
        category_weights=own.category_weights
        * life_factors(town, stage, step, strength=course.strength),
        basket_factor=own.basket_factor * step.basket_factor**course.strength,
        works=own.works if step.works is None or not shows else own.works and step.works,
    )


def _as_character(town: Town, person: Person) -> Person:
    """Return the person with what a named character is known for."""
    goods, own, phase = town.catalogue, person.favourites, person.phases[0]
    gap = min(person.basket_gap_days, _CHARACTER_GAP_DAYS)
    if person.character == CHAIN_TEA_DRINKER:
        tea = goods.rows_of("Tea")
        loved = int(tea[np.argmax(phase.item_weights[tea])])
        favourites = own.kept(own.item_rows != loved).with_first(
            loved, gap_days=CHAIN_TEA_GAP_DAYS, spread=_CHAIN_TEA_SPREAD
        )
        return replace(person, favourites=favourites, basket_gap_days=gap)
    if person.character == ONE_COFFEE:
        coffee = goods.categories.index("Coffee")
        weights = phase.category_weights.copy()
        weights[coffee] = 0.0
        return replace(
            person,
            phases=(replace(phase, category_weights=weights),),
            favourites=own.kept(goods.category_rows[own.item_rows] != coffee),
            basket_gap_days=gap,
        )
    return person
