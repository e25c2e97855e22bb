"""Customers of a few things each, written by hand."""

import pandas as pd

from ml.dataset.linkage_records import LinkageRecord, record_table


def customer(
    name: str,
    postcode: str = "",
    year: int = 0,
    *,
    items: tuple[str, ...] = (),
    devices: tuple[str, ...] = (),
) -> LinkageRecord:
    """Return a customer of whom so much is known."""
    return LinkageRecord(
        name,
        devices,
        codes={"postcode": postcode} if postcode else {},
        numbers={"birth_year": float(year)} if year else {},
        items=items,
    )


def table(*customers: LinkageRecord) -> pd.DataFrame:
    """Return customers as a table."""
    return record_table(customers)
