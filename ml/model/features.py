"""Features of customer and candidate: one function for training and for serving.

Each feature belongs to a group; the reasons shown to people say what each group is worth: how much
lower the log-odds were without it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.candidates import SOURCES, Candidates
from ml.model.history import MIN_BASKET_GAP_DAYS, SECONDS_PER_DAY, History
from ml.model.timing import Timing, timing

GROUPS = {
    "habit": (
        "own", "own_count", "own_share", "own_rate", "recency_50", "recency_80", "recency_95",
        "baskets_since",
    ),
    "timing": ("days_since", "days_known", "expected_gap", "due_z", "due_ratio"),
    "taste": (
        "latent", "latent_relative", "neighbour", "neighbour_relative", "next", "next_relative",
        "next_place",
    ),
    "sequence": ("transition", "transition_relative"),
    "basket": ("complement", "complement_relative"),
    "popularity": (
        "popular_here", "popular_7", "popular_28", "popular_90", "trend", "present_trend",
        "ever_bought", "repeat_rate", "item_gap", "item_basket_size",
    ),
    "customer": (
        "basket_count", "item_count", "repeat_share", "basket_size", "last_basket_size",
        "days_since_basket", "mean_basket_gap", "basket_due",
    ),
}  # fmt: skip
"""Feature names by group, in the order of the columns."""

FEATURES = tuple(name for names in GROUPS.values() for name in names)


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """What the ranker sees of one customer.

    Attributes:
        values: float32 [n, features], a row a candidate, in the order of ``FEATURES``; NaN where
            a feature does not exist.
        timing: of the own candidates, those at the head.
        own_counts: float32 [own], baskets with each own candidate.
    """

    values: NDArray[np.float32]
    timing: Timing
    own_counts: NDArray[np.float32]


def feature_table(
    bundle: Bundle, history: History, candidates: Candidates, now_seconds: int
) -> FeatureTable:
    """Return the features of every candidate at a moment.

    Args:
        bundle: the model; a candidate it never saw has no popularity and the mean rhythm.
        history: the customer, with every own candidate in it.
        candidates: n of them.
        now_seconds: the moment, seconds since 1970.
    """
    n, own = len(candidates.item_ids), candidates.own_item_count
    rows = bundle.vocabulary.rows(candidates.item_ids)
    place_of = dict(zip(history.item_ids, range(len(history.item_ids)), strict=True))
    places = np.fromiter(map(place_of.__getitem__, candidates.item_ids[:own]), np.int64, own)
    values = np.full((len(FEATURES), n), np.nan, np.float32)
    column = dict(zip(FEATURES, values, strict=True))
    clock = _own_timing(bundle, history, places, rows[:own], now_seconds)
    counts = history.basket_counts[places]
    _fill_habit(column, history, places, counts)
    _fill_timing(column, history, places, clock, now_seconds)
    _fill_sources(column, candidates)
    _fill_items(column, bundle, rows)
    _fill_customer(column, history, now_seconds)
    return FeatureTable(np.ascontiguousarray(values.T), clock, counts)


Columns = dict[str, NDArray[np.float32]]


def _own_timing(
    bundle: Bundle,
    history: History,
    places: NDArray[np.int64],
    rows: NDArray[np.int64],
    now_seconds: int,
) -> Timing:
    means, stds = bundle.gap_log_means[rows], bundle.gap_log_stds[rows]
    unknown = rows < 0
    if unknown.any():
        means[unknown], stds[unknown] = bundle.facts.gap_log_mean, bundle.facts.gap_log_std
    return timing(history, places, prior=(means, stds), now_seconds=now_seconds)


def _fill_habit(
    column: Columns, history: History, places: NDArray[np.int64], counts: NDArray[np.float32]
) -> None:
    own = len(places)
    column["own"][:] = 0
    column["own"][:own] = 1
    column["own_count"][:own] = counts
    column["own_share"][:own] = counts / max(history.basket_count, 1)
    column["own_rate"][:own] = counts / _visits_since(history, history.first_seconds[places])
    for name, decay in (("recency_50", 0.5), ("recency_80", 0.8), ("recency_95", 0.95)):
        column[name][:own] = history.recency_sums(decay)[places]
    column["baskets_since"][:own] = history.baskets_since()[places]


def _visits_since(history: History, seconds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return about how many baskets there were from each moment on, at least one."""
    gap = _mean_gap_days(history)
    if gap is None:
        return np.ones(len(seconds))
    days = (history.recent_basket_seconds[0] - seconds) / SECONDS_PER_DAY
    return np.asarray(1 + days / gap)


def _mean_gap_days(history: History) -> float | None:
    """Return the mean days between baskets; ``None`` where there are not two."""
    if history.basket_count < 2:
        return None
    span = int(history.recent_basket_seconds[0]) - history.first_basket_seconds
    return max(span / SECONDS_PER_DAY / (history.basket_count - 1), MIN_BASKET_GAP_DAYS)


def _fill_timing(
    column: Columns, history: History, places: NDArray[np.int64], clock: Timing, now_seconds: int
) -> None:
    own = len(places)
    known_days = (now_seconds - history.first_seconds[places]) / SECONDS_PER_DAY
    column["days_since"][:own] = np.log(clock.days_since)
    column["days_known"][:own] = np.log1p(np.maximum(known_days, 0))
    column["expected_gap"][:own] = np.log(clock.expected_gap_days)
    column["due_z"][:own] = clock.z
    column["due_ratio"][:own] = np.log(clock.days_since / clock.expected_gap_days)


def _fill_sources(column: Columns, candidates: Candidates) -> None:
    bests = candidates.scores.max(axis=1, initial=0)
    for source, scores, best in zip(SOURCES, candidates.scores, bests, strict=True):
        if source == "popular":
            column["popular_here"][:] = scores
            continue
        column[source][:] = scores
        if best > 0:
            np.divide(scores, best, out=column[f"{source}_relative"])
    column["next_place"][np.argsort(-column["next"], kind="stable")] = np.arange(
        len(candidates.item_ids)
    )


def _fill_items(column: Columns, bundle: Bundle, rows: NDArray[np.int64]) -> None:
    shares = bundle.popularity[rows].T
    for name, share in zip(("popular_7", "popular_28", "popular_90"), shares, strict=True):
        column[name][:] = share
    column["trend"][:] = np.log((shares[1] + 1e-5) / (shares[2] + 1e-5))
    column["present_trend"][:] = np.log((shares[0] + 1e-4) / (shares[2] + 1e-4))
    column["item_basket_size"][:] = bundle.basket_sizes[rows]
    column["ever_bought"][:] = np.log1p(bundle.basket_counts[rows])
    column["repeat_rate"][:] = bundle.repeat_rates[rows]
    column["item_gap"][:] = bundle.gap_log_means[rows]
    unknown = rows < 0  # row -1 has read the last item's
    if unknown.any():
        for name in GROUPS["popularity"]:
            if name != "popular_here":
                column[name][unknown] = np.nan


def _fill_customer(column: Columns, history: History, now_seconds: int) -> None:
    column["basket_count"][:] = math.log1p(history.basket_count)
    column["item_count"][:] = math.log1p(len(history.item_ids))
    if history.basket_count == 0:
        return
    last = int(history.recent_basket_seconds[0])
    since = max((now_seconds - last) / SECONDS_PER_DAY, MIN_BASKET_GAP_DAYS)
    sizes = history.recent_basket_sizes
    column["basket_size"][:] = int(sizes.sum()) / len(sizes)
    column["last_basket_size"][:] = int(sizes[0])
    column["repeat_share"][:] = 1 - len(history.item_ids) / float(history.basket_counts.sum())
    column["days_since_basket"][:] = math.log(since)
    gap = _mean_gap_days(history)
    if gap is not None:
        column["mean_basket_gap"][:] = math.log(gap)
        column["basket_due"][:] = math.log(since / gap)
