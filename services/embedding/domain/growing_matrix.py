"""A matrix that grows at its end without being copied, while readers hold earlier states of it."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

_SPARE_SHARE = 0.25
_SPARE_ROWS = 64
"""Room left at the end when the rows must move: copies stay rare, memory stays bounded."""


class GrowingMatrix(Generic[Number]):
    """An immutable matrix; appending gives another one that shares the rows they have in common.

    Only the newest state may extend the shared memory: it writes behind the rows that any earlier
    state sees. Extending an earlier state copies. One thread at a time makes new states.
    """

    __slots__ = ("_memory", "_tip", "rows")

    def __init__(self, rows: NDArray[Number]) -> None:
        """Take [n, columns]; it must not be changed from now on."""
        self.rows = rows
        self._memory = rows
        self._tip = [len(rows)]

    def appended(self, more: NDArray[Number]) -> "GrowingMatrix[Number]":
        """Return the matrix with [m, columns] behind the present rows."""
        length = len(self.rows)
        grown: GrowingMatrix[Number] = object.__new__(GrowingMatrix)
        if self._tip[0] == length and length + len(more) <= len(self._memory):
            grown._memory, grown._tip = self._memory, self._tip
        else:
            spare = _SPARE_ROWS + int(length * _SPARE_SHARE)
            shape = (length + len(more) + spare, self.rows.shape[1])
            grown._memory, grown._tip = np.empty(shape, self.rows.dtype), [length]
            grown._memory[:length] = self.rows
        grown._memory[length : length + len(more)] = more
        grown._tip[0] = length + len(more)
        grown.rows = grown._memory[: length + len(more)]
        return grown

    def replaced(
        self, places: NDArray[np.int64], values: NDArray[Number]
    ) -> "GrowingMatrix[Number]":
        """Return the matrix with other values at some rows; itself where they are as they were."""
        if np.array_equal(self.rows[places], values):
            return self
        rows = self.rows.copy()
        rows[places] = values
        return GrowingMatrix(rows)
