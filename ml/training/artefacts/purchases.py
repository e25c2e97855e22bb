"""Purchase histories as arrays: what every artefact is counted from.

Undated data get pseudo-weeks: baskets of a customer lie a week apart and everybody's last basket
falls on the same day, so that "the last 7 days" means everybody's last basket and "the last 28
days" the last four. A target that may be known is a basket a week later, where all that is asked
about lies.
"""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from ml.dataset.dataset import Dataset
from ml.dataset.split import timeline
from ml.model.history import History, history_of_baskets

SECONDS_PER_DAY = 86_400

LAST_PSEUDO_DAY_SECONDS = 10_000 * SECONDS_PER_DAY
"""When everybody's last basket lies in undated data; any day that leaves room before it will do."""

PSEUDO_GAP_SECONDS = 7 * SECONDS_PER_DAY
"""How far apart baskets of undated data lie."""

NO_STORE = -1
NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """Histories of c customers: b baskets, n items, r rows (an item in a basket).

    Attributes:
        customer_ids: c ids, ascending.
        item_ids: n ids, ascending.
        store_ids: ids of stores, ascending; none where stores are not known.
        basket_customers: int64 [b], ascending; within a customer baskets are in order of time.
        basket_seconds: int64 [b], seconds since 1970.
        basket_stores: int64 [b], ``NO_STORE`` where it is not known.
        row_baskets: int64 [r], ascending.
        row_items: int64 [r].
    """

    customer_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    store_ids: tuple[str, ...]
    basket_customers: NDArray[np.int64]
    basket_seconds: NDArray[np.int64]
    basket_stores: NDArray[np.int64]
    row_baskets: NDArray[np.int64]
    row_items: NDArray[np.int64]

    @property
    def as_of_seconds(self) -> int:
        """Return when the latest purchase was, seconds since 1970."""
        return int(self.basket_seconds.max())

    def customer_row(self, customer_id: str) -> int:
        """Return the customer's row, ``NOBODY`` without a history."""
        row = bisect_left(self.customer_ids, customer_id)
        is_known = row < len(self.customer_ids) and self.customer_ids[row] == customer_id
        return row if is_known else NOBODY

    def customer_counts(self) -> sparse.csr_matrix:
        """Return in how many baskets of a customer each item was, float32 [c, n]."""
        customers = self.basket_customers[self.row_baskets]
        ones = np.ones(len(self.row_items), np.float32)
        shape = (len(self.customer_ids), len(self.item_ids))
        return sparse.csr_matrix((ones, (customers, self.row_items)), shape=shape)

    def basket_items(self) -> sparse.csr_matrix:
        """Return which items each basket holds, float32 [b, n] of ones."""
        ones = np.ones(len(self.row_items), np.float32)
        shape = (len(self.basket_seconds), len(self.item_ids))
        return sparse.csr_matrix((ones, (self.row_baskets, self.row_items)), shape=shape)

    def history(self, customer_id: str, *, last: int | None = None) -> History:
        """Return a customer's history as the services would know it; empty for a newcomer.

        Args:
            customer_id: any.
            last: how many of the latest baskets are told, all when ``None``.
        """
        return history_of_baskets(self.baskets(customer_id, last=last))

    def baskets(self, customer_id: str, *, last: int | None = None) -> list[tuple[int, list[str]]]:
        """Return the second and the items of a customer's baskets, earliest first.

        Args:
            customer_id: any.
            last: how many of the latest, all when ``None``.
        """
        row = self.customer_row(customer_id)
        if row == NOBODY or last == 0:
            return []
        baskets = self._baskets(row)
        if last is not None:
            baskets = slice(max(baskets.start, baskets.stop - last), baskets.stop)
        return self._told(baskets)

    def history_before(self, basket: int) -> History:
        """Return what a basket's customer had bought before it, the basket told by its number."""
        first = self._baskets(int(self.basket_customers[basket])).start
        return history_of_baskets(self._told(slice(first, basket)))

    def last_store(self, customer_id: str, *, until_seconds: int | None = None) -> str:
        """Return the store of a customer's latest basket; empty where it is not known.

        Args:
            customer_id: any.
            until_seconds: later baskets are not told, seconds since 1970; ``None`` for all.
        """
        row = self.customer_row(customer_id)
        if row == NOBODY:
            return ""
        baskets = self._baskets(row)
        end = baskets.stop
        if until_seconds is not None:
            times = self.basket_seconds[baskets]
            end = baskets.start + int(np.searchsorted(times, until_seconds, side="right"))
        return self.store_of(end - 1) if end > baskets.start else ""

    def store_of(self, basket: int) -> str:
        """Return the store of a basket, told by its number; empty where it is not known."""
        store = int(self.basket_stores[basket])
        return "" if store == NO_STORE else self.store_ids[store]

    def _told(self, baskets: slice) -> list[tuple[int, list[str]]]:
        starts = np.searchsorted(self.row_baskets, np.arange(baskets.start, baskets.stop + 1))
        items = [self.item_ids[row] for row in self.row_items[starts[0] : starts[-1]].tolist()]
        ends = (starts - starts[0]).tolist()
        seconds = self.basket_seconds[baskets].tolist()
        return [
            (second, items[start:end])
            for second, (start, end) in zip(seconds, pairwise(ends), strict=True)
        ]

    def _baskets(self, row: int) -> slice:
        return slice(*np.searchsorted(self.basket_customers, [row, row + 1]).tolist())


def tells_no_date(as_of_seconds: int) -> bool:
    """Return whether the latest purchase lies where undated data put everybody's last basket.

    Args:
        as_of_seconds: of purchases, or of a bundle that learned from them.
    """
    return as_of_seconds in {LAST_PSEUDO_DAY_SECONDS, LAST_PSEUDO_DAY_SECONDS + PSEUDO_GAP_SECONDS}


def purchases_of(history: Dataset) -> Purchases:
    """Return the interactions of a data set as arrays, its targets as last baskets.

    Args:
        history: its targets are those that may be known.
    """
    frame = timeline(history)
    customers, customer_ids = pd.factorize(frame["customer_id"], sort=True)
    items, item_ids = pd.factorize(frame["item_id"], sort=True)
    stores, store_ids = pd.factorize(frame["store"], sort=True)
    sequence = frame["sequence"].to_numpy(np.int64)
    is_first = np.ones(len(frame), np.bool_)
    is_first[1:] = (customers[1:] != customers[:-1]) | (sequence[1:] != sequence[:-1])
    if history.description.dated:
        seconds = frame["occurred_at"].dt.as_unit("s").astype("int64").to_numpy()
    else:
        last = history.interactions.groupby("customer_id")["sequence"].max()
        ends = last.reindex(customer_ids).to_numpy(np.int64)
        seconds = LAST_PSEUDO_DAY_SECONDS - (ends[customers] - sequence) * PSEUDO_GAP_SECONDS
    return Purchases(
        customer_ids=tuple(customer_ids),
        item_ids=tuple(item_ids),
        store_ids=tuple(store_ids),
        basket_customers=customers[is_first].astype(np.int64),
        basket_seconds=seconds[is_first],
        basket_stores=stores[is_first].astype(np.int64),
        row_baskets=np.cumsum(is_first) - 1,
        row_items=items.astype(np.int64),
    )
