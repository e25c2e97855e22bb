"""Whether the probabilities that decide a list are true, in the places that are shown.

Most of some hundred candidates are said to be unlikely, and are; an average over all of them is
small whatever the rest does. So the gate looks at the first places alone, in ten bins of equally
many.

Sources: Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
Binning", AAAI 2015 (expected calibration error); Bröcker, Smith, "Increasing the Reliability of
Reliability Diagrams", Weather and Forecasting 2007 (consistency resampling).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PLACES = 10
"""How many places of a list are looked at: what a touch-point shows at most."""

BINS = 10

DRAWS = 200
"""Outcomes drawn from the probabilities themselves, to see what chance alone makes of the error."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was said and what happened, bin by bin, by ascending probability."""

    said: tuple[float, ...]
    """Mean probability."""
    happened: tuple[float, ...]
    """Share that the next basket held."""
    error: float
    """Mean gap between the two, weighted by answers."""
    by_chance: float
    """Error that true probabilities stay under in 39 of 40 cases, of as many answers."""

    def worst(self) -> str:
        """Return the bin with the widest gap, in words."""
        gaps = [
            abs(said - happened) for said, happened in zip(self.said, self.happened, strict=True)
        ]
        place = int(np.argmax(gaps))
        return f"where {self.said[place]:.3f} was said, {self.happened[place]:.3f} happened"


def reliability(
    probabilities: NDArray[np.float32], outcomes: NDArray[np.bool_], *, seed: int = 0
) -> Reliability:
    """Compare probabilities with what happened.

    Args:
        probabilities: float32 [n], 0 to 1, n at least 1.
        outcomes: bool [n].
        seed: of the draws.
    """
    order = np.argsort(probabilities, kind="stable")
    said = probabilities[order].astype(np.float64)
    bins = [each for each in np.array_split(np.arange(len(said)), BINS) if len(each)]
    random = np.random.default_rng(seed)
    drawn = [_error(said, random.random(len(said)) < said, bins) for _ in range(DRAWS)]
    happened = outcomes[order].astype(np.float64)
    return Reliability(
        said=tuple(float(said[each].mean()) for each in bins),
        happened=tuple(float(happened[each].mean()) for each in bins),
        error=_error(said, happened, bins),
        by_chance=float(np.quantile(drawn, 0.975)),
    )


def _error(
    said: NDArray[np.float64],
    happened: NDArray[np.float64] | NDArray[np.bool_],
    bins: list[NDArray[np.int64]],
) -> float:
    gaps = [len(each) * abs(said[each].mean() - happened[each].mean()) for each in bins]
    return float(sum(gaps) / len(said))
