"""What proposing candidates needs of an index of items; needs no library that searches.

A process that only ranks, or that proposes without searching, does not load one.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class ItemIndex(Protocol):
    """Finds items by inner product."""

    kind: str
    """``exact`` or ``hnsw``."""

    def search(
        self, vectors: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the nearest items of each vector, best first.

        Args:
            vectors: float32 [n, factors].
            count: how many, at least 1; more than there are gives all.

        Returns:
            Rows, int64 [n, k], and inner products, float32 [n, k]; k = min(count, items).
        """
        ...
