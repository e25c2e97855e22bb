"""Item ids and their rows: the only place where one becomes the other."""

from collections.abc import Iterable, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

UNKNOWN_ROW = -1
"""The row of an item that the model has never seen."""


class Vocabulary:
    """The items a model knows, in the order of its arrays' rows."""

    __slots__ = ("_ids", "_rows")

    def __init__(self, item_ids: Iterable[str]) -> None:
        """Take the ids in row order.

        Raises:
            ValueError: when an id occurs twice.
        """
        self._ids = tuple(item_ids)
        self._rows = {item_id: row for row, item_id in enumerate(self._ids)}
        if len(self._rows) != len(self._ids):
            raise ValueError("an item id occurs twice")

    def __len__(self) -> int:
        """Return how many items are known."""
        return len(self._ids)

    def __contains__(self, item_id: object) -> bool:
        """Return whether the item is known."""
        return item_id in self._rows

    @property
    def item_ids(self) -> tuple[str, ...]:
        """All ids, in row order."""
        return self._ids

    def rows(self, item_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of each id, ``UNKNOWN_ROW`` where it is not known; same length."""
        rows = map(self._rows.get, item_ids, repeat(UNKNOWN_ROW))  # no Python frame an id
        return np.fromiter(rows, np.int64, len(item_ids))

    def ids(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the id of each row; same length."""
        ids = self._ids
        return [ids[row] for row in rows.tolist()]

    def extended(self, item_ids: Iterable[str]) -> "Vocabulary":
        """Return a vocabulary with these new ids behind the present ones.

        Raises:
            ValueError: when an id occurs twice.
        """
        grown = object.__new__(Vocabulary)
        grown._ids = (*self._ids, *item_ids)
        grown._rows = self._rows.copy()  # 20 times as fast as hashing every id again
        new = range(len(self._ids), len(grown._ids))
        grown._rows.update(zip(grown._ids[len(self._ids) :], new, strict=True))
        if len(grown._rows) != len(grown._ids):
            raise ValueError("an item id occurs twice")
        return grown
