"""What earlier answers said of items, for the moment when nobody can be asked."""

import threading
from collections.abc import Sequence

import numpy as np

from services.recommendation.domain.ranking import ItemAttributes

HALF_CAPACITY = 50_000
"""Items in the younger half; with the older one twice as many, some 20 MB."""


class ItemMemory:
    """Categories and brands of the items seen lately.

    Two halves instead of an order of use: items enter the younger half; when it is full it becomes
    the older one, and what the older one held is forgotten unless it was seen again.
    """

    def __init__(self, half_capacity: int = HALF_CAPACITY) -> None:
        """Know nothing yet."""
        self._half_capacity = half_capacity
        self._lock = threading.Lock()
        self._young: dict[str, tuple[str, str]] = {}
        self._old: dict[str, tuple[str, str]] = {}

    def remember(self, item_ids: Sequence[str], attributes: ItemAttributes) -> None:
        """Take in n items with their categories and brands."""
        young = self._young
        if all(map(young.__contains__, item_ids)):  # the usual case, without a Python frame an item
            return
        new = [place for place, item_id in enumerate(item_ids) if item_id not in young]
        entries = {
            item_ids[place]: (
                attributes.categories[int(attributes.category_indexes[place])],
                attributes.brands[int(attributes.brand_indexes[place])],
            )
            for place in new
        }
        with self._lock:
            if len(self._young) + len(entries) > self._half_capacity:
                self._old, self._young = self._young, {}
            self._young.update(entries)

    def recall(self, item_ids: Sequence[str]) -> ItemAttributes:
        """Return what is known of n items; empty names where nothing is."""
        young, old = self._young, self._old
        known = [young.get(each) or old.get(each) or ("", "") for each in item_ids]
        categories, category_indexes = _indexed([category for category, _ in known])
        brands, brand_indexes = _indexed([brand for _, brand in known])
        return ItemAttributes(categories, category_indexes, brands, brand_indexes)


def _indexed(
    names: Sequence[str],
) -> tuple[tuple[str, ...], "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Return the distinct names and, for each of ``names``, its place among them."""
    place_of = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return tuple(place_of), np.array([place_of[name] for name in names], np.int64)
