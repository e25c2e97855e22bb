"""Purchase histories as Spark holds them: rows of numbers, split by customer, that stay there.

The form of ``ml.training.artefacts.purchases``, with the same pseudo-weeks for undated data.
Histories are read and numbered once; what was known at an earlier moment is a part of their rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sql

from ml.spark.collecting import collected
from ml.training.artefacts.purchases import LAST_PSEUDO_DAY_SECONDS, PSEUDO_GAP_SECONDS

_PLACE_BITS = 33
"""Of ``monotonically_increasing_id``, these bits count within a part; the others name the part."""


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Histories of customers.

    Attributes:
        rows: one row per item in a basket: ``customer`` int, ``sequence`` int, ``seconds`` long,
            ``item`` int, ``store`` int or null, ``held_out``, and ``last``, the ``sequence`` of
            the customer's latest basket. Split by customer; in a part, ordered by customer,
            sequence and item.
        item_ids: ids of the items, ascending; at an earlier moment some have no row.
        store_ids: ids of the stores, ascending; at an earlier moment some have no row.
        customers: ``customer_id`` and ``customer`` of everybody.
    """

    rows: DataFrame
    item_ids: tuple[str, ...]
    store_ids: tuple[str, ...]
    customers: DataFrame

    @property
    def baskets(self) -> DataFrame:
        """Return one row per basket: ``customer``, ``sequence``, ``seconds``, ``store``."""
        return self.rows.select("customer", "sequence", "seconds", "store").distinct()

    @property
    def counts(self) -> DataFrame:
        """Return ``customer``, ``item``, ``count``: in how many baskets of a customer each was."""
        return self.rows.groupBy("customer", "item").count()

    def before(self, moment_seconds: int) -> "Histories":
        """Return what was known right before a moment of dated data."""
        return self._of(sql.col("seconds") < moment_seconds)

    def without_targets(self) -> "Histories":
        """Return the histories without held-out baskets."""
        return self._of(~sql.col("held_out"))

    def without_last_baskets(self, count: int) -> "Histories":
        """Return what was known before everybody's last ``count`` baskets, in pseudo-weeks.

        The first basket of a customer stays, as ``ml.dataset.split.last_basket_split`` leaves it.
        """
        last = sql.greatest(sql.col("last") - count, sql.lit(0))
        known = self.rows.filter(sql.col("sequence") <= last).withColumn("last", last)
        return replace(self, rows=_in_pseudo_weeks(known, sql.col("last")))

    def with_targets_of(self, customer_ids: Iterable[str]) -> "Histories":
        """Return the histories in pseudo-weeks, with the held-out baskets of these customers alone.

        A held-out basket lies a pseudo-week behind everybody's last one.
        """
        session = self.rows.sparkSession
        ids = session.createDataFrame(
            pa.table({"customer_id": pa.array(customer_ids, pa.string())})
        )
        told = self.customers.join(sql.broadcast(ids), "customer_id", "left_semi")
        told = told.select("customer", sql.expr("true").alias("told"))
        rows = self.rows.join(sql.broadcast(told), "customer", "left")
        rows = rows.filter(~sql.col("held_out") | sql.col("told")).drop("told")
        in_history = sql.when(~sql.col("held_out"), sql.col("sequence"))
        end = sql.max(in_history).over(Window.partitionBy("customer"))
        rows = _in_pseudo_weeks(rows, end).withColumn("last", _last_of_customer())
        return replace(self, rows=rows)

    def _of(self, kept: Column) -> "Histories":
        rows = self.rows.filter(kept).withColumn("last", _last_of_customer())
        return replace(self, rows=rows)


def histories_of(bought: DataFrame, *, partition_count: int) -> Histories:
    """Number customers, items and stores, and keep the rows where they can be asked often.

    Args:
        bought: as ``ml.spark.folder.read_purchases`` returns it.
        partition_count: parts that the rows are split into.
    """
    items = _distinct(bought, "item_id")
    stores = _distinct(bought.filter(sql.col("store").isNotNull()), "store")
    customers = _numbered_customers(bought)
    numbered = (
        bought.join(customers, "customer_id")
        .join(sql.broadcast(_numbers(bought, items, "item_id", "item")), "item_id")
        .join(sql.broadcast(_numbers(bought, stores, "store", "store_row")), "store", "left")
    )
    rows = numbered.select(
        "customer",
        sql.col("sequence").cast("int"),
        sql.unix_seconds("occurred_at").alias("seconds"),
        "item",
        sql.col("store_row").alias("store"),
        "held_out",
    ).repartition(partition_count, "customer")
    rows = rows.withColumn("last", _last_of_customer())
    rows = rows.sortWithinPartitions("customer", "sequence", "item")
    return Histories(rows.persist(StorageLevel.MEMORY_AND_DISK), items, stores, customers)


def _distinct(bought: DataFrame, column: str) -> tuple[str, ...]:
    return tuple(sorted(collected(bought.select(column).distinct())[column].tolist()))


def _numbers(bought: DataFrame, ids: tuple[str, ...], name: str, number: str) -> DataFrame:
    """Return a frame of ids and their places."""
    table = pa.table(
        {name: pa.array(ids, pa.string()), number: pa.array(range(len(ids)), pa.int32())}
    )
    return bought.sparkSession.createDataFrame(table)


def _numbered_customers(bought: DataFrame) -> DataFrame:
    """Return ``customer_id`` and ``customer``, numbers from 0 without gaps.

    Written down in between: computed twice, the same customer could get another number.
    """
    marked = bought.select("customer_id").distinct()
    marked = marked.withColumn("mark", sql.monotonically_increasing_id()).checkpoint()
    part = sql.shiftright("mark", _PLACE_BITS)
    sizes = marked.groupBy(part.alias("part")).count()
    offset = sql.sum("count").over(
        Window.orderBy("part").rowsBetween(Window.unboundedPreceding, -1)
    )
    offsets = sizes.select("part", sql.coalesce(offset, sql.lit(0)).alias("offset"))
    place = sql.col("mark").bitwiseAND((1 << _PLACE_BITS) - 1)
    return marked.join(sql.broadcast(offsets), part == sql.col("part")).select(
        "customer_id", (sql.col("offset") + place).cast("int").alias("customer")
    )


def _in_pseudo_weeks(rows: DataFrame, end: Column) -> DataFrame:
    """Return the rows with the basket ``end`` of each customer on the last pseudo-day."""
    since = (end - sql.col("sequence")).cast("long")
    seconds = sql.lit(LAST_PSEUDO_DAY_SECONDS) - since * PSEUDO_GAP_SECONDS
    return rows.withColumn("seconds", seconds)


def _last_of_customer() -> Column:
    return sql.max("sequence").over(Window.partitionBy("customer"))
