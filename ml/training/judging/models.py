"""Collaborative models behind one contract: learn from counts, score for a full history.

Each stands alone as a baseline; their arrays are what a bundle is filled with.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Now
from ml.model.fold_in import FoldIn
from ml.model.lists import RelatedLists
from ml.training.artefacts.factors import FactorConfig, Weighting, fit_factors, fit_neighbours
from ml.training.artefacts.purchases import NOBODY, Purchases, purchases_of


class CollaborativeModel(Protocol):
    """Learns from who bought what; anybody can be asked about, customers are never stored."""

    @property
    def name(self) -> str:
        """Return the name it has in tables."""
        ...

    def fit(self, counts: sparse.csr_matrix) -> None:
        """Learn from float32 [customers, items], baskets of the customer with the item."""
        ...

    def scores(self, rows: NDArray[np.int64], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a score for every item, float32 [items]; higher is likelier.

        Args:
            rows: int64 [n], the full history without repetition.
            counts: float32 [n], in how many baskets each was.
        """
        ...


class FactorModel:
    """ALS, BPR or logistic MF; the customer's vector is folded in while asked."""

    def __init__(self, config: FactorConfig, *, seed: int = 0) -> None:
        """Take method and sizes."""
        self._config = config
        self._seed = seed
        self._fold_in = FoldIn.of(np.zeros((0, 1), np.float32), regularization=1, alpha=1)

    @property
    def name(self) -> str:
        """Return the method's name."""
        return self._config.method

    def fit(self, counts: sparse.csr_matrix) -> None:
        """See ``CollaborativeModel.fit``."""
        factors = fit_factors(counts, self._config, seed=self._seed)
        self._fold_in = FoldIn.of(
            factors, regularization=self._config.regularization, alpha=self._config.alpha
        )

    def scores(self, rows: NDArray[np.int64], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``CollaborativeModel.scores``."""
        return np.asarray(self._fold_in.item_factors @ self._fold_in.vector(rows, counts))


class NeighbourModel:
    """Item neighbours; a score is the similarity to the history, damped counts as weights."""

    def __init__(self, weighting: Weighting) -> None:
        """Take the weighting of counts."""
        self._weighting = weighting
        nothing = np.zeros((0, 1))
        self._lists = RelatedLists(nothing.astype(np.int32), nothing.astype(np.float32), 0)

    @property
    def name(self) -> str:
        """Return the weighting's name."""
        return f"knn-{self._weighting}"

    def fit(self, counts: sparse.csr_matrix) -> None:
        """See ``CollaborativeModel.fit``."""
        self._lists = fit_neighbours(counts, self._weighting)

    def scores(self, rows: NDArray[np.int64], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``CollaborativeModel.scores``."""
        evidence = self._lists.evidence(rows, np.log1p(counts))
        return evidence.at(np.arange(self._lists.item_count))


def best_rows(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the rows of the highest scores, best first; ties by ascending row."""
    rows = np.arange(len(scores))
    if len(scores) > count:
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        rows = np.flatnonzero(scores >= least)
    return rows[np.argsort(-scores[rows], kind="stable")][:count]


class Collaborative:
    """A collaborative model as a recommender, alone."""

    def __init__(self, model: CollaborativeModel) -> None:
        """Take the model to ask."""
        self._model = model
        self._purchases: Purchases | None = None
        self._counts = sparse.csr_matrix((0, 0), dtype=np.float32)

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self._model.name

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Learn from the counts; the model knows no time."""
        self._purchases = purchases_of(history)
        self._counts = self._purchases.customer_counts()
        self._model.fit(self._counts)

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; unknown customers get nothing."""
        return [self._ranked(customer, count) for customer in customer_ids]

    def _ranked(self, customer_id: str, count: int) -> list[str]:
        purchases = self._purchases
        row = purchases.customer_row(customer_id) if purchases else NOBODY
        if purchases is None or row == NOBODY:
            return []
        history = self._counts[row]
        scores = self._model.scores(history.indices.astype(np.int64), history.data)
        return [purchases.item_ids[row] for row in best_rows(scores, count).tolist()]
