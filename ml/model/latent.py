"""What lies nearest to a customer's vector: known items by the index, fresh ones all looked at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.lists import highest
from ml.model.nearest import ItemIndex

FRESH_SIZE = 10
"""So many of the nearest items that the model never saw are always proposed. Of withdrawn items of
Online Retail that were bought next, 5 hold .21, 10 hold .33 and 25 hold .48."""

OVERFETCH = 4
"""How many times more the index is asked for when some items are not allowed."""

NARROW_SHARE = 0.5
"""Where a smaller share of the model's items is allowed, over-fetching misses some: search all."""


@dataclass(frozen=True, slots=True)
class Latent:
    """Items as vectors.

    Attributes:
        index: finds the model's items by inner product.
        factors: float32 [items + fresh, factors].
        known_count: how many items the model saw; those behind them are fresh.
    """

    index: ItemIndex
    factors: NDArray[np.float32]
    known_count: int

    def top(
        self,
        vector: NDArray[np.float32],
        count: int,
        allowed: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int64]:
        """Return the rows nearest to a vector, and ``FRESH_SIZE`` of the fresh ones behind them.

        Args:
            vector: float32 [factors]; to one of zeros nothing is near.
            count: how many at most, the fresh ones not counted.
            allowed: bool [items + fresh]; rows where it is false are passed over. ``None`` allows
                all.
        """
        if not vector.any():
            return np.zeros(0, np.int64)
        known = self.known_count
        if allowed is not None and np.count_nonzero(allowed[:known]) < NARROW_SHARE * known:
            rows = np.flatnonzero(allowed)
            rows = highest(rows, self.factors[rows] @ vector, count)
        else:
            wanted = count if allowed is None else count * OVERFETCH
            rows = self.index.search(vector[None], wanted)[0][0]
            rows = rows[rows >= 0]  # a graph may find fewer than asked for
            if allowed is not None:
                rows = rows[allowed[rows]]
        return np.concatenate([rows[:count], self._nearest_fresh(vector, allowed)])

    def _nearest_fresh(
        self, vector: NDArray[np.float32], allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        known = self.known_count
        if len(self.factors) == known:
            return np.zeros(0, np.int64)
        products = self.factors[known:] @ vector
        rows = np.arange(len(products)) if allowed is None else np.flatnonzero(allowed[known:])
        return highest(rows, products[rows], FRESH_SIZE) + known
