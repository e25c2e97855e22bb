"""What was withdrawn was never sold; everything else is as it was."""

import dataclasses

import pandas as pd

from ml.dataset.dataset import make_dataset
from ml.dataset.withdrawal import without_purchases
from tests.ml.shopping import dataset_of

ITEMS = pd.DataFrame({"item_id": ["tea", "jam"], "name": ["Tea", "Jam"]}).assign(
    category=None, brand=None, price=None
)
SHOP = dataset_of(
    {
        "ann": [(0, ["tea", "jam"]), (5, ["jam"]), (9, ["tea"])],
        "bob": [(1, ["jam"])],
    },
    items=ITEMS,
)


def test_its_rows_are_gone_and_baskets_that_held_nothing_else_too() -> None:
    left = without_purchases(SHOP, {"jam"})

    rows = left.interactions[["customer_id", "basket_id", "sequence", "item_id"]]
    assert rows.to_numpy().tolist() == [["ann", "ann-0", 0, "tea"], ["ann", "ann-2", 1, "tea"]]
    assert rows["sequence"].dtype == SHOP.interactions["sequence"].dtype


def test_it_stays_in_the_catalogue() -> None:
    assert without_purchases(SHOP, {"jam"}).items.equals(SHOP.items)


def test_what_is_left_holds_the_rules_of_a_data_set() -> None:
    left = without_purchases(SHOP, {"jam"})

    again = make_dataset(left.description, left.interactions, items=left.items)
    assert again.interactions.equals(left.interactions)


def test_held_out_baskets_lose_it_as_well() -> None:
    asked = {"customer_id": ["ann", "ann", "bob"], "item_id": ["jam", "tea", "tea"]}
    moment = SHOP.interactions["occurred_at"].max()
    dates = {"customer_id": ["ann", "bob"], "occurred_at": [moment, moment]}
    shop = dataclasses.replace(
        SHOP, targets=pd.DataFrame(asked, dtype="str"), target_dates=pd.DataFrame(dates)
    )

    left = without_purchases(shop, {"jam"})

    assert left.targets.to_numpy().tolist() == [["ann", "tea"]]  # nothing is known of bob now
    assert left.target_dates["customer_id"].tolist() == ["ann"]
