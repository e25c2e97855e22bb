"""The reference of drift of a finished model: what it looks like in use at the end of its data."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.model.drift import (
    ANSWER_STATISTICS,
    AXES,
    LEAST_ANSWERS,
    ONLY_RISES,
    SMOOTHING,
    VECTOR_STATISTICS,
    DriftReference,
    Statistic,
)
from ml.model.drift_values import DIGITS, latest_basket
from ml.model.vocabulary import Vocabulary
from ml.training.artefacts.purchases import (
    LAST_PSEUDO_DAY_SECONDS,
    SECONDS_PER_DAY,
    Purchases,
    purchases_of,
)
from ml.training.drift.limits import learned_chance, limit_line
from ml.training.drift.observation import Observed, Observer, observed_at
from ml.training.drift.visits import Visit, visits
from ml.training.lessons.windows import moment_seconds

MAX_VISITS = 4_000
"""Ten seconds of asking; by chance alone the index of so many answers stays below .01."""

ENOUGH_VISITS = 2_000
LEAST_WEEKS = 2
"""So many whole weeks are looked at, and further ones until there are enough visits: a shop grows
older, and what is long ago is no longer what it looks like now."""

BINS = 10
"""Of equal size, as is usual for the index (Siddiqi 2006); values seen often fill several."""

UNKNOWN_AGE_DAYS = 7
"""As old as a served model ever should be: alerts tell of one of three days."""

UNKNOWN_EDGES = (0.0, 0.25, 0.5)
"""None, up to a quarter, up to a half, more: almost every answer has none."""


def drift_reference(
    bundle: Bundle,
    history: Dataset,
    now: datetime | None,
    *,
    horizon_days: int,
    seed: int = 0,
    show_progress: bool = False,
) -> DriftReference | None:
    """Return what the model looks like at the visits of the last weeks.

    The model knows every item of these visits, a served one does not: here an item counts as
    unknown that was first sold within ``UNKNOWN_AGE_DAYS`` before the visit.

    Args:
        bundle: the model, its version not needed.
        history: what it learned from.
        now: the moment right behind the history; ``None`` for undated data, of which everybody's
            last basket is a visit.
        horizon_days: how far back at most.
        seed: of the draws.
        show_progress: whether a bar is drawn on standard error.

    Returns:
        ``None`` when there were fewer than ``LEAST_ANSWERS`` visits.
    """
    purchases = purchases_of(history)
    since = LAST_PSEUDO_DAY_SECONDS
    if now is not None:
        since = _first_second(purchases, moment_seconds(now), horizon_days)
    generator = np.random.default_rng(seed)
    past = list(visits(purchases, since, most=MAX_VISITS, generator=generator))
    if len(past) < LEAST_ANSWERS:
        return None
    axes = principal_axes(bundle.item_factors)
    observer = Observer(bundle, axes)
    observed = observer.observe(tqdm(past, "visits", disable=not show_progress, leave=False))
    observed["unknown_items"] = _unknown_items(purchases, past)
    statistics = tuple(
        learned(name, observed[name], generator)
        for name in (*ANSWER_STATISTICS, *VECTOR_STATISTICS)
        if name in observed
    )
    return DriftReference(len(past), axes, statistics)


def principal_axes(item_factors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the directions in which the item factors are longest, strongest first.

    Args:
        item_factors: float32 [items, factors].

    Returns:
        float32 [axes, factors], of length 1; fewer than ``AXES`` where there are fewer factors.
    """
    factors = item_factors.astype(np.float64)
    _, directions = np.linalg.eigh(factors.T @ factors)
    axes = directions.T[::-1][:AXES]
    # An axis has no sign of its own; its largest part is made positive, so that runs agree.
    largest = np.abs(axes).argmax(axis=1)
    signs = np.sign(axes[np.arange(len(axes)), largest])
    signed: NDArray[np.float32] = (axes * signs[:, None]).astype(np.float32)
    return signed


def learned(name: str, observed: Observed, generator: np.random.Generator) -> Statistic:
    """Return a statistic with bins, shares and limit for these values.

    Args:
        name: of the statistic.
        observed: at least one value.
        generator: draws windows.
    """
    edges = np.array(UNKNOWN_EDGES) if name in ONLY_RISES else quantile_edges(observed.values)
    bins = np.searchsorted(edges, observed.values)
    counts = np.bincount(bins, minlength=len(edges) + 1)
    chance = learned_chance(bins, days=observed.days, customers=observed.customers)
    line = limit_line(counts, chance, only_rises=name in ONLY_RISES, generator=generator)
    smoothed = counts + SMOOTHING
    return Statistic(
        name,
        tuple(edges.tolist()),
        tuple((smoothed / smoothed.sum()).tolist()),
        limit_floor=line.floor,
        limit_slope=line.slope,
    )


def quantile_edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of bins that hold about equally many values, float64, ascending.

    An outer bin at each end is for values beyond all of these.
    """
    levels = np.linspace(0, 1, BINS + 1)[1:]
    inner = np.quantile(values, levels, method="inverted_cdf")
    return np.unique([values.min() - 10.0**-DIGITS, *inner])


def _first_second(purchases: Purchases, end_seconds: int, horizon_days: int) -> int:
    """Return where whole weeks begin that hold enough visits, or the horizon."""
    ages = (end_seconds - purchases.basket_seconds) / (7 * SECONDS_PER_DAY)
    weeks = LEAST_WEEKS
    while 7 * weeks < horizon_days and np.count_nonzero(ages <= weeks) < ENOUGH_VISITS:
        weeks += 1
    return end_seconds - min(7 * weeks, horizon_days) * SECONDS_PER_DAY


def _unknown_items(purchases: Purchases, past: Sequence[Visit]) -> Observed:
    """Return what share of each visit's latest basket a model of that age would not have known."""
    first_sold = np.full(len(purchases.item_ids), np.iinfo(np.int64).max)
    np.minimum.at(first_sold, purchases.row_items, purchases.basket_seconds[purchases.row_baskets])
    vocabulary = Vocabulary(purchases.item_ids)
    made = np.array([visit.seconds for visit in past]) - UNKNOWN_AGE_DAYS * SECONDS_PER_DAY
    baskets = [vocabulary.rows(latest_basket(visit.history)) for visit in past]
    shares = [
        np.count_nonzero(first_sold[rows] >= moment) / len(rows)
        for rows, moment in zip(baskets, made.tolist(), strict=True)
    ]
    return observed_at(past, shares)
