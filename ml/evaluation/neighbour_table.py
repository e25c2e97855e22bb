"""What methods with neighbours share: a row a customer, a column an item, asked block by block."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from ml.dataset.dataset import Dataset
from ml.evaluation.best_columns import block_rows

Best = Callable[[NDArray[np.int64], int], list[list[int]]]
"""Returns of these rows the columns with the highest scores, best first, so many at most."""

ItemOrder = Callable[[str], tuple[int, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Bought:
    """What each customer bought in which basket, every item of a basket once."""

    rows: NDArray[np.int64]
    """The customer of each purchase, int64 [n]."""
    columns: NDArray[np.int64]
    """Its item, int64 [n]."""
    sequences: NDArray[np.int32]
    """The number of its basket in the customer's history, from 0, int32 [n]."""
    basket_counts: NDArray[np.int64]
    """How many baskets each customer has, int64 [customers]."""


class NeighbourTable:
    """Knows which row is which customer's and which column is which item's."""

    def __init__(self, customer_ids: Sequence[str] = (), item_ids: Sequence[str] = ()) -> None:
        """Take customers in the order of the rows, and items in that of the columns."""
        self._row_of = {customer: row for row, customer in enumerate(customer_ids)}
        self._item_ids = item_ids

    @classmethod
    def of(
        cls, history: Dataset, *, item_order: ItemOrder | None = None
    ) -> "tuple[NeighbourTable, Bought]":
        """Return the table of a history and the purchases to fill it with.

        Args:
            history: customers are sorted by their ids.
            item_order: what items are sorted by; ``None`` for their ids. It settles ties.
        """
        bought = history.interactions[["customer_id", "sequence", "item_id"]].drop_duplicates()
        rows, customers = pd.factorize(bought["customer_id"], sort=True)
        items = sorted(bought["item_id"].unique(), key=item_order)
        columns = pd.Index(items).get_indexer(bought["item_id"])
        sequences = bought["sequence"].to_numpy()
        basket_counts = np.zeros(len(customers), np.int64)
        np.maximum.at(basket_counts, rows, sequences + 1)
        return cls(customers.tolist(), items), Bought(rows, columns, sequences, basket_counts)

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many customers and how many items there are."""
        return len(self._row_of), len(self._item_ids)

    def width(self, neighbours: int, held: sparse.csr_matrix) -> int:
        """Return how many numbers a customer takes: likeness to all, or neighbours' items.

        Args:
            neighbours: how many are listened to.
            held: [customers, items], what each of them says.
        """
        customers, items = self.shape
        said = neighbours * held.nnz // max(customers, 1)
        return int(max(customers, min(said, items)))

    def ranked(
        self, customer_ids: Sequence[str], count: int, best: Best, *, width: int
    ) -> list[list[str]]:
        """Return the items of each customer, best first; a stranger gets nothing.

        Args:
            customer_ids: known or not.
            count: how many items at most.
            best: ranks the columns of some rows.
            width: how many numbers it holds a row; so many rows are asked for at a time that all
                of them fit.
        """
        answers: list[list[str]] = [[] for _ in customer_ids]
        known = [place for place, each in enumerate(customer_ids) if each in self._row_of]
        block = block_rows(width)
        for start in range(0, len(known), block):
            places = known[start : start + block]
            rows = np.array([self._row_of[customer_ids[place]] for place in places])
            for place, columns in zip(places, best(rows, count), strict=True):
                answers[place] = [self._item_ids[each] for each in columns]
        return answers
