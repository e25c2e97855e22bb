"""The customers at hand: as many as the driver may hold, drawn of all, with all their baskets."""

from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from ml.dataset.dataset import Dataset, make_dataset
from ml.dataset.folder import read_description, read_folds, read_items
from ml.dataset.rules import Fold

_DRAW = "ofone"
"""Hashed with a customer's id, so that a draw has to do with nothing else that hashes ids."""


def drawn_customers(purchases: DataFrame, folder: Path, *, count: int) -> Dataset:
    """Return the data set of ``count`` customers, the same at every call; of all, if fewer.

    Args:
        purchases: as ``ml.spark.folder.read_purchases`` returns it.
        folder: the dataset folder they were read from.
        count: how many customers the driver may hold.

    Raises:
        DatasetError: when their purchases, the items or the folds break rules.
    """
    histories = purchases.filter(~sql.col("held_out"))
    place = sql.xxhash64(sql.lit(_DRAW), sql.col("customer_id"))
    drawn = histories.select("customer_id").distinct().orderBy(place, "customer_id").limit(count)
    rows = purchases.join(sql.broadcast(drawn), "customer_id")
    bought = _frame(rows.filter(~sql.col("held_out")).drop("held_out"))
    held_out = _frame(rows.filter("held_out").select("customer_id", "item_id", "occurred_at"))
    dates = held_out[["customer_id", "occurred_at"]].dropna().drop_duplicates()
    customers = set(bought["customer_id"])
    return make_dataset(
        read_description(folder),
        bought,
        items=read_items(folder),
        targets=held_out[["customer_id", "item_id"]],
        target_dates=dates,
        folds=tuple(_among(customers, each) for each in read_folds(folder)),
    )


def _frame(rows: DataFrame) -> pd.DataFrame:
    frame: pd.DataFrame = rows.toArrow().to_pandas()
    return frame


def _among(customers: set[str], fold: Fold) -> Fold:
    train, val, test = (
        tuple(each for each in part if each in customers)
        for part in (fold.train, fold.val, fold.test)
    )
    return Fold(train, val, test)
