"""UP-CF: what a customer and alike customers bought of late.

Source: Faggioli, Polato, Aiolli, "Recency Aware Collaborative Filtering for Next Basket
Recommendation", UMAP 2020 (UP-CF@r); asymmetric cosine: Aiolli, "Efficient Top-N Recommendation for
Very Large Scale Binary Rated Datasets", RecSys 2013.

The published table (Li et al., "A Next Basket Recommendation Reality Check", TOIS 2023) was made
otherwise than the paper says, and ``PUBLISHED`` does as its code does: counts instead of sets, a
shrinkage, and ties left to numpy's unstable sort. The last decides: at a locality of 10 what alike
customers say is too small to be added to the customer's own shares in double precision, so that own
items tie, and by the items' numbers alone Recall@10 on Ta-Feng moves from .108 to .122. A model is
compared with the stronger side of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.dataset.dataset import Dataset
from ml.evaluation.best_columns import best_columns
from ml.evaluation.neighbour_table import NeighbourTable
from ml.evaluation.question import Now

Ties = Literal["alike", "unsettled"]

_TIE_SHARE = 1e-12
"""Scores that differ by a smaller share are ties; sums of doubles are off by less."""


@dataclass(frozen=True, slots=True)
class UpcfParameters:
    """How far back is looked and who is alike; of the paper's grid what both public sets like."""

    recency: int = 25
    """So many of the latest baskets say what a customer buys."""
    asymmetry: float = 0.75
    """Share of the customer's own size in the similarity; the rest is the other's."""
    locality: int = 5
    """Power of the similarity: the higher, the more only the most alike count."""
    neighbours: int = 100
    """More where some are equally alike."""
    shrinkage: float = 0.0
    """A similarity is as doubtful as if the two had bought so much more."""
    is_counted: bool = False
    """Whether an item bought twice makes two customers twice as alike. On sets, as in the paper, no
    similarity is above 1; on counts one may be, and then a large customer drowns out all others."""
    ties: Ties = "alike"
    """What settles ties: ``alike`` customers, or the sort that happens to be used."""


PUBLISHED = UpcfParameters(
    recency=10, locality=10, shrinkage=1_000.0, is_counted=True, ties="unsettled"
)
"""The published choice for Ta-Feng."""


class UpCf:
    """Ranks by the recent shares of the customer, plus those of alike customers."""

    name = "up-cf"

    def __init__(self, parameters: UpcfParameters | None = None) -> None:
        """Know nothing yet."""
        self._parameters = parameters or UpcfParameters()
        self._table = NeighbourTable()
        self._counts = sparse.csr_matrix((0, 0), dtype=np.float32)
        self._shares = sparse.csr_matrix((0, 0), dtype=np.float64)
        self._squares: NDArray[np.float64] = np.zeros(0)

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Count every history, and the shares of its latest baskets."""
        self._table, bought = NeighbourTable.of(history, item_order=_as_numbers)
        shape, recency = self._table.shape, self._parameters.recency
        rows, columns, baskets = bought.rows, bought.columns, bought.basket_counts
        is_recent = baskets[rows] - bought.sequences <= recency
        shares = 1 / np.minimum(baskets, recency)[rows[is_recent]]
        self._shares = sparse.csr_matrix((shares, (rows[is_recent], columns[is_recent])), shape)
        ones = np.ones(len(rows), np.float32)
        self._counts = sparse.csr_matrix((ones, (rows, columns)), shape)
        if not self._parameters.is_counted:
            self._counts.data[:] = 1
        self._squares = np.asarray(self._counts.power(2).sum(axis=1), np.float64).ravel()

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; a stranger gets nothing."""
        width = self._table.width(self._parameters.neighbours, self._shares)
        if self._parameters.ties == "unsettled":
            width = max(self._table.shape)  # all items' scores are held
        return self._table.ranked(customer_ids, count, self._best, width=width)

    def _best(self, rows: NDArray[np.int64], count: int) -> list[list[int]]:
        said = sparse.csr_matrix(self._similarities(rows) @ self._shares)
        scores = self._shares[rows] + said
        if self._parameters.ties == "alike":
            return best_columns(self._settled(scores, said), count)
        table = scores.toarray()
        heads = np.argsort(table, axis=1)[:, : -count - 1 : -1]
        return [
            [column for column in head.tolist() if line[column] > 0]
            for head, line in zip(heads, table, strict=True)
        ]

    def _settled(self, scores: sparse.csr_matrix, said: sparse.csr_matrix) -> sparse.csr_matrix:
        """Return scores whose ties are settled by what alike customers say."""
        weights = said.power(1 / self._parameters.locality)  # back to numbers of one size
        most = np.maximum(weights.max(axis=1).toarray().ravel(), np.finfo(np.float64).tiny)
        weights.data /= np.repeat(most, np.diff(weights.indptr))
        return sparse.csr_matrix(scores + scores.multiply(weights) * _TIE_SHARE)

    def _similarities(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """Return what each other customer counts for those of these rows, [n, customers].

        ``s(u, v) = <u, v> / (|u|^2a |v|^2(1-a) + shrinkage)``, to the power of the locality.
        """
        own = self._parameters
        together = (self._counts[rows] @ self._counts.T).toarray().astype(np.float64)
        sizes = np.outer(self._squares[rows] ** own.asymmetry, self._squares ** (1 - own.asymmetry))
        alike = together / (sizes + own.shrinkage)  # nobody is without an item
        alike[np.arange(len(rows)), rows] = 0
        if own.neighbours < alike.shape[1]:
            place = alike.shape[1] - own.neighbours
            least = np.partition(alike, place, axis=1)[:, place]
            alike[alike < least[:, None]] = 0
        alike **= own.locality
        return sparse.csr_matrix(alike)


def _as_numbers(item_id: str) -> tuple[int, str]:
    """Return what sorts ids that are written numbers by the numbers."""
    return len(item_id), item_id
