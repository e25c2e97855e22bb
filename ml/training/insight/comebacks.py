"""How an item comes back: what the model says of it day after day since it was last bought.

Each case is a customer, an item and a purchase of it. From there on life goes on as it did, but
the item is not bought again, so that every day can be asked what the model would say by then. It is
asked as a service asks: candidates, features and ranker of ``ml.model``, and of the history nothing
but what was known on that day. Only the customer's own items are all ranked, however many they are,
so that the item has a place even on days when a service would not look at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.candidates import Moment
from ml.model.history import MIN_BASKET_GAP_DAYS, SECONDS_PER_DAY, History, history_of_baskets
from ml.training.artefacts.purchases import Purchases
from ml.training.lessons.asking import Asking

LAST_DAY = 60
"""How far curves go: about two months, in which most of a supermarket's items come back."""


@dataclass(frozen=True, slots=True)
class Case:
    """A purchase to look on from."""

    customer_id: str
    item_id: str
    bought_seconds: int
    """When the item was bought, seconds since 1970."""


@dataclass(frozen=True, slots=True, eq=False)
class Comebacks:
    """What the model said of c items on d days; float64 [c, d] each."""

    probabilities: NDArray[np.float64]
    """That the next basket holds the item."""
    ranks: NDArray[np.float64]
    """The item's place in the customer's own list, from 1."""
    due: NDArray[np.float64]
    """Days since the purchase over the gap to expect: 1 is due."""

    def quartiles(self) -> dict[str, NDArray[np.float64]]:
        """Return what a quarter, half and three quarters of the cases are at most, day by day.

        Returns:
            Field to float64 [3, d].
        """
        return {
            each.name: np.quantile(getattr(self, each.name), (0.25, 0.5, 0.75), axis=0)
            for each in fields(self)
        }

    @property
    def days(self) -> NDArray[np.int64]:
        """Return the days since the purchase, int64 [d], from 0."""
        return np.arange(self.probabilities.shape[1])


def comebacks(
    bundle: Bundle, purchases: Purchases, cases: Sequence[Case], *, last_day: int = LAST_DAY
) -> Comebacks:
    """Follow each case from the day of its purchase to ``last_day``.

    Args:
        bundle: the model.
        purchases: whole histories of the customers; what lies behind a day is not told on it.
        cases: at least one, each a purchase among ``purchases``.
        last_day: the last day that is asked.

    Raises:
        ValueError: when the model never saw an item.
    """
    asking = Asking.of(bundle)
    found = np.array(
        [
            [_said(asking, purchases, case, day=day) for day in range(last_day + 1)]
            for case in cases
        ],
        np.float64,
    )
    return Comebacks(*(found[:, :, place] for place, _ in enumerate(fields(Comebacks))))


def known_on(purchases: Purchases, case: Case, seconds: int) -> History:
    """Return the customer's history at a moment, the item not bought since the case's purchase."""
    told: list[tuple[int, list[str]]] = []
    for second, items in purchases.baskets(case.customer_id):
        if second > seconds:
            break
        is_after = second > case.bought_seconds
        kept = [item for item in items if not (is_after and item == case.item_id)]
        if kept:
            told.append((second, kept))
    return history_of_baskets(told)


def _said(
    asking: Asking, purchases: Purchases, case: Case, *, day: int
) -> tuple[float, float, float]:
    """Return probability, rank and due-ness of the item so many days after its purchase."""
    now = case.bought_seconds + round(max(day, MIN_BASKET_GAP_DAYS) * SECONDS_PER_DAY)
    store = purchases.last_store(case.customer_id, until_seconds=now)
    history = known_on(purchases, case, now)
    moment = Moment(store=store, own_item_count=len(history.item_ids))
    answer = asking.about(history, moment, now)
    names, probabilities = answer.candidates.item_ids, answer.probabilities
    if case.item_id not in names:
        raise ValueError(f"{case.item_id} is no candidate of {case.customer_id} on day {day}")
    place = names.index(case.item_id)
    rank = 1 + np.count_nonzero(probabilities > probabilities[place])
    timing = answer.features.timing
    due = timing.days_since[place] / timing.expected_gap_days[place]
    return float(probabilities[place]), float(rank), float(due)
