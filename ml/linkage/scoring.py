"""How likely two customers are one person, by all that was compared of them.

What speaks for a pair is held against how rare it is that two customers are one person at all.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.linkage.comparisons import Compared
from ml.linkage.learning import BEFORE
from ml.linkage.linking import Found

OUTCOME = "outcome_"
_STEPS = 200
_RARE = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The pairs that were found, and how likely they are one person."""

    pairs: pd.DataFrame
    """``one`` and ``other`` (ids, the smaller first, sorted), ``probability``, and by the name of
    each comparison its bits and ``outcome_{name}``; NaN and 0 where it says nothing."""
    names: tuple[str, ...]
    """Of the comparisons."""
    model_version: str
    """Of what was learned: equal models have equal versions."""


def scored(found: Found, *, customer_count: int) -> Scored:
    """Return how likely pairs of customers are one person.

    Args:
        found: what Splink says of them.
        customer_count: of all customers.
    """
    share = _share(found.totals, customer_count * (customer_count - 1) / 2)
    columns: dict[str, Any] = {"one": found.pairs["one"], "other": found.pairs["other"]}
    for each, told in zip(found.compared, found.model["comparisons"], strict=True):
        bits = found.pairs[f"bits_{each.column}"]
        weights = found.pairs[f"mw_{each.column}"].to_numpy(np.float64)
        columns[each.name] = bits
        columns[f"{OUTCOME}{each.name}"] = np.where(bits.notna(), _outcomes(weights, each, told), 0)
    columns["probability"] = _probability(found.pairs["total"].to_numpy(np.float64), share)
    learned = json.dumps([share, found.model["comparisons"]], sort_keys=True)
    version = f"linkage-{hashlib.sha256(learned.encode()).hexdigest()[:12]}"
    return Scored(pd.DataFrame(columns), tuple(each.name for each in found.compared), version)


def _outcomes(
    weights: NDArray[np.float64], compared: Compared, learned: dict[str, Any]
) -> NDArray[np.int64]:
    """Return the outcome of each pair: that of the level whose weight it got."""
    levels = [each for each in learned["comparison_levels"] if not each.get("is_null_level")]
    known = np.log2([max(each["m_probability"], _RARE) / each["u_probability"] for each in levels])
    got = np.clip(weights, np.log2(_RARE), -np.log2(_RARE))
    nearest = np.abs(got[:, None] - known[None, :]).argmin(axis=1)
    outcomes: NDArray[np.int64] = np.array(compared.outcomes, dtype=np.int64)[nearest]
    return outcomes


def _share(totals: pd.Series, pair_count: float) -> float:
    """Return which share of all pairs are one person, at most half of them.

    The share is the fixed point of expectation maximisation with all else held: what the compared
    pairs are expected to hold, of all pairs that there are.
    """
    bits, counts = totals.index.to_numpy(np.float64), totals.to_numpy(np.float64)
    share = BEFORE
    for _ in range(_STEPS):
        expected = float((counts * _probability(bits, share)).sum())
        before, share = share, min(max(expected / pair_count, 1e-12), 0.5)
        if abs(share / before - 1) < 1e-6:
            break
    return share


def _probability(bits: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return how likely pairs of so many bits are one person, when this share of all pairs is."""
    return 1 / (1 + np.exp2(-bits) * (1 - share) / share)
