"""What a persona's members buy: where to begin with somebody of whom little else is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.model.attributes import ItemAttributes
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases
from ml.training.personas.learned import Learned, learn_personas

DAYS = 90
"""What was bought longer ago is not what a persona buys now; popularity looks back as far."""
DOUBT = 20.0
"""Baskets' worth of everybody that are added to those of a persona, and customers' worth of
everybody to those of a store: of few, little is believed."""
LEAST_SHARE = 1e-6
"""Of an item nobody bought in that time."""


@dataclass(frozen=True, slots=True, eq=False)
class Beginnings:
    """Personas of a history, with what they buy.

    Attributes:
        purchases: of c customers and n items.
        learned: K personas of the customers.
        everybody: float64 [n], share of the latest baskets that hold each item.
        likings: float64 [n, K], the same by persona.
        store_odds: by store, float64 [K]: how much more likely each persona is there.
    """

    purchases: Purchases
    learned: Learned
    everybody: NDArray[np.float64]
    likings: NDArray[np.float64]
    store_odds: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(
        cls,
        purchases: Purchases,
        attributes: Mapping[str, ItemAttributes],
        *,
        seed: int,
        count: int | None = None,
    ) -> Self:
        """Learn personas, and count what they buy and where they shop; as ``learn_personas``."""
        learned = learn_personas(purchases, attributes, seed=seed, count=count)
        everybody, likings = _likings(purchases, learned.memberships)
        odds = _store_odds(purchases, learned.memberships)
        return cls(purchases, learned, everybody, likings, odds)

    def memberships(self, customer_id: str, *, last: int | None, store: str) -> NDArray[np.float64]:
        """Return how likely a customer belongs to each persona, by what is known so far: [K].

        Args:
            customer_id: any.
            last: how many of the latest baskets are known; all when ``None``.
            store: where they stand; empty where that is not known.
        """
        found = self.learned.memberships_of(self.purchases.baskets(customer_id, last=last))
        found *= self.store_odds.get(store, np.ones(len(found)))
        return np.asarray(found / found.sum())

    def told(self, customer_id: str) -> NDArray[np.float64]:
        """Return what somebody would say who is asked which persona they are: [K], one of them 1.

        That is the likeliest by their whole history, whatever of it is known.
        """
        answer = np.zeros(len(self.learned.personas.personas))
        answer[self.memberships(customer_id, last=None, store="").argmax()] = 1
        return answer

    def shares(self, memberships: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return which share of the baskets of such a customer hold each item, float64 [n]."""
        return np.asarray(self.likings @ memberships)

    def log_lifts(
        self, rows: NDArray[np.int64], memberships: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return by how much the logarithm of those shares exceeds everybody's, for some items."""
        return np.asarray(np.log(self.likings[rows] @ memberships / self.everybody[rows]))


def _likings(
    purchases: Purchases, memberships: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ages = purchases.as_of_seconds - purchases.basket_seconds
    weights = memberships[purchases.basket_customers] * (ages < DAYS * SECONDS_PER_DAY)[:, None]
    items = len(purchases.item_ids)
    held = np.stack(
        [
            np.bincount(purchases.row_items, each, items)
            for each in weights[purchases.row_baskets].T
        ],
        axis=1,
    )
    everybody = held.sum(axis=1) / weights.sum() + LEAST_SHARE
    return everybody, (held + DOUBT * everybody[:, None]) / (weights.sum(axis=0) + DOUBT)


def _store_odds(
    purchases: Purchases, memberships: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    shares = memberships.mean(axis=0)
    odds = {}
    for row, store in enumerate(purchases.store_ids):
        there = np.unique(purchases.basket_customers[purchases.basket_stores == row])
        visitors = memberships[there]
        found = (visitors.sum(axis=0) + DOUBT * shares) / (len(visitors) + DOUBT)
        odds[store] = found / shares
    return odds
