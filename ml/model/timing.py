"""When an item is due again: the customer's own rhythm, shrunk to the item's.

Gaps between purchases of an item are taken as log-normal. The mean of their logarithm is the
posterior mean with the item's mean as prior, worth ``PRIOR_GAPS`` gaps; the spread is the item's.
Source: Gelman et al., "Bayesian Data Analysis", 3rd edition, section 2.5 (normal mean, known
variance).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.history import MIN_BASKET_GAP_DAYS, SECONDS_PER_DAY

PRIOR_GAPS = 2.0
"""The item's rhythm weighs as much as so many of the customer's own gaps."""

JUST_BOUGHT_SHARE = 0.4
"""Below this share of the expected gap an item is just bought; at the median spread of real
baskets (log standard deviation about .9) one in six is bought again so soon."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How the time since the last purchase compares with the gap to expect.

    Attributes:
        days_since: float32 [n], days since the last purchase, at least ``MIN_BASKET_GAP_DAYS``.
        expected_gap_days: float32 [n], the median gap to expect.
        z: float32 [n], (log days since - log expected) / spread; 0 is due, negative early.
    """

    days_since: NDArray[np.float32]
    expected_gap_days: NDArray[np.float32]
    z: NDArray[np.float32]

    @property
    def just_bought(self) -> NDArray[np.bool_]:
        """Whether each was bought a moment ago, measured by its expected gap; bool [n]."""
        early: NDArray[np.bool_] = self.days_since < JUST_BOUGHT_SHARE * self.expected_gap_days
        return early


def timing(
    counts: NDArray[np.float32],
    first_seconds: NDArray[np.int64],
    last_seconds: NDArray[np.int64],
    *,
    prior: tuple[NDArray[np.float32], NDArray[np.float32]],
    now_seconds: int,
) -> Timing:
    """Return the timing of n bought items.

    Args:
        counts: float32 [n], baskets with the item, at least 1.
        first_seconds: int64 [n], first purchase, seconds since 1970.
        last_seconds: int64 [n], last purchase.
        prior: mean and standard deviation of the logarithm of the item's gaps in days, float32
            [n] each.
        now_seconds: the moment of asking, seconds since 1970.
    """
    log_means, log_stds = prior
    gaps = np.maximum(counts - 1, 0)
    spans = (last_seconds - first_seconds) / SECONDS_PER_DAY
    own_log = np.log(np.maximum(spans / np.maximum(gaps, 1), MIN_BASKET_GAP_DAYS))
    expected_log = (gaps * own_log + PRIOR_GAPS * log_means) / (gaps + PRIOR_GAPS)
    days_since = np.maximum((now_seconds - last_seconds) / SECONDS_PER_DAY, MIN_BASKET_GAP_DAYS)
    return Timing(
        days_since=days_since.astype(np.float32),
        expected_gap_days=np.exp(expected_log).astype(np.float32),
        z=((np.log(days_since) - expected_log) / log_stds).astype(np.float32),
    )
