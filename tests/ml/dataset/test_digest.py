"""Same data, same digest; other data, another."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset, write_dataset
from ml.dataset.rules import Fold
from tests.ml.dataset import corner_shop


def test_the_order_of_rows_makes_no_difference() -> None:
    shop = corner_shop.dataset()
    shuffled = make_dataset(
        shop.description,
        shop.interactions.sample(frac=1, random_state=1),
        items=shop.items.iloc[::-1],
        targets=shop.targets.iloc[::-1],
        target_dates=shop.target_dates.iloc[::-1],
        folds=shop.folds,
    )

    assert digest(shuffled) == digest(shop)


def test_whoever_wrote_the_file_makes_no_difference(tmp_path: Path) -> None:
    write_dataset(corner_shop.dataset(), tmp_path / "x")
    file = tmp_path / "x" / "interactions.parquet"
    pd.read_parquet(file).to_parquet(file, compression="gzip", index=True)

    assert digest(read_dataset(tmp_path / "x")) == digest(corner_shop.dataset())


def test_name_source_and_licence_make_no_difference() -> None:
    shop = corner_shop.dataset()
    renamed = dataclasses.replace(shop, description=Description("other", dated=True, licence="CC0"))

    assert digest(renamed) == digest(shop)


def changed(**columns: pd.Series) -> Callable[[Dataset], Dataset]:
    return lambda shop: dataclasses.replace(shop, interactions=shop.interactions.assign(**columns))


@pytest.mark.parametrize(
    "change",
    [
        changed(quantity=pd.Series([1, 2, 1, 1.5], dtype="float32")),
        changed(unit_price=pd.Series([0.9, 2.5, 0.0, 4.0], dtype="float32")),
        changed(item_id=pd.Series(["milk", "tea", "teas", "coffee"], dtype="str")),
        changed(store=pd.Series(["north", "north", None, None], dtype="str")),
        lambda shop: dataclasses.replace(shop, targets=shop.targets.head(1)),
        lambda shop: dataclasses.replace(shop, items=shop.items.head(1)),
        lambda shop: dataclasses.replace(shop, folds=(Fold((), (), ("bob", "ann")),)),
        lambda shop: dataclasses.replace(shop, folds=()),
        lambda shop: dataclasses.replace(
            shop, description=Description("x", dated=True, ndcg_ideal="truncated")
        ),
    ],
)
def test_other_content_has_another_digest(change: Callable[[Dataset], Dataset]) -> None:
    shop = corner_shop.dataset()

    assert digest(change(shop)) != digest(shop)


def test_characters_do_not_move_between_neighbouring_values() -> None:
    bought = corner_shop.interactions().iloc[[0, 3]]
    one = bought.assign(customer_id=["an", "nbob"], item_id=["tea", "tea"])
    other = bought.assign(customer_id=["ann", "bob"], item_id=["tea", "tea"])

    assert digest(corner_shop.history_only(one)) != digest(corner_shop.history_only(other))


def test_the_digest_is_what_it_was() -> None:
    """Runs that are compared were made at different times: the format must not drift."""
    assert digest(corner_shop.dataset()) == (
        "40ebac6cccf9d99b6324a0b7ce09a3e57da506eaa6a7b8c4904f166fa5b9f82b"
    )
