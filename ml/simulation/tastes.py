"""What a customer likes: weights of categories and items, between two changes of life."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.simulation.lives import Stage, Step
from ml.simulation.town import Town

_TASTE_SPREAD = 0.6
"""Standard deviation of the log of a personal category weight."""
_PET_SHARE = 0.15
_PETS = ("Cat", "Dog")


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """What a customer likes between two changes of life."""

    category_weights: NDArray[np.float64]
    """(C,), not normalised, before seasons."""
    item_weights: NDArray[np.float64]
    """(I,), not normalised, comparable within a category only."""
    basket_factor: float
    home_store: int
    works: bool = False
    """Whether shopping waits for the evening, from Monday to Friday."""


def draw_tastes(
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


def life_factors(
    town: Town, stage: Stage, step: Step | None = None, *, strength: float = 1.0
) -> NDArray[np.float64]:
    """Return what a stage and a step of a change make of each category (C,).

    Args:
        town: Where.
        stage: What they were before.
        step: What became of it.
        strength: How much of the step shows: the exponent of its factors.
    """
    factors = []
    for category in town.catalogue.categories:
        factor = stage.tastes.get(category, 1.0)
        added = step.tastes.get(category, 1.0) ** strength if step else 1.0
        factors.append(max(factor, 1.0) * added if added > 1 else factor * added)
    return np.array(factors)
