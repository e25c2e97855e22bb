"""Everything that is typical of a shop's customers, learned from a data set."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset, make_dataset
from ml.training.artefacts.purchases import purchases_of
from ml.training.artefacts.rhythms import Rhythms, rhythms
from ml.training.priors.fitting import FitError
from ml.training.priors.lifetime import Lifetime, fit_lifetime
from ml.training.priors.purchase_days import PurchaseDays, purchase_days
from ml.training.priors.spend import Spend, fit_spend

LEAST_CUSTOMERS = 50
"""Who came back, before a model of coming back is fitted; who paid, before one of paying is."""
LEAST_BUYERS = 20
"""Of an item or a category, before figures of its own are written: below, those of all items are as
good, and the file stays small."""
LEAST_LINES = 50
"""Of a category with prices, before a price is called typical of it."""
_LEAST_WEIGHT, _LARGEST_WEIGHT = 0.5, 50.0


@dataclass(frozen=True, slots=True)
class Gaps:
    """Log-normal gaps between two purchases, in days."""

    log_mean: float
    log_std: float
    weight: float
    """How many own gaps they are worth."""


@dataclass(frozen=True, slots=True)
class Repurchase:
    """Whether and when something is bought again."""

    repeat_rate: float
    gap_log_mean: float
    gap_log_std: float


@dataclass(frozen=True, slots=True)
class Typical:
    """What is typical; ``None`` where the data do not tell."""

    visits: Gaps | None
    anything: Repurchase
    items: dict[str, Repurchase]
    categories: dict[str, Repurchase]
    prices: dict[str, tuple[float, float]]
    """By category: mean and standard deviation of the logarithm of the price of a unit."""
    lifetime: Lifetime | None
    spend: Spend | None
    refused: tuple[str, ...]
    """Why a model is missing, a sentence each."""


def typical(dataset: Dataset) -> Typical:
    """Return what is typical of the customers of a data set; held-out targets are not looked at.

    Raises:
        UndatedError: when the data set has no dates.
    """
    days = purchase_days(dataset)
    paying = np.isfinite(days.mean_spend)
    refused: list[str] = []
    lifetime = spend = None
    try:
        _require(int((days.x > 0).sum()), "BG/NBD needs customers who came back")
        lifetime = fit_lifetime(days.x, days.t_x, days.T)
    except FitError as error:
        refused.append(str(error))
    try:
        _require(int(paying.sum()), "gamma-gamma needs customers with prices")
        spend = fit_spend(days.x[paying] + 1, days.mean_spend[paying])
    except FitError as error:
        refused.append(str(error))
    history = make_dataset(dataset.description, dataset.interactions, items=dataset.items)
    items, whole = _repurchases(history)
    lines = _categorised(history)
    return Typical(
        visits=visit_gaps(days),
        anything=Repurchase(whole.repeat_rate, whole.gap_log_mean, whole.gap_log_std),
        items=items,
        categories=_repurchases(_baskets_of(lines, history))[0] if len(lines) else {},
        prices=_prices(lines),
        lifetime=lifetime,
        spend=spend,
        refused=tuple(refused),
    )


def visit_gaps(days: PurchaseDays) -> Gaps | None:
    """Return the gaps between visits: mean, spread within a customer, and what that is worth.

    One-way analysis of variance of log gaps: with the variance s^2 within customers and t^2 between
    their means, own gaps outweigh the typical one from ``s^2 / t^2`` of them on.

    Source: Gelman et al., "Bayesian Data Analysis", 3rd edition, section 5.4.
    """
    counts = np.bincount(days.gap_customers, minlength=len(days.x))
    several = counts > 1
    if several.sum() < 2:
        return None
    sums = np.bincount(days.gap_customers, days.log_gaps, len(days.x))
    squares = np.bincount(days.gap_customers, days.log_gaps**2, len(days.x))
    means = sums[several] / counts[several]
    within = float(
        (squares[several] - counts[several] * means**2).sum() / (counts[several] - 1).sum()
    )
    # The spread of customers' means holds the spread within, by how many gaps each mean is over.
    between = float(means.var(ddof=1) - within * (1 / counts[several]).mean())
    weight = within / between if between > 0 else _LARGEST_WEIGHT
    return Gaps(
        float(means.mean()),
        float(np.sqrt(max(within, 1e-4))),
        float(np.clip(weight, _LEAST_WEIGHT, _LARGEST_WEIGHT)),
    )


def _require(count: int, need: str) -> None:
    if count < LEAST_CUSTOMERS:
        raise FitError(f"{need}, at least {LEAST_CUSTOMERS}; there are {count}")


def _repurchases(dataset: Dataset) -> tuple[dict[str, Repurchase], Repurchase]:
    """Return the figures of what enough people bought, and of everything together."""
    purchases = purchases_of(dataset)
    found: Rhythms = rhythms(purchases)
    counts = purchases.customer_counts()
    buyers = np.bincount(counts.indices, minlength=len(purchases.item_ids))
    returning = np.bincount(counts.indices[counts.data > 1], minlength=len(purchases.item_ids))
    rows = zip(
        *(found.repeat_rates.tolist(), found.gap_log_means.tolist(), found.gap_log_stds.tolist()),
        strict=True,
    )
    kept = {
        item_id: Repurchase(*row)
        for item_id, row, bought in zip(purchases.item_ids, rows, buyers, strict=True)
        if bought >= LEAST_BUYERS
    }
    everywhere = float(returning.sum() / buyers.sum())
    return kept, Repurchase(everywhere, found.gap_log_mean, found.gap_log_std)


def _categorised(dataset: Dataset) -> pd.DataFrame:
    """Return the interactions with categories for items; lines of none are left out."""
    categories = dataset.items.set_index("item_id")["category"].dropna()
    bought = dataset.interactions
    return bought.assign(item_id=bought["item_id"].map(categories)).dropna(subset=["item_id"])


def _baskets_of(lines: pd.DataFrame, dataset: Dataset) -> Dataset:
    """Return the baskets in which a category is what an item is elsewhere: there or not."""
    once = lines.drop_duplicates(["customer_id", "basket_id", "item_id"])
    # Baskets without any category are gone, so the others are numbered anew.
    steps = once.groupby("customer_id")["sequence"].rank(method="dense").astype("int32") - 1
    return make_dataset(dataset.description, once.assign(sequence=steps.astype("int32")))


def _prices(lines: pd.DataFrame) -> dict[str, tuple[float, float]]:
    priced = lines[lines["unit_price"] > 0]
    logs = np.log(priced["unit_price"].astype(float))
    table = pd.DataFrame({"category": priced["item_id"], "log": logs})
    found = table.groupby("category")["log"].agg(["count", "mean", "std"])
    kept = found[(found["count"] >= LEAST_LINES) & (found["std"] > 0)]
    return {str(name): (float(row["mean"]), float(row["std"])) for name, row in kept.iterrows()}
