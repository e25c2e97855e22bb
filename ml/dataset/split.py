"""What a model may see, and what it is asked: splits by time, never by chance.

A dated data set is cut at a moment: everything before it is history, each customer's first basket
from it on is the truth. This is nearest to production, where nobody's tomorrow is known. An
undated one hides the last basket of each customer, which lets a model look ahead at others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import pandas as pd

from ml.dataset.dataset import Dataset

HORIZON_DAYS = 45
"""How far from a cut on the next basket is looked for (protocol of the public data sets)."""

LEAST_BASKETS = 2
"""How many baskets before the cut make a customer one who is asked."""

TARGET_BASKET = "target"
"""The basket id that a held-out basket gets on the timeline."""


class SplitError(ValueError):
    """A data set cannot be split as asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One honest question: these histories, those next baskets."""

    history: pd.DataFrame
    """Columns and order of ``Dataset.interactions``; of all customers, asked or not."""
    truth: pd.DataFrame
    """``customer_id``, ``item_id`` str: the next basket of each customer who is asked."""
    cut: datetime | None
    """The first moment that is hidden, in UTC; ``None`` where there is no one for all."""
    visits: Mapping[str, datetime] = field(default_factory=dict)
    """When each of the next baskets was bought, where the split is by baskets and all have dates;
    otherwise empty."""

    @property
    def customer_ids(self) -> tuple[str, ...]:
        """Return the customers who are asked, sorted."""
        return tuple(sorted(self.truth["customer_id"].unique()))


def timeline(dataset: Dataset) -> pd.DataFrame:
    """Return histories and held-out baskets as one, columns and order of ``interactions``.

    A held-out basket follows its customer's last one, with quantity 1 and no price or store.

    Raises:
        SplitError: when targets of a dated data set have no dates.
    """
    bought = dataset.interactions
    if dataset.targets.empty:
        return bought
    if dataset.description.dated and dataset.target_dates.empty:
        raise SplitError(
            "target_dates.parquet: is missing; it places the "
            f"{len(dataset.targets):,} rows of targets.parquet on the timeline"
        )
    ends = bought.groupby("customer_id")["sequence"].max()
    days = dataset.target_dates.set_index("customer_id")["occurred_at"]
    customers = dataset.targets["customer_id"]
    held_out = pd.DataFrame(
        {
            "customer_id": customers,
            "basket_id": pd.Series(TARGET_BASKET, index=customers.index, dtype="str"),
            "sequence": (customers.map(ends) + 1).astype("int32"),
            "occurred_at": days.reindex(customers).set_axis(customers.index),
            "item_id": dataset.targets["item_id"],
            "quantity": pd.Series(1, index=customers.index, dtype="float32"),
            "unit_price": pd.Series(float("nan"), index=customers.index, dtype="float32"),
            "store": pd.Series(None, index=customers.index, dtype="str"),
        }
    )
    joined = pd.concat([bought, held_out], ignore_index=True)
    return joined.sort_values(["customer_id", "sequence", "item_id"], ignore_index=True)


def last_cut(events: pd.DataFrame, *, horizon_days: int = HORIZON_DAYS) -> datetime:
    """Return the latest cut that leaves a whole horizon: last day + 1 - horizon, at midnight UTC.

    Args:
        events: A dated timeline.
        horizon_days: Days from the cut on in which the next basket is looked for.

    Raises:
        SplitError: when the timeline has no dates.
    """
    latest = events["occurred_at"].max()
    if pd.isna(latest):
        raise SplitError(
            "interactions.parquet: occurred_at: is null throughout, so there is no calendar; ask "
            f"by the last-basket protocol ({len(events):,} rows)"
        )
    cut = latest.normalize() + timedelta(days=1 - horizon_days)
    return cast("datetime", cut.to_pydatetime())


def calendar_split(
    events: pd.DataFrame,
    cut: datetime,
    *,
    horizon_days: int = HORIZON_DAYS,
    least_baskets: int = LEAST_BASKETS,
) -> Split:
    """Split a dated timeline at a moment.

    Args:
        events: As ``timeline`` returns it.
        cut: The first moment that is hidden, aware.
        horizon_days: Customers with a basket within so many days from the cut on are asked.
        least_baskets: And with at least so many baskets before it.

    Returns:
        The histories before the cut, and the first basket from it on of each who is asked.

    Raises:
        SplitError: when nobody can be asked.
    """
    is_past = events["occurred_at"] < cut
    history, future = events[is_past], events[~is_past]
    future = future[future["occurred_at"] < cut + timedelta(days=horizon_days)]
    baskets = history.groupby("customer_id")["sequence"].nunique()
    asked = baskets.index[baskets >= least_baskets]
    future = future[future["customer_id"].isin(asked)]
    first = future.groupby("customer_id")["sequence"].transform("min")
    truth = future.loc[future["sequence"] == first, ["customer_id", "item_id"]]
    if truth.empty:
        raise SplitError(
            f"interactions.parquet: occurred_at: of {events['customer_id'].nunique():,} customers "
            f"nobody has {least_baskets} baskets before {cut:%Y-%m-%d} and one in the "
            f"{horizon_days} days from it on ({len(events):,} rows)"
        )
    return Split(history.reset_index(drop=True), truth.reset_index(drop=True), cut)


def last_basket_split(dataset: Dataset, *, least_baskets: int = LEAST_BASKETS) -> Split:
    """Hide the last basket of each customer: the targets where there are any.

    Args:
        dataset: Dated or not.
        least_baskets: Without targets, customers with so many baskets besides the last are asked.

    Returns:
        The histories without the hidden baskets, and the hidden baskets.

    Raises:
        SplitError: when nobody can be asked.
    """
    bought = dataset.interactions
    if len(dataset.targets):
        return Split(bought, dataset.targets, None, _visits(dataset.target_dates, dataset.targets))
    end = bought.groupby("customer_id")["sequence"].transform("max")
    is_hidden = (bought["sequence"] == end) & (end >= least_baskets)
    if not is_hidden.any():
        raise SplitError(
            f"interactions.parquet: sequence: of {bought['customer_id'].nunique():,} customers "
            f"nobody has {least_baskets} baskets besides the last ({len(bought):,} rows)"
        )
    hidden = bought[is_hidden].reset_index(drop=True)
    truth = hidden[["customer_id", "item_id"]]
    return Split(bought[~is_hidden].reset_index(drop=True), truth, None, _visits(hidden, truth))


def _visits(dated: pd.DataFrame, truth: pd.DataFrame) -> dict[str, datetime]:
    """Return when each customer of ``truth`` came; empty unless all of them have a date."""
    days = dated.dropna(subset="occurred_at").groupby("customer_id")["occurred_at"].first()
    if not truth["customer_id"].isin(days.index).all():
        return {}
    asked = days[days.index.isin(truth["customer_id"])]
    return {str(customer): day.to_pydatetime() for customer, day in asked.items()}
