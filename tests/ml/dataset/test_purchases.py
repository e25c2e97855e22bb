"""A data set is told basket by basket, in order of time."""

from datetime import UTC, datetime

import pytest

from ml.dataset.purchases import PurchaseLine, PurchaseRecord, UndatedError, purchase_records
from tests.ml.dataset import corner_shop


def test_baskets_are_told_in_order_of_time_with_their_lines() -> None:
    records = list(purchase_records(corner_shop.dataset()))

    assert [(each.customer_id, each.basket_id) for each in records] == [
        ("ann", "a1"),
        ("bob", "b1"),
        ("ann", "a2"),
    ]
    assert records[1] == PurchaseRecord(
        "bob",
        "b1",
        datetime(2026, 1, 3, tzinfo=UTC),
        store="south",
        channel="store",
        lines=(PurchaseLine("coffee", 1.0, 4.0, category="Coffee"),),
    )
    assert [line.item_id for line in records[0].lines] == ["milk", "tea"]


def test_what_is_not_known_is_none_and_a_basket_of_no_store_is_of_the_web() -> None:
    last = list(purchase_records(corner_shop.dataset()))[-1]

    assert (last.store, last.channel) == (None, "web")
    assert last.lines == (PurchaseLine("tea", 1.0, None, category="Tea", brand="Harbour"),)


def test_an_item_that_no_catalogue_knows_has_no_category_and_no_brand() -> None:
    first = next(purchase_records(corner_shop.history_only()))

    assert {(line.category, line.brand) for line in first.lines} == {("", "")}


def test_where_no_basket_has_a_store_all_are_of_the_store_channel() -> None:
    shop = corner_shop.history_only(corner_shop.interactions().drop(columns="store"))

    assert {each.channel for each in purchase_records(shop)} == {"store"}


def test_an_undated_data_set_cannot_be_told() -> None:
    bought = corner_shop.interactions().assign(occurred_at=None)

    with pytest.raises(UndatedError):
        next(purchase_records(corner_shop.history_only(bought, dated=False)))
