"""What is popular: in the store at hand where it is known, anywhere else everywhere."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.lists import NO_EVIDENCE, Evidence

_EVERYWHERE = 1
"""The column of ``Bundle.popularity`` that counts: the last 28 days."""

_HEAD = 4
"""How many times more of the most popular items are looked at when some are not allowed, before
all of them are."""


@dataclass(frozen=True, slots=True)
class Popular:
    """The shares of baskets that hold the items.

    Attributes:
        bundle: the model.
        by_share: int64 [items], its items, most popular everywhere first.
        store_rows: a store's id to its row in ``bundle.store_popularity``.
        here: the shares in the store at hand; nothing where it is not known.
    """

    bundle: Bundle
    by_share: NDArray[np.int64]
    store_rows: dict[str, int] = field(default_factory=dict)
    here: Evidence = NO_EVIDENCE

    @classmethod
    def of(cls, bundle: Bundle) -> "Popular":
        """Return what is popular everywhere."""
        by_share = np.argsort(-bundle.popularity[:, _EVERYWHERE], kind="stable")
        return cls(bundle, by_share, {store: row for row, store in enumerate(bundle.store_ids)})

    def at_store(self, store: str) -> "Popular":
        """Return what is popular in a store; everywhere, where it is not known."""
        row = self.store_rows.get(store)
        return self if row is None else replace(self, here=self.bundle.store_popularity.of_one(row))

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the share of each row; 0 for items behind those that the model saw."""
        if len(self.here.rows):
            return self.here.at(rows)
        known = rows < len(self.bundle.vocabulary)
        shares = np.zeros(len(rows), np.float32)
        shares[known] = self.bundle.popularity[rows[known], _EVERYWHERE]
        return shares

    def top(self, count: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return the rows with the highest shares, best first, at most ``count``.

        Args:
            count: how many at most.
            allowed: bool [items]; rows where it is false are passed over. ``None`` allows all.
        """
        if len(self.here.rows) and len(best := self.here.top(count, allowed)):
            return best
        rows = self.by_share
        if allowed is None:
            return rows[:count]
        head = rows[: count * _HEAD]
        head = head[allowed[head]]
        return head[:count] if len(head) >= count else rows[allowed[rows]][:count]
