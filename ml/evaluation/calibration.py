"""Whether a purchase said to be as likely as one in ten happens once in ten times.

Source: Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
Binning", AAAI 2015 (reliability diagram and expected calibration error); bins are equally wide on
the scale of powers of two, for most probabilities here are small.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BIN_EDGES = np.concatenate([[0.0], 2.0 ** np.arange(-9, 1)])
"""From ``0 to 1/512`` to ``1/2 to 1``, eleven edges."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """What was said and what happened, between two probabilities."""

    low: float
    high: float
    count: int
    said: float
    """Mean probability."""
    happened: float
    """Share that was bought."""


class Calibration:
    """Counts predictions and outcomes bin by bin, so that any number of them fits in memory."""

    def __init__(self) -> None:
        """Have seen nothing yet."""
        bins = len(BIN_EDGES) - 1
        self._counts = np.zeros(bins)
        self._said = np.zeros(bins)
        self._happened = np.zeros(bins)

    def add(self, probabilities: NDArray[np.float32], outcomes: NDArray[np.bool_]) -> None:
        """Take predictions, float32 [n], and whether each came true, bool [n]."""
        places = np.clip(np.searchsorted(BIN_EDGES, probabilities) - 1, 0, len(self._counts) - 1)
        bins = len(self._counts)
        self._counts += np.bincount(places, minlength=bins)
        self._said += np.bincount(places, probabilities, bins)
        self._happened += np.bincount(places, outcomes, bins)

    def bins(self) -> list[ReliabilityBin]:
        """Return every bin that holds a prediction, by ascending probability."""
        return [
            ReliabilityBin(
                float(BIN_EDGES[place]),
                float(BIN_EDGES[place + 1]),
                count=int(self._counts[place]),
                said=float(self._said[place] / self._counts[place]),
                happened=float(self._happened[place] / self._counts[place]),
            )
            for place in np.flatnonzero(self._counts)
        ]

    @property
    def expected_error(self) -> float:
        """Return the mean gap between said and happened, bins weighted by predictions; 0 of none.

        ``ECE = sum_b n_b / n |said_b - happened_b|``
        """
        total = self._counts.sum()
        return float(np.abs(self._said - self._happened).sum() / total) if total else 0.0
