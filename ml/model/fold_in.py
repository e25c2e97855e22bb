"""A customer's vector from their history, while the request waits.

Source: Hu, Koren, Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008,
equation 4: with the item factors fixed, the vector of a customer is a ridge regression.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FoldIn:
    """The half-step of alternating least squares that belongs to one customer.

    Attributes:
        item_factors: float32 [items, factors].
        gram: float32 [factors, factors], the factors' inner products plus the regularisation.
        alpha: confidence per basket; a count ``r`` weighs ``alpha * r``.
    """

    item_factors: NDArray[np.float32]
    gram: NDArray[np.float32]
    alpha: float

    @classmethod
    def of(
        cls, item_factors: NDArray[np.float32], *, regularization: float, alpha: float
    ) -> "FoldIn":
        """Prepare the part that all customers share."""
        gram = item_factors.T @ item_factors
        gram[np.diag_indices_from(gram)] += regularization
        return cls(item_factors, gram.astype(np.float32), alpha)

    def vector(self, rows: NDArray[np.int64], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the customer's vector.

        Args:
            rows: int64 [n], known items only, the **full** history without repetition.
            counts: float32 [n], in how many baskets each was, positive.

        Returns:
            float32 [factors]; zeros for an empty history.
        """
        if len(rows) == 0:
            return np.zeros(self.gram.shape[0], np.float32)
        Y = self.item_factors[rows]
        c = np.float32(self.alpha) * counts
        A = self.gram + (Y.T * (c - 1)) @ Y  # YtY + Yt(C - I)Y + lambda I
        b = c @ Y
        return np.linalg.solve(A, b).astype(np.float32)
