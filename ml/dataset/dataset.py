"""The value that everything in ``ml`` reads: purchase histories, and what is held out of them.

Frames are shared, not copied: whoever takes a ``Dataset`` does not write into its frames.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ml.dataset import columns
from ml.dataset.rules import Fold, check

Ideal = Literal["full", "truncated"]


@dataclass(frozen=True, slots=True)
class Description:
    """Where a data set is from and how it is to be scored (``dataset.json``)."""

    name: str
    dated: bool
    """Whether baskets carry times."""
    source: str = ""
    licence: str = ""
    protocol: str = ""
    ndcg_ideal: Ideal = "full"
    """``full``: the ideal DCG runs over the whole true basket; ``truncated``: it stops at K."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Further sentences of ``dataset.json``, such as ``target_date``."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Purchase histories of customers; made by ``make_dataset`` only, so it always holds its rules.

    Absent optional tables are empty frames with their columns.
    """

    description: Description
    interactions: pd.DataFrame
    """One row per item in a basket, ordered by customer, sequence and item: ``customer_id`` str,
    ``basket_id`` str, ``sequence`` int32 from 0 without gaps, ``occurred_at`` datetime64[us, UTC]
    (null throughout when undated), ``item_id`` str, ``quantity`` float32 > 0, ``unit_price``
    float32 >= 0 or null, ``store`` str or null."""
    items: pd.DataFrame
    """``item_id`` str, ``name``, ``category``, ``brand`` str or null, ``price`` float32 or null."""
    targets: pd.DataFrame
    """The held-out next basket of each customer: ``customer_id``, ``item_id`` str."""
    target_dates: pd.DataFrame
    """When that basket was bought: ``customer_id`` str, ``occurred_at`` datetime64[us, UTC]."""
    folds: tuple[Fold, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Return how many customers, items, baskets and rows there are.

        Items are those bought in histories or targets.
        """
        bought = pd.concat([self.interactions["item_id"], self.targets["item_id"]])
        ends = self.interactions.groupby("customer_id", sort=False)["sequence"].max()
        return {
            "customers": len(ends),
            "items": int(bought.nunique()),
            "baskets": int(ends.sum()) + len(ends),
            "interactions": len(self.interactions),
            "target_interactions": len(self.targets),
        }


def make_dataset(
    description: Description,
    interactions: pd.DataFrame,
    *,
    items: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    target_dates: pd.DataFrame | None = None,
    folds: tuple[Fold, ...] = (),
) -> Dataset:
    """Return a data set of these tables, in canonical types and order of rows.

    Raises:
        DatasetError: naming every broken rule with file, column and number of rows.
    """
    tables = {
        table.file: columns.empty(table) if frame is None else columns.conform(table, frame)
        for table, frame in (
            (columns.INTERACTIONS, interactions),
            (columns.ITEMS, items),
            (columns.TARGETS, targets),
            (columns.TARGET_DATES, target_dates),
        )
    }
    check(tables, folds, is_dated=description.dated)
    return Dataset(
        description,
        _ordered(columns.INTERACTIONS, tables),
        items=_ordered(columns.ITEMS, tables),
        targets=_ordered(columns.TARGETS, tables),
        target_dates=_ordered(columns.TARGET_DATES, tables),
        folds=folds,
    )


def _ordered(table: columns.Table, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return columns.in_order(table, tables[table.file])
