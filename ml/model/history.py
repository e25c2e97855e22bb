"""A customer's history in columns: what both candidates and features are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MAX_RECENT_BASKETS = 20
"""How many of the latest baskets are kept apart; what lies further back shows in the counts."""

SECONDS_PER_DAY = 86_400.0

MIN_BASKET_GAP_DAYS = 0.04
"""An hour: baskets closer than this count as one visit's."""


def _no_seconds() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class History:
    """What one customer bought.

    Attributes:
        item_ids: the items, latest first, length n.
        basket_counts: float32 [n], in how many baskets each was, positive.
        first_seconds: int64 [n], when each was first bought, seconds since 1970.
        last_seconds: int64 [n], when each was last bought.
        recent_basket_seconds: int64 [b], when the latest baskets were bought, latest first, b at
            most ``MAX_RECENT_BASKETS``.
        recent_basket_sizes: int64 [b], how many items each holds.
        recent_basket_items: int64 [sum of sizes], their items as positions in ``item_ids``.
        basket_count: how many baskets there were in all.
        first_basket_seconds: when the first of all baskets was bought.
        home_seconds: int64 [n], when anybody of the household last brought each home, at least
            ``last_seconds``; ``None``: as ``last_seconds``.
    """

    item_ids: Sequence[str]
    basket_counts: NDArray[np.float32]
    first_seconds: NDArray[np.int64]
    last_seconds: NDArray[np.int64]
    recent_basket_seconds: NDArray[np.int64] = field(default_factory=_no_seconds)
    recent_basket_sizes: NDArray[np.int64] = field(default_factory=_no_seconds)
    recent_basket_items: NDArray[np.int64] = field(default_factory=_no_seconds)
    basket_count: int = 0
    first_basket_seconds: int = 0
    home_seconds: NDArray[np.int64] | None = None

    def recency_sums(self, decay: float) -> NDArray[np.float32]:
        """Return for each item the sum of ``decay ** baskets ago`` over the recent baskets.

        Returns:
            float32 [n]; the latest basket counts 1.
        """
        weights = decay ** np.arange(len(self.recent_basket_sizes))
        of_entries = weights.repeat(self.recent_basket_sizes)
        sums = np.bincount(self.recent_basket_items, of_entries, len(self.item_ids))
        return sums.astype(np.float32)

    def baskets_since(self) -> NDArray[np.float32]:
        """Return for each item how many baskets were bought since, float32 [n].

        The latest basket is 0; items in none of the recent baskets get their number.
        """
        since = np.full(len(self.item_ids), len(self.recent_basket_sizes), np.float32)
        ages = np.arange(len(self.recent_basket_sizes)).repeat(self.recent_basket_sizes)
        # Oldest first: what is written last stays, and that is the latest basket.
        since[self.recent_basket_items[::-1]] = ages[::-1]
        return since


def empty_history() -> History:
    """Return the history of somebody who never bought anything."""
    return History([], np.zeros(0, np.float32), _no_seconds(), _no_seconds())


def history_of_baskets(baskets: Sequence[tuple[int, Sequence[str]]]) -> History:
    """Return the history that these baskets make.

    The plain way to the columns that ``profile`` keeps up to date event by event.

    Args:
        baskets: time in seconds since 1970 and the different items of each, in any order.
    """
    if not baskets:
        return empty_history()
    latest_first = sorted(baskets, key=lambda basket: -basket[0])
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    counts: dict[str, int] = {}
    for seconds, items in latest_first:
        for item in items:
            last.setdefault(item, seconds)
            first[item] = seconds
            counts[item] = counts.get(item, 0) + 1
    position = {item: place for place, item in enumerate(last)}
    recent = latest_first[:MAX_RECENT_BASKETS]
    return History(
        item_ids=list(last),
        basket_counts=np.array([counts[item] for item in last], np.float32),
        first_seconds=np.array([first[item] for item in last], np.int64),
        last_seconds=np.array(list(last.values()), np.int64),
        recent_basket_seconds=np.array([seconds for seconds, _ in recent], np.int64),
        recent_basket_sizes=np.array([len(items) for _, items in recent], np.int64),
        recent_basket_items=np.array(
            [position[item] for _, items in recent for item in items], np.int64
        ),
        basket_count=len(latest_first),
        first_basket_seconds=latest_first[-1][0],
    )
