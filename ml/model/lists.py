"""Lists of related items: for every item (or store) its strongest partners, packed in two arrays.

Neighbour lists, next-basket transitions, complements and the popular items of a store all have
this form: the evidence of several entries is a weighted sum of their lists.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DENSE_ITEM_COUNT = 65_536
"""Up to so many items a sum over all of them is cheaper than sorting the entries (measured at 5,000
entries: 25 microseconds dense at 12,000 items, 210 sorted)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Scores of some items; every other item has none.

    Attributes:
        rows: item rows, int64 [n], ascending, without repetition.
        scores: float32 [n], positive but for signed lists.
        of_all: float32 [items + 1], the scores of all items and, for any row behind them, a last
            0; ``None`` where there are too many items to hold them.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    of_all: NDArray[np.float32] | None = None

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the score of each row, 0 where there is none; same length as ``rows``."""
        if len(self.rows) == 0:
            return np.zeros(len(rows), np.float32)
        if self.of_all is not None:
            return self.of_all.take(rows, mode="clip")
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        found: NDArray[np.float32] = np.where(
            self.rows[places] == rows, self.scores[places], np.float32(0)
        )
        return found

    def top(self, count: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return the rows with the highest scores, best first, at most ``count``.

        Args:
            count: how many at most.
            allowed: bool [items]; rows where it is false are passed over. ``None`` allows all.
        """
        rows, scores = self.rows, self.scores
        if allowed is not None:
            kept = allowed[rows]
            rows, scores = rows[kept], scores[kept]
        return highest(rows, scores, count)


def highest(rows: NDArray[np.int64], scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the rows with the highest scores, best first, at most ``count``.

    Args:
        rows: int64 [n], in any order, without repetition; among equal scores the lowest is first.
        scores: float32 [n].
        count: how many at most.
    """
    if len(rows) > count:
        best = np.argpartition(scores, len(rows) - count)[len(rows) - count :]
        rows, scores = rows[best], scores[best]
    return rows[np.lexsort((rows, -scores))]


NO_EVIDENCE = Evidence(np.zeros(0, np.int64), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class RelatedLists:
    """For every entry its strongest partners.

    Attributes:
        rows: int32 [entries, k], best first, ``-1`` behind the last partner.
        scores: float32 [entries, k], not negative but in signed lists, 0 behind the last partner.
        item_count: how many items the rows point into.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    item_count: int

    def evidence(self, entries: NDArray[np.int64], weights: NDArray[np.float32]) -> Evidence:
        """Return the weighted sum of the lists of ``entries``.

        Args:
            entries: int64 [n], each 0 <= entry < entries.
            weights: float32 [n], not negative.

        Returns:
            The sum; ``NO_EVIDENCE`` for no entries.
        """
        if len(entries) == 0:
            return NO_EVIDENCE
        rows, scores = self.rows.take(entries, axis=0), self.scores.take(entries, axis=0)
        scores *= weights[:, None]
        if self.item_count <= DENSE_ITEM_COUNT:
            rows += 1  # what lies behind the end of a list falls into place 0, which is cut off
            sums = np.bincount(rows.ravel(), scores.ravel(), self.item_count + 2)[1:]
            of_all = sums.astype(np.float32)
            found = of_all.nonzero()[0]
            return Evidence(found, of_all[found], of_all)
        present = scores != 0
        found, places = np.unique(rows[present], return_inverse=True)
        sums = np.bincount(places, scores[present])
        return Evidence(found.astype(np.int64), sums.astype(np.float32))

    def of_one(self, entry: int) -> Evidence:
        """Return the list of one entry: 0 <= entry < entries."""
        present = self.scores[entry] > 0
        rows, scores = self.rows[entry][present], self.scores[entry][present]
        order = np.argsort(rows)
        return Evidence(rows[order].astype(np.int64), scores[order])
