"""Every rule of a data set refuses the input that breaks it, and says where."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ml.dataset.dataset import Description, make_dataset
from ml.dataset.rules import Fold
from ml.dataset.violations import DatasetError
from tests.ml.dataset import corner_shop

Frame = pd.DataFrame
Spoil = Callable[[Frame], Frame]


def with_value(column: str, value: object, row: int = 0) -> Spoil:
    def spoil(frame: Frame) -> Frame:
        values = frame[column].astype(object).tolist()
        values[row] = value
        dtype = frame[column].dtype
        return frame.assign(**{column: pd.Series(values, dtype=dtype)})

    return spoil


def refusal(
    bought: Frame | None = None,
    *,
    dated: bool = True,
    items: Frame | None = None,
    targets: Frame | None = None,
    dates: Frame | None = None,
    folds: tuple[Fold, ...] = (),
) -> str:
    with pytest.raises(DatasetError) as caught:
        make_dataset(
            Description("x", dated=dated),
            corner_shop.interactions() if bought is None else bought,
            items=items,
            targets=targets,
            target_dates=dates,
            folds=folds,
        )
    return str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (with_value("quantity", -1), "quantity: must be greater than 0 (1 row"),
        (with_value("quantity", 0), "quantity: must be greater than 0 (1 row"),
        (with_value("quantity", np.nan), "quantity: must not be null (1 row"),
        (with_value("quantity", np.inf), "quantity: must be finite (1 row"),
        (with_value("unit_price", -0.5), "unit_price: must not be negative (1 row"),
        (with_value("unit_price", np.inf), "unit_price: must be finite (1 row"),
        (with_value("customer_id", None), "customer_id: must not be null (1 row"),
        (with_value("item_id", ""), "item_id: must be 1 to 128 characters"),
        (with_value("item_id", "a/b"), "item_id: must be 1 to 128 characters"),
        (with_value("item_id", "x" * 129), "item_id: must be 1 to 128 characters"),
        (with_value("basket_id", "a\n1"), "basket_id: must be 1 to 256 characters"),
        (with_value("sequence", -1), "sequence: must not be negative"),
        (with_value("item_id", "tea"), "customer_id, basket_id, item_id: must not occur twice (1"),
        (with_value("sequence", 2, row=2), "sequence: must count a customer's baskets from 0"),
        (with_value("sequence", 0, row=2), "sequence: must not be shared by baskets"),
        (with_value("sequence", 1, row=1), "sequence: must be the same throughout a basket"),
        (with_value("store", "south"), "store: must be the same throughout a basket"),
        (with_value("occurred_at", pd.NaT, row=3), "occurred_at: must not be null in a dated"),
        (
            with_value("occurred_at", pd.Timestamp("2025-12-31", tz="UTC"), row=2),
            "occurred_at: must not go back as sequence goes on (1 row, first: customer_id=ann",
        ),
        (lambda frame: frame.head(0), "must have at least one row"),
        (lambda frame: frame.drop(columns="quantity"), "quantity: is missing; found: customer_id"),
        (lambda frame: frame.assign(stor="x"), "stor: is not a column of this file"),
        (lambda f: f.assign(quantity="1"), "quantity: must be numbers, is str"),
        (lambda f: f.assign(quantity=True), "quantity: must be numbers, is bool"),
        (lambda f: f.assign(customer_id=7), "customer_id: must be strings, is int64"),
        (lambda f: f.assign(sequence=[0.0, 0, 1, 0]), "sequence: must be whole numbers"),
        (lambda f: f.assign(sequence=[0, 0, 2**31, 0]), "sequence: must be whole numbers"),
        (
            lambda f: f.assign(occurred_at=f["occurred_at"].dt.tz_localize(None)),
            "occurred_at: must be timestamps with a time zone",
        ),
    ],
)
def test_a_broken_rule_of_interactions_is_named(spoil: Spoil, message: str) -> None:
    assert f"interactions.parquet: {message}" in refusal(spoil(corner_shop.interactions()))


def test_an_undated_data_set_has_no_times_at_all() -> None:
    assert "occurred_at: must be null throughout in an undated data set" in refusal(dated=False)


def test_all_broken_rules_are_named_at_once() -> None:
    bought = corner_shop.interactions().assign(quantity=-1.0, unit_price=-1.0)

    rows = "(4 rows, first: customer_id=ann, basket_id=a1, item_id=milk)"
    assert refusal(bought).splitlines() == [
        f"interactions.parquet: quantity: must be greater than 0 {rows}",
        f"interactions.parquet: unit_price: must not be negative {rows}",
    ]


def test_an_item_is_described_once() -> None:
    twice = pd.concat([corner_shop.items()] * 2)

    assert refusal(items=twice).startswith(
        "items.parquet: item_id: must not occur twice (3 rows, first: item_id=coffee)"
    )


def test_targets_belong_to_customers_with_a_history() -> None:
    stray = pd.DataFrame({"customer_id": ["zoe"], "item_id": ["tea"]})

    assert refusal(targets=stray) == (
        "targets.parquet: customer_id: must have a history in interactions.parquet "
        "(1 row, first: customer_id=zoe, item_id=tea)"
    )


def test_a_target_date_needs_a_target_and_every_target_a_date() -> None:
    only_bob = corner_shop.targets().tail(1)
    only_ann = corner_shop.target_dates().head(1)

    message = refusal(targets=only_bob, dates=only_ann)

    assert "target_dates.parquet: customer_id: must have a target in targets.parquet" in message
    assert "targets.parquet: customer_id: must have a date in target_dates.parquet" in message


def test_a_target_does_not_lie_before_the_history() -> None:
    early = corner_shop.target_dates()
    early["occurred_at"] -= pd.Timedelta(days=30)

    assert "target_dates.parquet: occurred_at: must not lie before the customer's last" in refusal(
        targets=corner_shop.targets(), dates=early
    )


@pytest.mark.parametrize(
    ("fold", "message"),
    [
        (Fold((), (), ()), "folds[0].test: must not be empty"),
        (Fold(("ann",), (), ("ann",)), "folds[0].test: must hold no customer twice"),
        (Fold((), (), ("bob", "bob")), "folds[0].test: must hold no customer twice"),
        (Fold((), ("zoe",), ("bob",)), "folds[0].val: must be customers of targets.parquet (1 row"),
    ],
)
def test_a_broken_rule_of_folds_is_named(fold: Fold, message: str) -> None:
    assert f"folds.json: {message}" in refusal(targets=corner_shop.targets(), folds=(fold,))


def test_wider_types_other_zones_and_categories_are_taken_as_they_are_meant() -> None:
    bought = corner_shop.interactions()
    loose = bought.assign(
        customer_id=bought["customer_id"].astype("category"),
        sequence=bought["sequence"].astype("int64"),
        quantity=bought["quantity"].astype("int64"),
        occurred_at=bought["occurred_at"].dt.tz_convert("Asia/Tokyo"),
        unit_price=bought["unit_price"].astype("float64"),
    )

    pd.testing.assert_frame_equal(
        corner_shop.history_only(loose).interactions, corner_shop.history_only().interactions
    )
