"""A shop that sells the items of a small bundle: a customer to each category, day after day."""

from collections.abc import Callable

import numpy as np

from ml.dataset.dataset import Dataset
from tests.ml.shopping import dataset_of
from tests.models import CATEGORIES, item_ids

Choose = Callable[[np.random.Generator, list[str]], list[str]]


def favourites(generator: np.random.Generator, items: list[str]) -> list[str]:
    """Return two items, the first ones much more often."""
    weights = 0.5 ** np.arange(len(items))
    return sorted(generator.choice(items, 2, replace=False, p=weights / weights.sum()).tolist())


def anything(generator: np.random.Generator, items: list[str]) -> list[str]:
    """Return two items, each as likely as any other."""
    return sorted(generator.choice(items, 2, replace=False).tolist())


def tea_shop(
    *,
    customers: int = 120,
    days: int = 100,
    categories: int = len(CATEGORIES),
    every: int = 9,
    choose: Choose = favourites,
    seed: int = 0,
) -> Dataset:
    """Return a shop without drift; everybody comes about every ``every`` days.

    Args:
        customers: how many.
        days: the last day of the shop.
        categories: how many of them are sold; a customer buys of one alone.
        every: mean gap in days between visits of a customer.
        choose: what somebody buys of the items of their category, the best selling ones first.
        seed: another seed is another shop of the same kind.
    """
    generator = np.random.default_rng(seed)
    baskets = {}
    for customer in range(customers):
        items = item_ids()[customer % categories :: len(CATEGORIES)]
        visits = []
        day = int(generator.integers(0, days))  # some are new
        while day < days:
            visits.append((day, choose(generator, items)))
            day += int(generator.integers(1, 2 * every))
        baskets[f"customer-{customer:03d}"] = visits
    return dataset_of({name: visits for name, visits in baskets.items() if visits})
