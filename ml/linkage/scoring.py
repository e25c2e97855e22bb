"""How likely two customers are one person, by all that was compared of them.

Splink gives what each comparison says, in bits. Here they are bounded, added, and held against how
rare it is that two customers are one person at all.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.linkage.comparisons import Compared
from ml.linkage.linking import BEFORE, Found

LEAST_BITS, MOST_BITS = -7.0, 14.0
"""What one comparison says at most. One fact in a hundred or so is told wrong of anybody, so that
no single disagreement proves that two are two, however seldom it was seen while learning."""
OUTCOME = "outcome_"
_STEPS = 200
_RARE = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Pairs of customers and how likely they are one person."""

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
    ends = np.sort(found.pairs[["customer_id_l", "customer_id_r"]].to_numpy("object"), axis=1)
    columns: dict[str, NDArray[Any]] = {"one": ends[:, 0], "other": ends[:, 1]}
    total = np.zeros(len(ends))
    for each, learned in zip(found.compared, found.model["comparisons"], strict=True):
        weights = found.pairs[f"mw_{each.column}"].to_numpy(np.float64)
        says = weights != 0
        bits = np.clip(weights + _for_rare(found, each), LEAST_BITS, MOST_BITS)
        columns[each.name] = np.where(says, bits, np.nan)
        columns[f"{OUTCOME}{each.name}"] = np.where(says, _outcomes(weights, each, learned), 0)
        total += np.where(says, bits, 0.0)
    share, columns["probability"] = _probabilities(total, customer_count * (customer_count - 1) / 2)
    told = json.dumps([share, found.model["comparisons"]], sort_keys=True)
    version = f"linkage-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
    pairs = pd.DataFrame(columns).sort_values(["one", "other"], ignore_index=True)
    return Scored(pairs, tuple(each.name for each in found.compared), version)


def _for_rare(found: Found, compared: Compared) -> NDArray[np.float64] | float:
    """Return by how many bits agreeing on a rare value says more, on a frequent one less."""
    if not compared.has_frequencies:
        return 0.0
    return found.pairs[f"mw_tf_adj_{compared.column}"].to_numpy(np.float64)


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


def _probabilities(
    bits: NDArray[np.float64], pair_count: float
) -> tuple[float, NDArray[np.float64]]:
    """Return which share of all pairs are one person, and how likely each pair is.

    The share is the fixed point of expectation maximisation with all else held: what the compared
    pairs are expected to hold, of all pairs that there are.
    """
    share = BEFORE
    for _ in range(_STEPS):
        probability = 1 / (1 + np.exp2(-bits) * (1 - share) / share)
        before, share = share, max(float(probability.sum()) / pair_count, 1e-12)
        if abs(share / before - 1) < 1e-6:
            break
    return share, probability
