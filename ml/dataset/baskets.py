"""From lines as sources give them to interactions: merged by item, baskets numbered by time."""

import pandas as pd

_BASKET = ["customer_id", "basket_id"]


def merge_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row per basket and item, with the columns of ``interactions.parquet``.

    Args:
        lines: ``customer_id``, ``basket_id``, ``item_id`` str, ``occurred_at`` in UTC, ``store``
            str or null, ``quantity`` > 0, ``unit_price`` float64 or null; further columns are left
            out.

    Returns:
        Quantities added up, the price as the mean per unit (null when no line has one), the
        earliest time and the first store of each basket, and ``sequence``: a customer's baskets by
        time, then id.
    """
    priced = lines["quantity"].where(lines["unit_price"].notna(), 0.0)
    merged = (
        lines.assign(paid=lines["unit_price"] * priced, priced=priced)
        .groupby([*_BASKET, "item_id"], sort=False)
        .agg(quantity=("quantity", "sum"), paid=("paid", "sum"), priced=("priced", "sum"))
        .reset_index()
    )
    merged["unit_price"] = merged["paid"] / merged["priced"].where(merged["priced"] > 0)
    baskets = (
        lines.groupby(_BASKET, sort=False)
        .agg(occurred_at=("occurred_at", "min"), store=("store", "first"))
        .reset_index()
        .sort_values(["customer_id", "occurred_at", "basket_id"], ignore_index=True)
    )
    baskets["sequence"] = baskets.groupby("customer_id", sort=False).cumcount()
    return merged.drop(columns=["paid", "priced"]).merge(baskets, on=_BASKET)
