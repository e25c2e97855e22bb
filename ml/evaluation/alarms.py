"""How soon a watch raises the alarm, at a rate of false alarms that was chosen beforehand.

Source: Fawcett, Provost, "Activity Monitoring: Noticing interesting changes in behavior", KDD 1999,
section 3 (alarms on sequences: timeliness against false alarms per stretch of time).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Delays:
    """Days from the change to the first alarm; infinite where there was none in time."""

    days: Real
    """(n,)"""

    def quartiles(self) -> tuple[float, float, float]:
        """Return lower quartile, median and upper quartile; infinite where so many stay unseen."""
        ordered = np.sort(self.days)
        ranks = [int(np.ceil(share * len(ordered))) - 1 for share in (0.25, 0.5, 0.75)]
        return ordered[ranks[0]], ordered[ranks[1]], ordered[ranks[2]]

    def within(self, days: float) -> NDArray[np.bool_]:
        """Return who was detected in so many days, (n,)."""
        return np.asarray(self.days <= days)


def threshold(scores: Real, *, false_share: float) -> float:
    """Return the score above which so many of those who should raise no alarm raise one.

    Args:
        scores: (n, moments), of people who should raise none.
        false_share: of them, over all moments together; 0 to 1.
    """
    return float(np.quantile(scores.max(axis=1), 1.0 - false_share, method="inverted_cdf"))


def alarmed(scores: Real, limit: float) -> NDArray[np.bool_]:
    """Return who ever scores above a limit, (n,); ``scores`` is (n, moments)."""
    return np.asarray((scores > limit).any(axis=1))


def delays(scores: Real, moments: Real, changed: Real, *, limit: float) -> Delays:
    """Return how soon after the change each scores above a limit.

    Who did so before the change too was not detected by the change; they count as never detected.

    Args:
        scores: (n, moments).
        moments: (moments,), when, in days, ascending.
        changed: (n,), when each changed, in days.
        limit: of the alarm.
    """
    is_above = scores > limit
    is_after = moments[None, :] >= changed[:, None]
    early = (is_above & ~is_after).any(axis=1)
    seen = is_above & is_after
    first = moments[seen.argmax(axis=1)] - changed
    return Delays(np.where(seen.any(axis=1) & ~early, first, np.inf))
