"""TIFU-KNN: how often and how lately a customer bought each item, mixed with alike customers.

The strongest of the published methods on the public data sets, and one that a retailer can build in
a week: what a model must beat to be worth its keep.

Source: Hu, He, Gao, Zhang, "Modeling Personalized Item Frequency Information for Next-basket
Recommendation", SIGIR 2020. Where the paper leaves room, the authors' code is followed: baskets
fade by their place in the whole history, a group is the mean of its baskets, and the groups' sum is
divided by their number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.dataset.dataset import Dataset
from ml.evaluation.best_columns import best_columns
from ml.evaluation.neighbour_table import Bought, NeighbourTable
from ml.evaluation.question import Now


@dataclass(frozen=True, slots=True)
class TifuParameters:
    """How histories fade and how much neighbours say; the authors' choice for Ta-Feng."""

    neighbours: int = 300
    groups: int = 7
    within: float = 0.9
    """What a basket weighs beside the one after it."""
    between: float = 0.7
    """What a group of baskets weighs beside the one after it."""
    own_share: float = 0.7
    """Weight of the customer's own history; the rest is the neighbours'."""


class TifuKnn:
    """Ranks by the customer's faded frequencies and those of the nearest other customers."""

    name = "tifu-knn"

    def __init__(self, parameters: TifuParameters | None = None) -> None:
        """Know nothing yet."""
        self.parameters = parameters or TifuParameters()
        self._table = NeighbourTable()
        self._frequencies = sparse.csr_matrix((0, 0), dtype=np.float32)
        self._squares: NDArray[np.float32] = np.zeros(0, np.float32)

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Turn every history into a row of faded frequencies."""
        self._table, bought = NeighbourTable.of(history)
        weights = _weights(bought, self.parameters)
        places = (bought.rows, bought.columns)
        self._frequencies = sparse.csr_matrix((weights, places), self._table.shape, np.float32)
        self._squares = np.asarray(self._frequencies.power(2).sum(axis=1)).ravel()

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; a stranger gets nothing."""
        width = self._table.width(self.parameters.neighbours, self._frequencies)
        return self._table.ranked(customer_ids, count, self._best, width=width)

    def _best(self, rows: NDArray[np.int64], count: int) -> list[list[int]]:
        return best_columns(self._scores(rows), count)

    def _scores(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """Return the scores of items for the customers of these rows, float32 [n, items]."""
        own = self._frequencies[rows]
        count = min(self.parameters.neighbours, self._frequencies.shape[0] - 1)
        share = np.float32(self.parameters.own_share)
        if count == 0:
            return own * share
        products = (own @ self._frequencies.T).toarray()
        distances = self._squares - 2 * products  # but for what is the same for all others
        distances[np.arange(len(rows)), rows] = np.inf
        nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
        starts = np.arange(0, nearest.size + 1, count)
        pick = sparse.csr_matrix(
            (np.full(nearest.size, 1 / count, np.float32), nearest.ravel(), starts),
            shape=(len(rows), self._frequencies.shape[0]),
        )
        return own * share + (pick @ self._frequencies) * (1 - share)


def _weights(bought: Bought, parameters: TifuParameters) -> NDArray[np.float64]:
    """Return what each purchase weighs: its basket's fading, its group's, and the group's size."""
    sequences, groups = bought.sequences, parameters.groups
    count = bought.basket_counts[bought.rows]
    size, longer = np.divmod(count, groups)
    # The earlier groups hold `size` baskets, the last `longer` ones one more.
    first_longer = (groups - longer) * size
    is_longer = sequences >= first_longer
    short_place = sequences // np.maximum(size, 1)
    long_place = groups - longer + (sequences - first_longer) // (size + 1)
    place = np.where(is_longer, long_place, short_place)
    group_size = np.where(is_longer, size + 1, size)
    is_few = count < groups  # a basket a group, counted from the first
    place, group_size = np.where(is_few, sequences, place), np.where(is_few, 1, group_size)
    used = np.minimum(count, groups)
    faded = parameters.within ** (count - 1 - sequences) * parameters.between ** (
        groups - 1 - place
    )
    return np.asarray(faded / group_size / used, np.float64)
