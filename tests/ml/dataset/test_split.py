"""Splits are by time: nothing from the cut on is in a history."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.split import (
    SplitError,
    calendar_split,
    last_basket_split,
    last_cut,
    timeline,
)
from tests.ml.dataset import corner_shop


def shop(days: dict[str, list[str]]) -> Dataset:
    """Customers with a basket of one item, named after the day, on each day of 2026 given."""
    rows = [
        (
            customer,
            f"b{number}",
            number,
            pd.Timestamp(f"2026-{day} 12:00", tz="UTC"),
            day,
            1.0,
            None,
        )
        for customer, calendar in days.items()
        for number, day in enumerate(calendar)
    ]
    names = [
        "customer_id", "basket_id", "sequence", "occurred_at", "item_id", "quantity", "unit_price",
    ]  # fmt: skip
    bought = pd.DataFrame(rows, columns=names)
    bought["occurred_at"] = pd.to_datetime(bought["occurred_at"], utc=True)
    return make_dataset(Description("x", dated=True), bought)


def test_a_calendar_cut_asks_for_the_first_basket_from_the_cut_on() -> None:
    events = timeline(
        shop(
            {
                "regular": ["01-01", "02-01", "03-01", "03-10"],
                "new": ["02-01", "03-02"],
                "gone": ["01-01", "01-02"],
                "late": ["01-01", "01-05", "05-01"],
            }
        )
    )

    split = calendar_split(events, datetime(2026, 3, 1, tzinfo=UTC))

    assert split.customer_ids == ("regular",)
    assert split.truth["item_id"].tolist() == ["03-01"]
    assert split.history["occurred_at"].max() < pd.Timestamp("2026-03-01", tz="UTC")
    assert set(split.history["customer_id"]) == {"regular", "new", "gone", "late"}
    assert split.cut == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_basket_at_the_very_moment_of_the_cut_is_hidden() -> None:
    events = timeline(shop({"ann": ["01-01", "01-02", "01-03"]}))

    split = calendar_split(events, datetime(2026, 1, 3, 12, tzinfo=UTC))

    assert split.truth["item_id"].tolist() == ["01-03"]
    assert split.history["item_id"].tolist() == ["01-01", "01-02"]


def test_the_last_cut_leaves_a_whole_horizon() -> None:
    events = timeline(shop({"ann": ["01-01", "06-30"]}))

    assert last_cut(events) == datetime(2026, 5, 17, tzinfo=UTC)
    assert last_cut(events, horizon_days=1) == datetime(2026, 6, 30, tzinfo=UTC)


def test_held_out_baskets_take_their_place_on_the_timeline() -> None:
    events = timeline(corner_shop.dataset())

    held_out = events[events["basket_id"] == "target"]
    assert held_out[["customer_id", "sequence", "item_id"]].values.tolist() == [
        ["ann", 2, "tea"],
        ["bob", 1, "milk"],
    ]
    assert held_out["occurred_at"].dt.day.tolist() == [9, 10]
    assert list(events.dtypes) == list(corner_shop.dataset().interactions.dtypes)


def test_undated_held_out_baskets_take_their_place_by_order_alone() -> None:
    dated = corner_shop.dataset()
    hidden = pd.Series(pd.NaT, index=dated.interactions.index, dtype="datetime64[us, UTC]")
    undated = make_dataset(
        Description("x", dated=False),
        dated.interactions.assign(occurred_at=hidden),
        targets=dated.targets,
    )

    events = timeline(undated)

    assert len(events) == len(dated.interactions) + len(dated.targets)
    assert events["occurred_at"].isna().all()
    assert events["occurred_at"].dtype == dated.interactions["occurred_at"].dtype


def test_targets_without_dates_have_no_place_on_it() -> None:
    undated = make_dataset(
        Description("x", dated=True), corner_shop.interactions(), targets=corner_shop.targets()
    )

    with pytest.raises(SplitError, match=r"target_dates\.parquet"):
        timeline(undated)


def test_an_undated_data_set_has_no_calendar() -> None:
    bought = corner_shop.interactions().assign(occurred_at=None)
    events = timeline(corner_shop.history_only(bought, dated=False))

    with pytest.raises(SplitError, match="last-basket protocol"):
        last_cut(events)


def test_a_cut_at_which_nobody_can_be_asked_is_refused() -> None:
    events = timeline(shop({"ann": ["01-01", "01-02"]}))

    with pytest.raises(SplitError, match="nobody has 2 baskets before 2026-01-02"):
        calendar_split(events, datetime(2026, 1, 2, tzinfo=UTC))


def test_without_targets_the_last_basket_is_hidden() -> None:
    split = last_basket_split(shop({"ann": ["01-01", "01-02", "01-03"], "bob": ["01-01", "01-02"]}))

    assert split.truth.values.tolist() == [["ann", "01-03"]]
    assert split.history[["customer_id", "item_id"]].values.tolist() == [
        ["ann", "01-01"],
        ["ann", "01-02"],
        ["bob", "01-01"],
        ["bob", "01-02"],
    ]
    assert split.cut is None


def test_with_targets_they_are_what_is_hidden() -> None:
    split = last_basket_split(corner_shop.dataset())

    assert split.customer_ids == ("ann", "bob")
    assert len(split.history) == 4


def test_nobody_with_enough_baskets_is_an_error() -> None:
    with pytest.raises(SplitError, match="nobody has 2 baskets besides the last"):
        last_basket_split(corner_shop.history_only())
