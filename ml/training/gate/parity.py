"""Whether a customer's vector as served is the one that the factors were trained with.

Source: Hu, Koren, Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008,
equation 4: the half-step of alternating least squares that gives a customer's vector. Training
takes it in ``implicit``, the services in ``ml.model.fold_in``.
"""

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from ml.model.bundle import Bundle
from ml.model.fold_in import FoldIn
from ml.training.artefacts.purchases import Purchases

CUSTOMERS = 200
"""How many are compared, spread evenly over all."""


def fold_in_difference(
    bundle: Bundle, purchases: Purchases, *, fold_in: FoldIn | None = None
) -> float:
    """Return the largest distance between the two, relative to the trained vector's length.

    Args:
        bundle: learned from ``purchases``.
        purchases: the histories that are folded in.
        fold_in: what serves; ``None`` for what the services make of the bundle.
    """
    places = np.linspace(0, len(purchases.customer_ids) - 1, CUSTOMERS).astype(int)
    counts = purchases.customer_counts()[np.unique(places)]
    facts = bundle.facts
    trained = AlternatingLeastSquares(
        factors=bundle.item_factors.shape[1],
        regularization=facts.regularization,
        alpha=facts.alpha,
        num_threads=1,
    )
    trained.item_factors = bundle.item_factors
    with threadpool_limits(1, "blas"):
        theirs = trained.recalculate_user(np.arange(counts.shape[0]), counts)
    served = fold_in or FoldIn.of(
        bundle.item_factors, regularization=facts.regularization, alpha=facts.alpha
    )
    ours = [served.vector(row.indices.astype(np.int64), row.data) for row in counts]
    distances = np.linalg.norm(np.stack(ours) - theirs, axis=1)
    lengths = np.linalg.norm(theirs, axis=1)
    return float((distances / np.maximum(lengths, np.finfo(np.float32).tiny)).max())
