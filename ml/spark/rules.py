"""The rules of ``ml.dataset.rules`` that every purchase of a large data set is held to.

Items, folds and dates of targets are checked with the customers at hand.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sql

from ml.dataset import columns
from ml.dataset.rules import BASKET_PATTERN, ID_PATTERN
from ml.dataset.violations import DatasetError, Violation
from ml.spark.collecting import collected

_BOUGHT = columns.INTERACTIONS.file
_ASKED = columns.TARGETS.file

Rules = Mapping[tuple[str, str], Column]
"""Column and sentence of a rule, and whether a row breaks it."""


def check(purchases: DataFrame, *, dated: bool, now: datetime) -> None:
    """Check what single rows, baskets and customers must hold.

    Args:
        purchases: as ``ml.spark.folder.read_purchases`` returns it.
        dated: whether every basket has a time, or none.
        now: no purchase may lie behind it, aware.

    Raises:
        DatasetError: naming every broken rule, with the number of rows and a customer.
    """
    bought = purchases.filter(~sql.col("held_out"))
    problems = list(_broken(_BOUGHT, bought, _of_rows()))
    if not problems:
        targets = _once_each(purchases.filter("held_out"), "customer_id", "item_id", "sequence")
        problems = [
            *_broken(_BOUGHT, bought, _of_dates(now, dated=dated)),
            *_broken(
                _BOUGHT, _once_each(bought, "customer_id", "basket_id", "item_id"), _of_items()
            ),
            *_broken(_BOUGHT, _baskets(bought), _of_baskets()),
            *_broken(_ASKED, targets, _of_targets()),
        ]
    if problems:
        raise DatasetError(problems)


def _broken(file: str, rows: DataFrame, rules: Rules) -> Iterator[Violation]:
    """Yield each rule that some rows break; all are counted in one pass."""
    counts = [sql.count_if(broken).alias(f"count_{n}") for n, broken in enumerate(rules.values())]
    firsts = [
        sql.min(sql.when(broken, sql.coalesce("customer_id", sql.lit("null")))).alias(f"first_{n}")
        for n, broken in enumerate(rules.values())
    ]
    found = collected(rows.agg(*counts, *firsts))
    for number, (column, rule) in enumerate(rules):
        count = int(found[f"count_{number}"][0])
        if count:
            first = f"customer_id={found[f'first_{number}'][0]}"
            yield Violation(file, column, rule, count, first)


def _of_rows() -> Rules:
    rules: dict[tuple[str, str], Column] = {}
    for each in columns.INTERACTIONS.columns:
        if not each.nullable:
            rules[each.name, "must not be null"] = sql.col(each.name).isNull()
    for name in ("customer_id", "item_id", "store"):
        sentence = "must be 1 to 128 characters without slash or control character"
        rules[name, sentence] = ~sql.col(name).rlike(_whole(ID_PATTERN))
    sentence = "must be 1 to 256 characters without control character"
    rules["basket_id", sentence] = ~sql.col("basket_id").rlike(_whole(BASKET_PATTERN))
    for name in ("quantity", "unit_price"):
        endless = sql.isnan(name) | (sql.abs(name) == float("inf"))
        rules[name, "must be finite"] = endless & sql.col(name).isNotNull()
    rules["quantity", "must be greater than 0"] = sql.col("quantity") <= 0
    rules["unit_price", "must not be negative"] = sql.col("unit_price") < 0
    rules["sequence", "must not be negative"] = sql.col("sequence") < 0
    return rules


def _of_dates(now: datetime, *, dated: bool) -> Rules:
    if dated:
        sentence = "must not be null in a dated data set (dataset.json: dated is true)"
        late = f"must not lie in the future, and it is {now:%Y-%m-%d %H:%M} UTC"
        return {
            ("occurred_at", sentence): sql.isnull("occurred_at"),
            ("occurred_at", late): sql.col("occurred_at") > sql.lit(now),
        }
    sentence = "must be null throughout in an undated data set (dataset.json: dated is false)"
    return {("occurred_at", sentence): sql.isnotnull("occurred_at")}


def _whole(pattern: str) -> str:
    """Return a pattern of a whole text, as Java writes it."""
    return rf"\A{pattern}\z"


def _once_each(rows: DataFrame, *key: str) -> DataFrame:
    """Return every key and how many rows have it."""
    return rows.groupBy(*key).agg(sql.count("*").alias("times"))


def _of_items() -> Rules:
    key = "customer_id, basket_id, item_id"
    return {(key, "must not occur twice"): sql.col("times") > 1}


def _of_targets() -> Rules:
    return {
        ("customer_id, item_id", "must not occur twice"): sql.col("times") > 1,
        ("customer_id", "must have a history in interactions.parquet"): sql.isnull("sequence"),
    }


def _baskets(bought: DataFrame) -> DataFrame:
    """Return the baskets of each customer in order, each with what the one before it was."""
    facts = ("sequence", "occurred_at", "store")
    baskets = bought.groupBy("customer_id", "basket_id").agg(
        sql.count("*").alias("rows"),
        *(sql.min(name).alias(name) for name in facts),
        *(sql.max(name).alias(f"{name}_too") for name in facts),
        *(sql.count(name).alias(f"{name}_rows") for name in facts),
    )
    order = Window.partitionBy("customer_id").orderBy("sequence")
    for name in ("sequence", "occurred_at"):
        baskets = baskets.withColumn(f"{name}_before", sql.lag(name).over(order))
    return baskets


def _of_baskets() -> Rules:
    rules: dict[tuple[str, str], Column] = {}
    for name in ("sequence", "occurred_at", "store"):
        given = sql.col(f"{name}_rows")
        differs = sql.col(name) != sql.col(f"{name}_too")
        partly = (given > 0) & (given < sql.col("rows"))
        rules[name, "must be the same throughout a basket"] = differs | partly
    sequence, before = sql.col("sequence"), sql.col("sequence_before")
    expected = sql.coalesce(before + 1, sql.lit(0))
    shared = sequence.eqNullSafe(before)
    rules["sequence", "must not be shared by baskets of a customer"] = shared
    gap = "must count a customer's baskets from 0 without gaps"
    rules["sequence", gap] = (sequence != expected) & ~shared
    back = "must not go back as sequence goes on"
    rules["occurred_at", back] = sql.col("occurred_at") < sql.col("occurred_at_before")
    return rules
