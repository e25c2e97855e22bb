"""A shop that fits on a page: two customers, three baskets, and a basket held out."""

from pathlib import Path

import pandas as pd

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.rules import Fold

DESCRIPTION = Description(
    "corner shop", dated=True, source="made up", notes={"target_date": "next"}
)


def interactions() -> pd.DataFrame:
    """Ann buys tea and milk, then tea; Bob buys coffee once."""
    return pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "ann", "bob"],
            "basket_id": ["a1", "a1", "a2", "b1"],
            "sequence": pd.Series([0, 0, 1, 0], dtype="int32"),
            "occurred_at": pd.to_datetime(
                ["2026-01-01", "2026-01-01", "2026-01-05", "2026-01-03"], utc=True
            ),
            "item_id": ["milk", "tea", "tea", "coffee"],
            "quantity": pd.Series([1, 2, 1, 1], dtype="float32"),
            "unit_price": pd.Series([0.9, 2.5, None, 4.0], dtype="float32"),
            "store": ["north", "north", None, "south"],
        }
    )


def items() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": ["coffee", "milk", "tea"],
            "name": ["Coffee, 500 g", "Milk, 1 l", "Ceylon tea, 100 bags"],
            "category": ["Coffee", None, "Tea"],
            "brand": [None, None, "Harbour"],
            "price": pd.Series([4.0, 0.9, None], dtype="float32"),
        }
    )


def targets() -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["ann", "bob"], "item_id": ["tea", "milk"]})


def target_dates() -> pd.DataFrame:
    times = pd.to_datetime(["2026-01-09", "2026-01-10"], utc=True)
    return pd.DataFrame({"customer_id": ["ann", "bob"], "occurred_at": times})


def dataset() -> Dataset:
    return make_dataset(
        DESCRIPTION,
        interactions(),
        items=items(),
        targets=targets(),
        target_dates=target_dates(),
        folds=(Fold(train=(), val=("ann",), test=("bob",)),),
    )


def history_only(frame: pd.DataFrame | None = None, *, dated: bool = True) -> Dataset:
    return make_dataset(
        Description("corner shop", dated=dated), interactions() if frame is None else frame
    )


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
