"""When an item is due again."""

import numpy as np
import pytest

from ml.model.history import History, empty_history, history_of_baskets
from ml.model.household import at_home
from ml.model.timing import PRIOR_GAPS, Timing, timing

DAY = 86_400


def of_one(count: int, first_day: int, last_day: int, now_day: float, *, gap: float = 10) -> Timing:
    first, last = np.array([first_day * DAY]), np.array([last_day * DAY])
    return of_all(History(["milk"], np.array([count], np.float32), first, last), now_day, gap=gap)


def of_all(history: History, now_day: float, *, gap: float = 10) -> Timing:
    n = len(history.item_ids)
    prior = np.full(n, np.log(gap), np.float32), np.full(n, 0.5, np.float32)
    return timing(history, np.arange(n), prior=prior, now_seconds=int(now_day * DAY))


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


MILK_ON_THREE_DAYS = history_of_baskets([(day * DAY, ["milk"]) for day in (0, 10, 20)])


def test_what_another_brought_home_yesterday_is_just_bought_and_not_due() -> None:
    alone = of_all(MILK_ON_THREE_DAYS, 32)
    together = of_all(at_home(MILK_ON_THREE_DAYS, {"milk": 31 * DAY}), 32)

    assert not alone.just_bought[0]
    assert alone.z[0] > 0
    assert together.just_bought[0]
    assert together.z[0] < 0


def test_what_another_brings_home_changes_neither_the_own_rhythm_nor_the_own_last_purchase() -> (
    None
):
    found = of_all(at_home(MILK_ON_THREE_DAYS, {"milk": 38 * DAY}), 48)

    assert found.expected_gap_days == pytest.approx([10])
    assert found.own_days_since == pytest.approx([28])
    assert found.days_since == pytest.approx([10])
    assert found.z == pytest.approx([0], abs=1e-6)


def test_an_item_is_found_at_its_own_place() -> None:
    baskets = [(0, ["milk"]), (20 * DAY, ["milk"]), (24 * DAY, ["tea"])]
    history = at_home(history_of_baskets(baskets), {"milk": 26 * DAY})
    prior = np.log(np.array([10], np.float32)), np.array([0.5], np.float32)
    milk = history.item_ids.index("milk")

    found = timing(history, np.array([milk]), prior=prior, now_seconds=30 * DAY)

    expected = np.exp((np.log(20) + PRIOR_GAPS * np.log(10)) / (1 + PRIOR_GAPS))
    assert found.expected_gap_days == pytest.approx([expected])
    assert (found.own_days_since[0], found.days_since[0]) == pytest.approx((10, 4))


def test_nothing_bought_has_no_timing() -> None:
    found = of_all(empty_history(), 0)

    assert len(found.z) == len(found.just_bought) == 0
