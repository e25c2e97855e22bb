"""Spark refuses what one machine refuses, in the same words."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytest.importorskip("pyspark", reason="pyspark is in the environment of make setup-spark alone")

from ml.dataset.folder import read_dataset, write_dataset
from ml.dataset.learnable import check_learnable
from ml.dataset.violations import DatasetError
from ml.spark.folder import read_purchases
from ml.spark.rules import check
from tests.ml.shopping import dataset_of

DATASET = dataset_of(
    {
        "ann": [(0, ["milk", "tea"]), (7, ["tea"]), (14, ["soap", "tea"])],
        "bob": [(0, ["milk"]), (5, ["tea"])],
    },
    stores={"ann": "north"},
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

Spoil = Callable[[pd.DataFrame], object]


def set_value(row: int, column: str, value: Any) -> Spoil:
    def spoil(frame: pd.DataFrame) -> None:
        frame[column] = frame[column].where(frame.index != row, value)

    return spoil


SPOILT: dict[str, Spoil] = {
    "null": set_value(2, "item_id", None),
    "slash": set_value(2, "item_id", "te/a"),
    "newline": set_value(6, "customer_id", "bob\n"),
    "nothing bought": set_value(0, "quantity", 0.0),
    "negative price": set_value(1, "unit_price", -1.0),
    "endless": set_value(1, "quantity", float("inf")),
    "no date": set_value(3, "occurred_at", pd.NaT),
    "another time in a basket": set_value(0, "occurred_at", pd.Timestamp("2025-12-31", tz="UTC")),
    "another store in a basket": set_value(0, "store", "south"),
    "no store in a part of a basket": set_value(0, "store", None),
    "a gap": set_value(6, "sequence", 3),
    "a shared place": set_value(6, "sequence", 0),
    "back in time": set_value(2, "occurred_at", pd.Timestamp("2025-12-31", tz="UTC")),
    "twice": set_value(0, "item_id", "tea"),
}


def sentences(error: DatasetError) -> set[tuple[str, str, str]]:
    return {(each.file, each.column, each.rule) for each in error.violations}


def spoilt_folder(tmp_path: Path, spoil: Spoil) -> Path:
    folder = tmp_path / "dataset"
    write_dataset(DATASET, folder)
    path = folder / "interactions.parquet"
    frame = pd.read_parquet(path)
    spoil(frame)
    frame.to_parquet(path, index=False)
    return folder


def checked(spark: Any, folder: Path) -> None:
    check(read_purchases(spark, folder, dated=True), dated=True, now=NOW)


def test_good_data_pass(spark: Any, tmp_path: Path) -> None:
    checked(spark, spoilt_folder(tmp_path, lambda frame: None))


@pytest.mark.parametrize("name", SPOILT)
def test_what_one_machine_refuses_is_refused(spark: Any, tmp_path: Path, name: str) -> None:
    folder = spoilt_folder(tmp_path, SPOILT[name])
    with pytest.raises(DatasetError) as expected:
        read_dataset(folder)
    with pytest.raises(DatasetError) as found:
        checked(spark, folder)
    assert sentences(found.value) == sentences(expected.value)


def test_a_purchase_in_the_future_is_named(spark: Any, tmp_path: Path) -> None:
    late = set_value(6, "occurred_at", pd.Timestamp("2026-06-02", tz="UTC"))
    folder = spoilt_folder(tmp_path, late)
    with pytest.raises(DatasetError) as expected:
        check_learnable(read_dataset(folder), now=NOW)
    with pytest.raises(DatasetError) as found:
        checked(spark, folder)
    assert sentences(found.value) == sentences(expected.value)


def test_a_missing_and_an_unknown_column_are_named(spark: Any, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    write_dataset(DATASET, folder)
    path = folder / "interactions.parquet"
    frame = pd.read_parquet(path).rename(columns={"item_id": "item"})
    frame["sequence"] = frame["sequence"].astype(str)
    frame.to_parquet(path, index=False)
    with pytest.raises(DatasetError) as error:
        read_purchases(spark, folder, dated=True)
    told = str(error.value)
    assert "interactions.parquet: item: is not a column of this file" in told
    assert "interactions.parquet: item_id: is missing; found: customer_id" in told
    assert "interactions.parquet: sequence: must be int, is string" in told


def test_a_file_that_is_no_parquet_is_told(spark: Any, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    write_dataset(DATASET, folder)
    (folder / "interactions.parquet").write_text("nothing of the kind")
    with pytest.raises(DatasetError, match=r"interactions\.parquet: is not readable as Parquet"):
        read_purchases(spark, folder, dated=True)


def test_a_target_without_a_history_is_named(spark: Any, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    write_dataset(DATASET, folder)
    strays = pd.DataFrame({"customer_id": ["zoe"], "item_id": ["tea"]})
    strays.to_parquet(folder / "targets.parquet", index=False)
    purchases = read_purchases(spark, folder, dated=False)
    with pytest.raises(DatasetError, match=r"targets.parquet: customer_id: must have a history"):
        check(purchases, dated=True, now=NOW)
