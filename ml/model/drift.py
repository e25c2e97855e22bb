"""What is watched of a model in use, and what that looked like when the model was made.

A reference travels with the model: for each statistic the edges of its bins, the shares of answers
in them, and how far the shares of a later window may lie from these. It tells of nobody by name or
by number: a bin holds hundreds of answers.

Source: Siddiqi, "Credit Risk Scorecards", 2006 (population stability index); Yurdakul, "Statistical
Properties of Population Stability Index", 2018: over windows without drift the index is a
chi-square times (1 / answers in the window + 1 / answers in the reference), so its limit is a line
in 1 / answers.
"""

import json
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ANSWER_STATISTICS = (
    "best_score", "tenth_score", "list_popularity", "basket_popularity", "history_length",
    "unknown_items",
)  # fmt: skip
"""Of an answer: see ``ml.model.drift_values``."""

AXES = 3
"""How many directions the vectors are projected on: the item factors' strongest ones."""

VECTOR_STATISTICS = ("vector_length", *(f"vector_axis_{axis + 1}" for axis in range(AXES)))
"""Of a customer's vector."""

ONLY_RISES = frozenset({"unknown_items"})
"""Here less than in the reference is never a drift: a fresh model knows more items than the one
that the reference pretends to be."""

LEAST_ANSWERS = 100
"""A smaller window is not judged."""

SMOOTHING = 0.5
"""Answers added to each bin, so that an empty one has a logarithm (Jeffreys' prior)."""

MAX_BINS = 20
"""Each is a series of its own where metrics are kept."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic of a reference.

    Attributes:
        name: one of ``ANSWER_STATISTICS`` or ``VECTOR_STATISTICS``; others are passed over.
        edges: ascending, b - 1 of them; bin i holds values above edge i - 1 and up to edge i.
        shares: b shares of answers, positive, together 1.
        limit_floor: what the limit comes down to for windows of any size.
        limit_slope: what an answer more takes off it: the limit is floor + slope / answers.
    """

    name: str
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    limit_floor: float
    limit_slope: float

    def bin_of(self, value: float) -> int:
        """Return the number of the bin that holds ``value``, 0 <= bin < b."""
        return bisect_left(self.edges, value)

    def limit(self, answers: float) -> float:
        """Return the largest index that a window of so many answers may have."""
        return self.limit_floor + self.limit_slope / answers

    def index(self, counts: Sequence[float] | NDArray[np.float64]) -> float:
        """Return how far a window lies from the reference, not negative; 0 for an equal one.

        Args:
            counts: b counts of answers.
        """
        indexes = stability_indexes(
            np.array([counts], np.float64),
            np.array(self.shares),
            only_rises=self.name in ONLY_RISES,
        )
        return float(indexes[0])


@dataclass(frozen=True, slots=True, eq=False)
class DriftReference:
    """What a model looked like in use when it was made.

    Attributes:
        answers: how many answers the shares were counted over.
        axes: float32 [axes, factors], directions of length 1.
        statistics: each name once.
    """

    answers: int
    axes: NDArray[np.float32]
    statistics: tuple[Statistic, ...]

    def to_json(self) -> str:
        """Return the form in which it travels."""
        return json.dumps(
            {
                "answers": self.answers,
                "axes": self.axes.tolist(),
                "statistics": [
                    {name: getattr(each, name) for name in Statistic.__slots__}
                    for each in self.statistics
                ],
            },
            indent=1,
        )

    @classmethod
    def from_json(cls, text: str, *, factors: int) -> "DriftReference":
        """Return what ``to_json`` made, checked.

        Raises:
            ValueError: when it is anything else, or its axes do not fit ``factors``.
        """
        try:
            content = json.loads(text)
            axes = np.array(content["axes"], np.float32).reshape(-1, factors)
            found = tuple(_statistic(each) for each in content["statistics"])
            answers = int(content["answers"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a reference of drift: {error}") from error
        if not np.isfinite(axes).all():
            raise ValueError("an axis of the reference of drift is not finite")
        if len({each.name for each in found}) != len(found):
            raise ValueError("a statistic occurs twice in the reference of drift")
        return cls(answers, axes, found)


def stability_indexes(
    counts: NDArray[np.float64], shares: NDArray[np.float64], *, only_rises: bool
) -> NDArray[np.float64]:
    """Return the population stability index of every window.

    Args:
        counts: float64 [windows, bins], answers.
        shares: float64 [bins], those of the reference, positive.
        only_rises: whether a window whose first bin is not smaller than the reference's has 0.

    Returns:
        float64 [windows], not negative.
    """
    smoothed = counts + SMOOTHING
    found = smoothed / smoothed.sum(axis=1, keepdims=True)
    indexes: NDArray[np.float64] = ((found - shares) * np.log(found / shares)).sum(axis=1)
    if only_rises:
        indexes[found[:, 0] >= shares[0]] = 0
    return indexes


def _statistic(content: dict[str, Any]) -> Statistic:
    """Return a statistic as it travelled.

    Raises:
        ValueError: when its parts do not belong together.
    """
    edges, shares = content["edges"], content["shares"]
    numbers = [*edges, *shares, content["limit_floor"], content["limit_slope"]]
    if not all(isinstance(each, int | float) and math.isfinite(each) for each in numbers):
        raise ValueError("a number is missing or not finite")
    if len(shares) != len(edges) + 1 or len(shares) > MAX_BINS:
        raise ValueError(f"{len(shares)} shares for {len(edges)} edges")
    if sorted(set(edges)) != list(edges):
        raise ValueError("edges are not ascending")
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError("shares are not positive or do not sum to 1")
    if content["limit_floor"] < 0 or content["limit_slope"] < 0:
        raise ValueError("a limit is negative")
    return Statistic(
        str(content["name"]),
        tuple(edges),
        tuple(shares),
        limit_floor=content["limit_floor"],
        limit_slope=content["limit_slope"],
    )
