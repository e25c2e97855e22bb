"""Log-normal gaps of one customer, shrunk to what is typical, and what they say of the next time.

Sources: Gelman et al., "Bayesian Data Analysis", 3rd edition, section 5.4 (a mean of own values and
as many typical ones as the prior is worth); for purchases of the same item, decision 8.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from services.profile.domain.traits.priors import GapPrior

LEAST_GAP_DAYS = 1 / 24
"""Two purchases within the hour are one errand."""
LATE = 0.95
"""Silent for longer than this share of gaps last, somebody is not expected any more."""
_STANDARD = NormalDist()
_ROOT_2 = math.sqrt(2)
_LEAST_STD = 0.05
"""Gaps of exactly equal length would make the least delay infinitely late."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The distribution of a customer's gaps: the logarithm of days is normal."""

    log_mean: float
    log_std: float

    @property
    def usual_gap_days(self) -> float:
        """The gap that half of all gaps exceed."""
        return math.exp(self.log_mean)

    def elapsed(self, silence_days: float) -> float:
        """Return the share of gaps that are over after so many days."""
        if silence_days <= 0:
            return 0.0
        return math.erfc((self.log_mean - math.log(silence_days)) / self.log_std / _ROOT_2) / 2

    def expected_gap_days(self, silence_days: float) -> float | None:
        """Return the median gap of those that last longer than the silence so far.

        ``None`` when fewer than one gap in twenty lasts as long.
        """
        elapsed = self.elapsed(silence_days)
        if elapsed >= LATE:
            return None
        middle = elapsed + (1 - elapsed) / 2
        return math.exp(self.log_mean + self.log_std * _STANDARD.inv_cdf(middle))


def rhythm_of(gap_count: int, log_sum: float, log_square_sum: float, *, prior: GapPrior) -> Rhythm:
    """Return the rhythm behind gaps, of which the logarithms of days are summed up.

    ``m = (S + k m0) / (n + k)``; ``s^2 = (sum of (log gap - m)^2 + k s0^2) / (n + k)``, with n own
    gaps and a prior worth k.
    """
    weight = gap_count + prior.weight
    mean = (log_sum + prior.weight * prior.log_mean) / weight
    deviations = log_square_sum - 2 * mean * log_sum + gap_count * mean**2
    variance = (max(deviations, 0.0) + prior.weight * prior.log_std**2) / weight
    return Rhythm(mean, max(math.sqrt(variance), _LEAST_STD))


def rhythm_of_mean(gap_count: int, mean_gap_days: float, *, prior: GapPrior) -> Rhythm:
    """Return the rhythm where only the mean of the own gaps is known.

    Each counts as the logarithm of that mean, and the spread stays the typical one.
    """
    log_gap = math.log(max(mean_gap_days, LEAST_GAP_DAYS)) if gap_count else 0.0
    weight = gap_count + prior.weight
    mean = (gap_count * log_gap + prior.weight * prior.log_mean) / weight
    return Rhythm(mean, max(prior.log_std, _LEAST_STD))
