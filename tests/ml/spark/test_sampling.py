"""The customers at hand are few, always the same, whole, and told apart from all."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytest.importorskip("pyspark", reason="pyspark is in the environment of make setup-spark alone")

from ml.dataset.dataset import Dataset, make_dataset
from ml.dataset.digest import digest as digest_on_one_machine
from ml.dataset.rules import Fold
from ml.spark.digest import digest
from ml.spark.sampling import drawn_customers
from tests.ml.shopping import checkered
from tests.ml.spark.conftest import Read


def town() -> Dataset:
    """Return 20 customers, the next basket of the first ten, half of them for testing."""
    dataset = checkered(customers=20, days=60)
    customers = sorted(dataset.interactions["customer_id"].unique())[:10]
    targets = pd.DataFrame({"customer_id": customers, "item_id": "item-01"})
    dates = pd.DataFrame({"customer_id": customers})
    dates["occurred_at"] = pd.Timestamp("2026-06-01", tz="UTC")
    return make_dataset(
        dataset.description,
        dataset.interactions,
        items=pd.DataFrame({"item_id": ["item-01"], "name": "tea"}).assign(
            category=None, brand=None, price=None
        ),
        targets=targets,
        target_dates=dates,
        folds=(Fold((), tuple(customers[:5]), tuple(customers[5:])),),
    )


def test_all_customers_are_the_data_set_itself(purchases: Read, tmp_path: Path) -> None:
    dataset = town()
    rows = purchases(dataset)

    found = drawn_customers(rows, tmp_path / "dataset", count=100)

    assert digest_on_one_machine(found) == digest_on_one_machine(dataset)
    assert digest(rows, found) == digest_on_one_machine(dataset)


def test_a_draw_is_whole_and_always_the_same(purchases: Read, tmp_path: Path) -> None:
    dataset = town()
    rows = purchases(dataset)

    found = drawn_customers(rows, tmp_path / "dataset", count=12)

    customers = set(found.interactions["customer_id"])
    assert len(customers) == 12
    of_them = dataset.interactions[dataset.interactions["customer_id"].isin(customers)]
    assert len(found.interactions) == len(of_them)
    assert set(found.targets["customer_id"]) == customers & set(dataset.targets["customer_id"])
    assert set(found.folds[0].test) == customers & set(dataset.folds[0].test)
    assert len(found.items) == 1
    again = drawn_customers(rows.repartition(3), tmp_path / "dataset", count=12)
    assert digest_on_one_machine(again) == digest_on_one_machine(found)


def test_the_digest_sees_customers_that_are_not_at_hand(
    purchases: Read, tmp_path: Path, spark: Any
) -> None:
    from pyspark.sql import functions as sql  # noqa: PLC0415

    rows = purchases(town())
    at_hand = drawn_customers(rows, tmp_path / "dataset", count=5)
    stranger = next(
        row["customer_id"]
        for row in rows.select("customer_id").distinct().collect()
        if row["customer_id"] not in set(at_hand.interactions["customer_id"])
    )
    other = rows.withColumn(
        "quantity",
        sql.when(sql.col("customer_id") == stranger, sql.lit(2.0)).otherwise(sql.col("quantity")),
    )

    found = digest(rows, at_hand)

    assert found == digest(rows.repartition(3), at_hand)
    assert found != digest(other, at_hand)
    assert found != digest_on_one_machine(at_hand)
