"""What others brought home: it is not missing any more, whoever bought it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ml.model.history import History


def at_home(history: History, brought: Mapping[str, int]) -> History:
    """Return the history that knows when anybody last brought each own item home.

    Only that: when, how often and in what rhythm the customer buys it and what they never bought
    stays as it is (docs/decisions/0074).

    Args:
        history: of the customer.
        brought: by item, when another of the household last bought it, seconds since 1970.
    """
    if brought.keys().isdisjoint(history.item_ids):
        return history
    others = np.array([brought.get(item, 0) for item in history.item_ids], np.int64)
    return replace(history, home_seconds=np.maximum(history.last_seconds, others))
