"""To which subgroups a customer belongs who is asked about: what the gate counts apart.

A model may gain on average and lose those who need it most. So customers are told apart by how many
baskets were known, by what they pay for a thing, and by whether they allow profiling.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset

KNOWN_BASKETS = "known baskets"
PRICE_TIER = "price tier"
PROFILING = "profiling"
KINDS = (KNOWN_BASKETS, PRICE_TIER, PROFILING)
"""The columns of the table; each divides the customers anew."""

BASKET_BANDS = {"0-2": 2, "3-10": 10, "11 or more": np.inf}
"""Name to the highest number of known baskets."""

PRICE_TIERS = ("low", "middle", "high")


def subgroups(
    history: Dataset, customers: list[str], consents: Mapping[str, bool] | None
) -> pd.DataFrame:
    """Return the subgroups of customers.

    Args:
        history: what was known when they were asked about.
        customers: known or not; one may stand there several times.
        consents: whether a customer allows profiling; ``None`` where the data do not tell.

    Returns:
        A row a customer in the order told, columns ``KINDS``: names of subgroups, null where a
        customer belongs to none.
    """
    known = history.interactions
    known = known[known["customer_id"].isin(customers)]
    baskets = known.groupby("customer_id")["sequence"].nunique().reindex(customers, fill_value=0)
    prices = known.groupby("customer_id")["unit_price"].mean().reindex(customers)
    return pd.DataFrame(
        {
            KNOWN_BASKETS: [_band(count) for count in baskets.tolist()],
            PRICE_TIER: _tiers(prices),
            PROFILING: [_consent(consents, customer) for customer in customers],
        },
        index=pd.Index(customers, dtype="str"),
        dtype="object",
    )


def _band(count: int) -> str:
    return next(name for name, highest in BASKET_BANDS.items() if count <= highest)


def _tiers(prices: pd.Series) -> list[str | None]:
    """Return thirds by mean unit price; ``None`` for who never paid a price that is known."""
    told = prices.dropna()
    if told.nunique() < len(PRICE_TIERS):
        return [None] * len(prices)
    ends = np.quantile(told, [1 / 3, 2 / 3])
    return [
        None if np.isnan(price) else PRICE_TIERS[int(np.searchsorted(ends, price, side="left"))]
        for price in prices.tolist()
    ]


def _consent(consents: Mapping[str, bool] | None, customer: str) -> str | None:
    if consents is None or customer not in consents:
        return None
    return "allowed" if consents[customer] else "not allowed"
