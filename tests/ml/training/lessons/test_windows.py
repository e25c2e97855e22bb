"""What a window knows ends where its moment begins."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pandas as pd

from ml.training.artefacts.purchases import (
    LAST_PSEUDO_DAY_SECONDS,
    PSEUDO_GAP_SECONDS,
    SECONDS_PER_DAY,
)
from ml.training.lessons.windows import GROUPS, end_of, moment_seconds, windows
from tests.ml.shopping import START, dataset_of

NOW = datetime(2026, 4, 11, tzinfo=UTC)
"""A hundred days after the year's first morning."""

SHOP = dataset_of(
    {
        "ann": [(0, ["tea"]), (20, ["milk"]), (60, ["soap"]), (99, ["bread"])],
        "bob": [(70, ["coffee"]), (80, ["coffee"])],
    }
)


def test_windows_lie_a_horizon_apart_and_know_nothing_after_their_moment() -> None:
    first, second = windows(SHOP, NOW, count=4)

    assert first.now_seconds - second.now_seconds == 45 * SECONDS_PER_DAY
    for window in (first, second):
        latest = window.history.interactions["occurred_at"].max()
        assert latest.timestamp() < window.now_seconds
    assert first.truth["ann"] == {"soap"}
    assert second.truth["ann"] == {"milk"}


def test_who_comes_for_the_first_time_is_asked_too() -> None:
    first, second = windows(SHOP, NOW, count=2)

    assert first.truth["bob"] == {"coffee"}
    assert "bob" not in second.truth


def test_a_basket_after_the_horizon_is_no_answer() -> None:
    (window,) = windows(SHOP, NOW, count=1, horizon_days=30)

    assert window.truth["ann"] == {"bread"}
    assert "bob" in window.truth
    assert window.now_seconds == moment_seconds(NOW) - 30 * SECONDS_PER_DAY


def test_a_season_in_which_the_shop_was_shut_ends_no_learning() -> None:
    shut = dataset_of({"ann": [(0, ["tea"]), (20, ["milk"]), (99, ["bread"])]})

    found = list(windows(shut, NOW, count=4, horizon_days=30))

    assert [each.truth for each in found] == [{"ann": {"bread"}}, {"ann": {"milk"}}]


def test_undated_windows_hide_one_more_basket_each() -> None:
    undated = dataset_of({"ann": [(0, ["tea"]), (1, ["milk"]), (2, ["soap"])]}, dated=False)

    found = list(windows(undated, None, count=5))

    assert [window.truth for window in found] == [{"ann": {"soap"}}, {"ann": {"milk"}}]
    assert {window.now_seconds for window in found} == {
        LAST_PSEUDO_DAY_SECONDS + PSEUDO_GAP_SECONDS
    }


def test_visits_teach_at_the_moment_of_each() -> None:
    shop = dataset_of(
        {
            "ann": [(0, ["tea"]), (1, ["milk"]), (2, ["soap"])],
            "bob": [(5, ["tea"]), (9, ["milk"])],
        }
    )

    found = list(windows(shop, {"ann": NOW}, count=5))

    assert [window.truth for window in found] == [
        {"ann": {"soap"}, "bob": {"milk"}},
        {"ann": {"milk"}},
    ]
    assert [window.now for window in found] == [
        {"ann": START + timedelta(days=2), "bob": START + timedelta(days=9)},
        {"ann": START + timedelta(days=1)},
    ]
    assert found[0].now_seconds == moment_seconds(START + timedelta(days=9))


def test_known_targets_with_dates_teach_at_theirs_and_earlier_baskets_at_their_own() -> None:
    shop = dataset_of({name: [(0, ["tea"]), (1, ["milk"])] for name in ("ann", "bob")})
    day = START + timedelta(days=3)
    known = dataclasses.replace(
        shop,
        targets=pd.DataFrame({"customer_id": ["ann"], "item_id": ["soap"]}),
        target_dates=pd.DataFrame({"customer_id": ["ann"], "occurred_at": [day]}),
    )

    group, earlier = windows(known, {"bob": day}, count=1)

    assert group.truth == {"ann": {"soap"}}
    assert group.now == {"ann": day}
    assert group.history.targets.empty
    assert group.history.target_dates.empty
    assert earlier.truth == {"ann": {"milk"}, "bob": {"milk"}}
    assert earlier.history.targets.empty


def test_a_history_ends_at_the_midnight_behind_it() -> None:
    assert end_of(SHOP) == NOW
    assert end_of(dataset_of({"ann": [(0, ["tea"])]}, dated=False)) is None


def test_known_targets_teach_in_groups_that_do_not_see_their_own() -> None:
    names = [f"c{number}" for number in range(7)]
    undated = dataset_of({name: [(0, ["tea"]), (1, ["milk"])] for name in names}, dated=False)
    targets = pd.DataFrame({"customer_id": names[:6], "item_id": ["soap"] * 6})
    known = dataclasses.replace(undated, targets=targets)

    found = list(windows(known, None, count=1))

    taught = [customer for window in found for customer in window.truth]
    assert sorted(taught) == names[:6]
    assert len(found) == GROUPS
    for window in found:
        others = set(names[:6]) - set(window.truth)
        assert set(window.history.targets["customer_id"]) == others
        assert window.now_seconds == moment_seconds(None)
