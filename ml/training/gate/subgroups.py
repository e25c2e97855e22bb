"""To which subgroups a customer belongs who is asked about: what the gate counts apart.

A model may gain on average and lose those who need it most. So customers are told apart by how many
baskets were known, by what they pay for a thing, and by whether they allow profiling.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation.question import Question

KNOWN_BASKETS = "known baskets"
PRICE_TIER = "price tier"
PROFILING = "profiling"
KINDS = (KNOWN_BASKETS, PRICE_TIER, PROFILING)
"""The columns of the table; each divides the customers anew."""

BASKET_BANDS = {"0-2": 2, "3-10": 10, "11 or more": np.inf}
"""Name to the highest number of known baskets."""

PRICE_TIERS = ("low", "middle", "high")


def subgroups(
    asked: Sequence[Question], consents: Mapping[str, bool] | None
) -> tuple[pd.DataFrame, ...]:
    """Return the subgroups of everybody who is asked about, question by question.

    Args:
        asked: all questions of a run: what is low of price is so among all of their customers.
        consents: whether a customer allows profiling; ``None`` where the data do not tell.

    Returns:
        Of each question a row a customer, index and order its ``customer_ids``, columns ``KINDS``:
        names of subgroups, null where a customer belongs to none.
    """
    prices = [_mean_prices(each) for each in asked]
    ends = _ends_of_thirds(prices)
    return tuple(
        pd.DataFrame(
            {
                KNOWN_BASKETS: [_band(count) for count in _known_baskets(question)],
                PRICE_TIER: [_tier(price, ends) for price in paid.tolist()],
                PROFILING: [_consent(consents, each) for each in question.customer_ids],
            },
            index=paid.index,
            dtype="object",
        )
        for question, paid in zip(asked, prices, strict=True)
    )


def _mean_prices(question: Question) -> pd.Series:
    """Return what each customer paid for a thing on average; NaN where no price is known."""
    index = pd.Index(question.customer_ids, dtype="str")
    known = question.history.interactions
    known = known[known["customer_id"].isin(index)]
    return known.groupby("customer_id")["unit_price"].mean().reindex(index)


def _known_baskets(question: Question) -> list[int]:
    known = question.history.interactions
    counts = known.groupby("customer_id")["sequence"].nunique()
    return [int(count) for count in counts.reindex(question.customer_ids, fill_value=0)]


def _ends_of_thirds(prices: Sequence[pd.Series]) -> NDArray[np.float64] | None:
    """Return the two prices between the thirds of all customers, each counted once.

    ``None`` where there are fewer prices than thirds.
    """
    told = pd.concat(prices).dropna()
    told = told[~told.index.duplicated()]
    if told.nunique() < len(PRICE_TIERS):
        return None
    return np.asarray(np.quantile(told, [1 / 3, 2 / 3]), np.float64)


def _band(count: int) -> str:
    return next(name for name, highest in BASKET_BANDS.items() if count <= highest)


def _tier(price: float, ends: NDArray[np.float64] | None) -> str | None:
    """Return a third by mean unit price; ``None`` for who never paid a price that is known."""
    if ends is None or np.isnan(price):
        return None
    return PRICE_TIERS[int(np.searchsorted(ends, price, side="left"))]


def _consent(consents: Mapping[str, bool] | None, customer: str) -> str | None:
    if consents is None or customer not in consents:
        return None
    return "allowed" if consents[customer] else "not allowed"
