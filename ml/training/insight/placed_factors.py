"""Factors alone, new items placed among them by their attributes: the published way.

Source: Gantner, Drumond, Freudenthaler, Rendle, Schmidt-Thieme, "Learning Attribute-to-Feature
Mappings for Cold-Start Recommendations", ICDM 2010.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Now
from ml.model.attributes import AttributeMap, ItemAttributes
from ml.model.fold_in import FoldIn
from ml.training.artefacts.attribute_map import fit_attribute_map
from ml.training.artefacts.factors import FactorConfig, fit_factors
from ml.training.artefacts.purchases import NOBODY, Purchases, purchases_of
from ml.training.judging.models import best_rows


class PlacedFactors:
    """Orders a shelf of items, known and new, by inner product with the customer's vector."""

    name = "factors, placed by attributes"

    def __init__(
        self,
        shelf: Sequence[str],
        attributes: Mapping[str, ItemAttributes],
        config: FactorConfig,
        *,
        seed: int,
    ) -> None:
        """Take the items to order, what is known of all items, and how factors are learned."""
        self._shelf = list(shelf)
        self._attributes = attributes
        self._config = config
        self._seed = seed
        self._purchases: Purchases | None = None
        self._counts = sparse.csr_matrix((0, 0), dtype=np.float32)
        self._fold_in = FoldIn.of(np.zeros((0, 1), np.float32), regularization=1, alpha=1)
        self._vectors = self._fold_in.item_factors

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Learn factors and map."""
        purchases = purchases_of(history)
        self._counts = purchases.customer_counts()
        factors = fit_factors(self._counts, self._config, seed=self._seed)
        spoken = fit_attribute_map(purchases.item_ids, factors, self._attributes)
        place = AttributeMap.of(*spoken)
        rows = {item: row for row, item in enumerate(purchases.item_ids)}
        self._vectors = np.stack(
            [
                factors[rows[item]] if item in rows else place.vector(self._attributes[item])
                for item in self._shelf
            ]
        )
        self._fold_in = FoldIn.of(
            factors, regularization=self._config.regularization, alpha=self._config.alpha
        )
        self._purchases = purchases

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; who bought nothing gets nothing."""
        return [self._ordered(customer, count) for customer in customer_ids]

    def _ordered(self, customer_id: str, count: int) -> list[str]:
        row = self._purchases.customer_row(customer_id) if self._purchases else NOBODY
        if row == NOBODY:
            return []
        bought = self._counts[row]
        vector = self._fold_in.vector(bought.indices.astype(np.int64), bought.data)
        best = best_rows(np.asarray(self._vectors @ vector), count)
        return [self._shelf[place] for place in best.tolist()]
