"""When an item is due again: the customer's own rhythm, shrunk to the item's.

Gaps between purchases of an item are taken as log-normal. The mean of their logarithm is the
posterior mean with the item's mean as prior, worth ``PRIOR_GAPS`` gaps; the spread is the item's.
Source: Gelman et al., "Bayesian Data Analysis", 3rd edition, section 2.5 (normal mean, known
variance).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.history import MIN_BASKET_GAP_DAYS, SECONDS_PER_DAY, History

PRIOR_GAPS = 2.0
"""The item's rhythm weighs as much as so many of the customer's own gaps."""

JUST_BOUGHT_SHARE = 0.4
"""Below this share of the expected gap an item is just bought; at the median spread of real
baskets (log standard deviation about .9) one in six is bought again so soon."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How the time since an item was last brought home compares with the gap to expect.

    Attributes:
        days_since: float32 [n], days since anybody of the household last brought it home, at
            least ``MIN_BASKET_GAP_DAYS``.
        own_days_since: float32 [n], days since the customer's own last purchase, at least
            ``days_since``.
        expected_gap_days: float32 [n], the median gap to expect.
        z: float32 [n], (log days since - log expected) / spread; 0 is due, negative early.
    """

    days_since: NDArray[np.float32]
    own_days_since: NDArray[np.float32]
    expected_gap_days: NDArray[np.float32]
    z: NDArray[np.float32]

    @property
    def just_bought(self) -> NDArray[np.bool_]:
        """Whether each came home a moment ago, measured by its expected gap; bool [n]."""
        early: NDArray[np.bool_] = self.days_since < JUST_BOUGHT_SHARE * self.expected_gap_days
        return early


def timing(
    history: History,
    places: NDArray[np.int64],
    *,
    prior: tuple[NDArray[np.float32], NDArray[np.float32]],
    now_seconds: int,
) -> Timing:
    """Return the timing of n bought items: gaps by own purchases, since when by all at home.

    Args:
        history: the customer's.
        places: int64 [n], where the items stand in ``history.item_ids``.
        prior: mean and standard deviation of the logarithm of the item's gaps in days, float32
            [n] each.
        now_seconds: the moment of asking, seconds since 1970.
    """
    log_means, log_stds = prior
    last_seconds = history.last_seconds[places]
    gaps = np.maximum(history.basket_counts[places] - 1, 0)
    spans = (last_seconds - history.first_seconds[places]) / SECONDS_PER_DAY
    own_log = np.log(np.maximum(spans / np.maximum(gaps, 1), MIN_BASKET_GAP_DAYS))
    expected_log = (gaps * own_log + PRIOR_GAPS * log_means) / (gaps + PRIOR_GAPS)
    own_days_since = days_since = _days_since(last_seconds, now_seconds)
    if history.home_seconds is not None:
        days_since = _days_since(history.home_seconds[places], now_seconds)
    return Timing(
        days_since=days_since.astype(np.float32),
        own_days_since=own_days_since.astype(np.float32),
        expected_gap_days=np.exp(expected_log).astype(np.float32),
        z=((np.log(days_since) - expected_log) / log_stds).astype(np.float32),
    )


def _days_since(seconds: NDArray[np.int64], now_seconds: int) -> NDArray[np.float64]:
    return np.maximum((now_seconds - seconds) / SECONDS_PER_DAY, MIN_BASKET_GAP_DAYS)
