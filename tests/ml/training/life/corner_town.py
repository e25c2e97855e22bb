"""A town so plain that a child sees who moved: bread for all, lamps for those who did."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset, Description, make_dataset

START = datetime(2024, 7, 1, 10, tzinfo=UTC)
DAYS = 700
MOVED_DAY = 400


def corner_town(*, customers: int = 80, seed: int = 0) -> tuple[Dataset, pd.DataFrame]:
    """Return purchases and labels: every second customer moves, somewhere around ``MOVED_DAY``."""
    rng = np.random.default_rng(seed)
    lines, labels = [], []
    for number in range(customers):
        moved = number % 2 == 0
        change = MOVED_DAY + int(rng.integers(-60, 60))
        labels.append(
            {
                "customer_id": f"c{number:03d}",
                "life_change": "new home" if moved else None,
                "changed_at": START + timedelta(days=change) if moved else None,
            }
        )
        for day in range(int(rng.integers(0, 7)), DAYS, 7):
            bought = ["bread", "milk", "eggs"]
            is_new = moved and day >= change
            bought += ["lamp"] * int(rng.random() < (0.25 if is_new else 0.02))
            lines += [
                {
                    "customer_id": f"c{number:03d}",
                    "basket_id": f"c{number:03d}-{day}",
                    "occurred_at": START + timedelta(days=day),
                    "item_id": item,
                    "quantity": 1.0,
                    "unit_price": 1.0,
                    "store": "s",
                }
                for item in bought
            ]
    frame = pd.DataFrame(lines)
    frame["sequence"] = frame.groupby("customer_id")["basket_id"].transform(
        lambda each: pd.factorize(each)[0]
    )
    items = pd.DataFrame(
        {
            "item_id": ["bread", "milk", "eggs", "lamp"],
            "name": ["Bread", "Milk", "Eggs", "Lamp"],
            "category": ["Bread", "Milk", "Eggs", "Lamps"],
            "brand": ["b"] * 4,
            "price": [1.0] * 4,
        }
    )
    dataset = make_dataset(Description("corner town", dated=True), frame, items=items)
    return dataset, pd.DataFrame(labels)
