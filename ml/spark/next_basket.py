"""The sums of the next-basket regression as one Spark job; it is solved where it always is.

Only sums over all lessons leave the executors: tables of items, not of customers.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.model.lists import RelatedLists
from ml.spark.histories import Histories
from ml.spark.products import whole_product
from ml.training.artefacts.next_basket import Sums, largest_weights, lessons, taking_part
from ml.training.artefacts.purchases import Purchases


def next_items(
    histories: Histories, counts: NDArray[np.float32], latest_seconds: int
) -> RelatedLists:
    """See ``ml.training.artefacts.next_basket.next_items``.

    Args:
        histories: everything that may be known.
        counts: float32 [items], how many baskets hold each.
        latest_seconds: when the latest purchase was.
    """
    chosen = taking_part(counts)
    c = len(chosen)
    sides = partial(_sides, chosen=chosen, latest_seconds=latest_seconds)
    found = whole_product(histories, sides, (c + 1, 2 * c + 1))
    sums = Sums(
        gram=found[:c, :c],
        outcome=found[:c, c : 2 * c],
        histories=found[c, :c],
        baskets=found[c, c : 2 * c],
        weight=float(found[c, 2 * c]),
    )
    return largest_weights(sums, chosen, len(counts))


def _sides(
    purchases: Purchases, *, chosen: NDArray[np.int64], latest_seconds: int
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return ``D [X 1]`` and ``[X Y 1]``, whose product holds every sum of ``Sums``."""
    X, Y, weights = lessons(purchases, chosen, latest_seconds)
    ones = np.ones((len(weights), 1))
    weighted = sparse.diags(weights) @ sparse.hstack([X, ones])
    return sparse.csr_matrix(weighted), sparse.csr_matrix(sparse.hstack([X, Y, ones]))
