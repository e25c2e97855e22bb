"""How well a score tells some from others: the area under the ROC curve, with its interval.

Source: Hanley, McNeil, "The Meaning and Use of the Area under a Receiver Operating Characteristic
(ROC) Curve", Radiology 143, 1982 (the area is the chance that one of the some scores above one of
the others, ties counting half); intervals by drawing both groups again, Efron, Tibshirani, "An
Introduction to the Bootstrap", 1993, section 8.3 (two samples).
"""

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.intervals import LEVEL, RESAMPLES, Estimate

Real = NDArray[np.float64]


def area_under_curve(ours: Real, others: Real, *, seed: int = 0) -> Estimate:
    """Return the area under the ROC curve with its interval.

    Args:
        ours: [n], scores of those who should score high.
        others: [m], scores of those who should not.
        seed: of the draws.

    Raises:
        ValueError: when either is empty.
    """
    return _resampled(_wins(ours, others), seed=seed)


def area_difference(one: tuple[Real, Real], other: tuple[Real, Real], *, seed: int = 0) -> Estimate:
    """Return by how much one score's area is larger than another's, on the same people.

    Args:
        one: scores of ours [n] and of the others [m].
        other: another score of the same people, in the same order.
        seed: of the draws.

    Raises:
        ValueError: when either group is empty.
    """
    return _resampled(_wins(*one) - _wins(*other), seed=seed)


def _wins(ours: Real, others: Real) -> Real:
    """Return 1 where one of ours is above one of the others, half for a tie; [n, m]."""
    if not len(ours) or not len(others):
        raise ValueError("there is nobody to tell from anybody")
    above = (ours[:, None] > others[None, :]).astype(np.float64)
    return np.asarray(above + 0.5 * (ours[:, None] == others[None, :]))


def _resampled(wins: Real, *, seed: int) -> Estimate:
    rng = np.random.default_rng(seed)
    n, m = wins.shape
    ours = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES) / n
    others = rng.multinomial(m, np.full(m, 1 / m), RESAMPLES) / m
    areas = ((ours @ wins) * others).sum(axis=1)
    low, high = np.quantile(areas, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(wins.mean()), float(low), float(high))
