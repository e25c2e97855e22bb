"""Histories as counting models see them: days with a purchase, customer by customer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset

Floats = NDArray[np.float64]

SECONDS_PER_DAY = 86_400


class UndatedError(ValueError):
    """Without dates nobody can say how long somebody has been silent."""


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseDays:
    """Days (UTC) with a purchase, of c customers; the letters are the paper's.

    Attributes:
        x: float64 [c], such days after the first one.
        t_x: float64 [c], days from the first to the last.
        T: float64 [c], days from the first to the end of the data.
        mean_spend: float64 [c], mean of what was paid on such a day; nan where no price is known.
        log_gaps: float64 [g], of the gaps between them, the logarithms of days.
        gap_customers: int64 [g], ascending: whose each gap is.
    """

    x: Floats
    t_x: Floats
    T: Floats
    mean_spend: Floats
    log_gaps: Floats
    gap_customers: NDArray[np.int64]


def purchase_days(dataset: Dataset) -> PurchaseDays:
    """Return the days with a purchase of every customer; held-out targets are not looked at.

    Raises:
        UndatedError: when the data set has no dates.
    """
    if not dataset.description.dated:
        raise UndatedError("an undated data set cannot say what is typical of customers")
    bought = dataset.interactions
    day = bought["occurred_at"].dt.floor("D").astype("int64") // (SECONDS_PER_DAY * 1_000_000)
    paid = bought["unit_price"].astype(float) * bought["quantity"].astype(float)
    lines = pd.DataFrame({"customer": bought["customer_id"], "day": day, "paid": paid})
    days = lines.groupby(["customer", "day"], sort=True)["paid"].sum(min_count=1).reset_index()
    customers, rows = np.unique(days["customer"].to_numpy(str), return_inverse=True)
    numbers = days["day"].to_numpy(np.int64)
    first = np.full(len(customers), np.iinfo(np.int64).max)
    last = np.zeros(len(customers), np.int64)
    np.minimum.at(first, rows, numbers)
    np.maximum.at(last, rows, numbers)
    counts = np.bincount(rows)
    spent = np.bincount(rows, days["paid"].fillna(0.0).to_numpy(float))
    same = rows[1:] == rows[:-1]
    return PurchaseDays(
        x=(counts - 1).astype(np.float64),
        t_x=(last - first).astype(float),
        T=(numbers.max() - first).astype(float),
        mean_spend=np.where(spent > 0, spent / counts, np.nan).astype(np.float64),
        log_gaps=np.log((numbers[1:] - numbers[:-1])[same]),
        gap_customers=rows[1:][same],
    )
