"""When an item is due again."""

import numpy as np
import pytest

from ml.model.timing import PRIOR_GAPS, Timing, timing

DAY = 86_400


def of_one(count: int, first_day: int, last_day: int, now_day: float, *, gap: float = 10) -> Timing:
    return timing(
        np.array([count], np.float32),
        np.array([first_day * DAY]),
        np.array([last_day * DAY]),
        prior=(np.array([np.log(gap)], np.float32), np.array([0.5], np.float32)),
        now_seconds=int(now_day * DAY),
    )


def test_bought_once_the_gap_of_the_item_is_expected() -> None:
    assert of_one(1, 0, 0, 3).expected_gap_days[0] == pytest.approx(10)


def test_many_own_gaps_outweigh_the_items() -> None:
    # eleven purchases in thirty days: a gap of three, worth ten observations against the prior
    expected = np.exp((10 * np.log(3) + PRIOR_GAPS * np.log(10)) / (10 + PRIOR_GAPS))

    assert of_one(11, 0, 30, 33).expected_gap_days[0] == pytest.approx(expected)


def test_z_is_zero_when_due_and_negative_early() -> None:
    assert of_one(1, 0, 0, 10).z[0] == pytest.approx(0, abs=1e-6)
    assert of_one(1, 0, 0, 2).z[0] < 0 < of_one(1, 0, 0, 40).z[0]


def test_tea_drunk_daily_is_due_when_coffee_is_just_bought() -> None:
    tea, coffee = of_one(60, 0, 59, 60), of_one(3, 0, 59, 60)

    assert not tea.just_bought[0]
    assert coffee.just_bought[0]


def test_a_purchase_of_this_very_moment_is_finite() -> None:
    found = of_one(1, 5, 5, 5)

    assert np.isfinite(found.z[0])
    assert found.just_bought[0]


def test_a_purchase_that_a_fast_clock_dates_in_the_future_counts_as_of_this_moment() -> None:
    ahead, now = of_one(1, 6, 6, 5), of_one(1, 5, 5, 5)

    assert (ahead.days_since[0], ahead.z[0]) == (now.days_since[0], now.z[0])


def test_nothing_bought_has_no_timing() -> None:
    none = np.zeros(0, np.float32)
    found = timing(none, none.astype(np.int64), none.astype(np.int64), prior=(none, none),
                   now_seconds=0)  # fmt: skip

    assert len(found.z) == len(found.just_bought) == 0
