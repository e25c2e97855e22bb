"""What an answer costs: candidates, features and ranking of one customer, on one thread.

Counted is the thread's own time on the processor, not the clock's: a machine that trains is seldom
idle, and its other work is no fault of a model. Two models are measured by turns, customer by
customer, so that what remains of it (caches, the processor's pace) falls on both; of several tries
the shortest counts.
"""

import time
from collections.abc import Mapping

import numpy as np

from ml.training.artefacts.purchases import Purchases
from ml.training.learned import BundleRecommender

CUSTOMERS = 300
"""How many are asked about, spread evenly over all; the 95th percentile then rests on 15."""

TRIES = 3

ANSWER_LENGTH = 20
"""Items asked for; the cost lies before."""


def answer_ms_p95(
    models: Mapping[str, BundleRecommender], purchases: Purchases
) -> dict[str, float]:
    """Return the 95th percentile of each model's milliseconds.

    Args:
        models: prepared with ``purchases``.
        purchases: of at least one customer.
    """
    places = np.linspace(0, len(purchases.customer_ids) - 1, CUSTOMERS).astype(int)
    customers = [purchases.customer_ids[place] for place in np.unique(places).tolist()]
    times: dict[str, list[float]] = {name: [] for name in models}
    for customer in customers:
        for name, model in models.items():
            times[name].append(_shortest(model, customer))
    return {name: float(np.percentile(found, 95)) for name, found in times.items()}


def _shortest(model: BundleRecommender, customer_id: str) -> float:
    """Return milliseconds."""
    found = []
    for _ in range(TRIES):
        start = time.thread_time()
        model.rank(customer_id, ANSWER_LENGTH)
        found.append((time.thread_time() - start) * 1_000)
    return min(found)
