"""A data set as an event source would tell it: one purchase after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset

STORE_CHANNEL = "store"
WEB_CHANNEL = "web"


class UndatedError(ValueError):
    """A data set without dates cannot be told in order of time."""


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One item of a purchase."""

    item_id: str
    quantity: float
    unit_price: float | None
    """``None`` where the source gave none."""
    category: str = ""
    """As the catalogue has it; empty where it says nothing."""
    brand: str = ""
    """As the catalogue has it; empty where it says nothing."""


@dataclass(frozen=True, slots=True)
class PurchaseRecord:
    """One basket."""

    customer_id: str
    basket_id: str
    """Unique within the customer."""
    occurred_at: datetime
    """In UTC."""
    store: str | None
    channel: str
    """``store``, or ``web`` for a basket without a store where others have one."""
    lines: tuple[PurchaseLine, ...]


def purchase_records(dataset: Dataset) -> Iterator[PurchaseRecord]:
    """Yield every basket of the histories, in order of time, then customer, then basket.

    Held-out targets are not told.

    Raises:
        UndatedError: when the data set has no dates.
    """
    if not dataset.description.dated:
        raise UndatedError("an undated data set cannot be told in order of time")
    bought = dataset.interactions.sort_values(
        ["occurred_at", "customer_id", "sequence", "item_id"], ignore_index=True
    )
    has_stores = bool(bought["store"].notna().any())
    is_start = bought[["customer_id", "sequence"]].ne(bought[["customer_id", "sequence"]].shift())
    starts = np.flatnonzero(is_start.any(axis=1))
    heads = bought.iloc[starts]
    stores = heads["store"].astype(object).where(heads["store"].notna(), None)
    prices = bought["unit_price"].astype(object).where(bought["unit_price"].notna(), None)
    quantities = bought["quantity"].astype(float)
    groups = (_of_catalogue(dataset, name, bought["item_id"]) for name in ("category", "brand"))
    lines = list(map(PurchaseLine, bought["item_id"], quantities, prices, *groups))
    ends = [*starts[1:], len(bought)]
    for customer, basket, moment, store, start, end in zip(
        heads["customer_id"],
        heads["basket_id"],
        heads["occurred_at"].dt.to_pydatetime(),
        stores,
        starts,
        ends,
        strict=True,
    ):
        channel = WEB_CHANNEL if has_stores and store is None else STORE_CHANNEL
        yield PurchaseRecord(
            customer, basket, moment, store=store, channel=channel, lines=tuple(lines[start:end])
        )


def _of_catalogue(dataset: Dataset, name: str, item_ids: pd.Series) -> pd.Series:
    """Return what the catalogue's column says of each item, empty where it says nothing."""
    said = dict(zip(dataset.items["item_id"], dataset.items[name].fillna(""), strict=True))
    return item_ids.map(lambda item_id: said.get(item_id, ""))
