"""Past visits, each with what was known right before it: production as it would have gone.

A customer who comes often is asked about often, as in a shop; one who comes for the first time has
no history and is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.model.history import MIN_BASKET_GAP_DAYS, History
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases

_LEAST_GAP_SECONDS = MIN_BASKET_GAP_DAYS * SECONDS_PER_DAY
"""A basket this close behind another belongs to the same visit."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit.

    Attributes:
        history: what the customer had bought before; never empty.
        store: where it was; empty where that is not known.
        seconds: when it was, since 1970.
        customer: the customer's row in the purchases.
    """

    history: History
    store: str
    seconds: int
    customer: int

    @property
    def day(self) -> int:
        """Return the day, in UTC, counted from 1970."""
        return self.seconds // SECONDS_PER_DAY


def visits(
    purchases: Purchases,
    since_seconds: int,
    *,
    most: int,
    generator: np.random.Generator,
) -> Iterator[Visit]:
    """Yield visits from a moment on, in the order of customers and times.

    Args:
        purchases: everything known, before and after the moment.
        since_seconds: the moment, seconds since 1970.
        most: of more visits so many are drawn, each as likely as any other.
        generator: draws them.
    """
    times, customers = purchases.basket_seconds, purchases.basket_customers
    follows = np.zeros(len(times), np.bool_)
    follows[1:] = (customers[1:] == customers[:-1]) & (np.diff(times) >= _LEAST_GAP_SECONDS)
    found = np.flatnonzero(follows & (times >= since_seconds))
    if len(found) > most:
        found = np.sort(generator.choice(found, most, replace=False))
    for basket in found.tolist():
        yield Visit(
            purchases.history_before(basket),
            purchases.store_of(basket),
            int(times[basket]),
            int(customers[basket]),
        )
