"""Histories written as a child would tell them, and a town with two kinds of people."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset, Description, make_dataset

START = datetime(2026, 1, 1, 12, tzinfo=UTC)

Baskets = Mapping[str, Sequence[tuple[int, Sequence[str]]]]
"""Customer to baskets: the day, counted from ``START``, and the items."""


def dataset_of(
    baskets: Baskets,
    *,
    dated: bool = True,
    stores: Mapping[str, str] | None = None,
    items: pd.DataFrame | None = None,
) -> Dataset:
    """Return a data set of these baskets; ``stores`` says where each customer always shops."""
    rows = [
        {
            "customer_id": customer,
            "basket_id": f"{customer}-{sequence}",
            "sequence": sequence,
            "occurred_at": START + timedelta(days=day) if dated else pd.NaT,
            "item_id": item,
            "quantity": 1.0,
            "unit_price": None,
            "store": (stores or {}).get(customer),
        }
        for customer, visits in baskets.items()
        for sequence, (day, held) in enumerate(visits)
        for item in held
    ]
    frame = pd.DataFrame(rows)
    frame["occurred_at"] = pd.to_datetime(frame["occurred_at"], utc=True)
    return make_dataset(Description("shopping", dated=dated), frame, items=items)


def checkered(customers: int = 60, items: int = 20, *, days: int = 200, seed: int = 0) -> Dataset:
    """Return a town where even customers buy even items and odd customers odd ones.

    Everybody shops every 8 to 12 days; half of a basket are the customer's two favourites.
    """
    random = np.random.default_rng(seed)
    baskets: dict[str, list[tuple[int, list[str]]]] = {}
    for customer in range(customers):
        own = [item for item in range(items) if item % 2 == customer % 2]
        favourites = random.choice(own, 2, replace=False)
        visits = []
        day = int(random.integers(0, 12))
        while day < days:
            others = random.choice(own, 2, replace=False)
            held = sorted({f"item-{row:02d}" for row in (*favourites, *others)})
            visits.append((day, held))
            day += int(random.integers(8, 13))
        baskets[f"customer-{customer:03d}"] = visits
    return dataset_of(baskets)
