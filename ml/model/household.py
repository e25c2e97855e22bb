"""What others brought home: it is not missing any more, whoever bought it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ml.model.history import History


def at_home(history: History, brought: Mapping[str, int]) -> History:
    """Return the history in which an own item was last bought when anybody brought it home.

    Only that: how often the customer buys it, in what rhythm they come and what they never bought
    stays as it is (docs/decisions/0074).

    Args:
        history: of the customer.
        brought: by item, when another of the household last bought it, seconds since 1970.
    """
    if brought.keys().isdisjoint(history.item_ids):
        return history
    ours = np.array([brought.get(item, 0) for item in history.item_ids], np.int64)
    last = np.maximum(history.last_seconds, ours)
    order = np.argsort(-last, kind="stable")
    moved = np.empty_like(order)
    moved[order] = np.arange(len(order))
    return replace(
        history,
        item_ids=[history.item_ids[place] for place in order.tolist()],
        basket_counts=history.basket_counts[order],
        first_seconds=history.first_seconds[order],
        last_seconds=last[order],
        recent_basket_items=moved[history.recent_basket_items],
    )
