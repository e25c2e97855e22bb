"""What a fresh item may count on: the scores of the known items it lies nearest to.

Nobody has bought it, so no list names it and no regression foretells it. Where its attributes place
it lie others that lists do name: their mean is what is to be expected of it. Who lends depends on
model and attributes alone, so it is found once, when the item is written, and not while a request
waits.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

LENDERS = 10
"""Known items that lend to a fresh one. On Online Retail and on the simulated town one or three
order new items worse than ten, twenty no better."""

_BLOCK_ITEMS = 64
"""Fresh items looked at together: memory stays bounded."""

At = Callable[[NDArray[np.int64]], NDArray[np.float32]]
"""The score of each row, same length."""


def lenders_of(vectors: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return which known items lend to each fresh one: the nearest by cosine, nearest first.

    Args:
        vectors: float32 [m, factors], where their attributes place the fresh items.
        places: float32 [items, factors], where theirs place the known ones.

    Returns:
        Rows of known items, int64 [m, k]; k is ``LENDERS``, or all items where there are fewer.
    """
    count = min(LENDERS, len(places))
    found = np.empty((len(vectors), count), np.int64)
    lengths = np.linalg.norm(places, axis=1) if len(vectors) else np.zeros(len(places))
    for start in range(0, len(vectors), _BLOCK_ITEMS):
        block = slice(start, start + _BLOCK_ITEMS)
        products = vectors[block] @ places.T
        cosines = np.zeros_like(products)
        np.divide(products, lengths, out=cosines, where=lengths > 0)
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        order = np.lexsort((nearest, -np.take_along_axis(cosines, nearest, axis=1)))
        found[block] = np.take_along_axis(nearest, order, axis=1)
    return found


class Loans:
    """Candidates of which some borrow their scores."""

    __slots__ = ("_asked", "_borrowers", "_count", "_lenders")

    def __init__(
        self, rows: NDArray[np.int64], known_count: int, lenders: NDArray[np.int64]
    ) -> None:
        """Take the candidates.

        Args:
            rows: int64 [n]; those from ``known_count`` on are fresh and borrow.
            known_count: how many items the model knows.
            lenders: int64 [fresh, k], as ``lenders_of`` returns them; k may be 0.
        """
        self._count = len(rows)
        self._borrowers = np.flatnonzero(rows >= known_count)
        self._lenders = lenders[rows[self._borrowers] - known_count]
        self._asked = np.concatenate([rows, self._lenders.ravel()])

    def scores(self, at: At) -> NDArray[np.float32]:
        """Return what ``at`` says of each candidate; of a fresh one, of its lenders on average.

        Returns:
            float32 [n].
        """
        told = at(self._asked)
        scores = told[: self._count]
        if self._lenders.size:
            lent = told[self._count :].reshape(self._lenders.shape)
            scores[self._borrowers] = lent.mean(axis=1)
        return scores
