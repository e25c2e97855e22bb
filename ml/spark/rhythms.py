"""What rhythms are made of, counted as Spark jobs.

``ml.training.artefacts.rhythms`` makes them of it.
"""

from pyspark.sql import Window
from pyspark.sql import functions as sql

from ml.model.history import MIN_BASKET_GAP_DAYS
from ml.spark.collecting import collected, per_item
from ml.spark.histories import Histories
from ml.training.artefacts.purchases import SECONDS_PER_DAY
from ml.training.artefacts.rhythms import RepurchaseSums


def repurchase_sums(histories: Histories) -> RepurchaseSums:
    """Return what was bought again and after how long; 0 for an item without rows."""
    buyers = collected(
        histories.counts.groupBy("item").agg(
            sql.count("*").alias("buyers"), sql.count_if(sql.col("count") > 1).alias("returning")
        )
    )
    in_order = Window.partitionBy("customer", "item").orderBy("sequence")
    seconds = sql.col("seconds") - sql.lag("seconds").over(in_order)
    days = sql.greatest(seconds / SECONDS_PER_DAY, sql.lit(MIN_BASKET_GAP_DAYS))
    spaced = histories.rows.select("item", seconds.alias("gap"), sql.log(days).alias("log"))
    gaps = collected(
        spaced.filter(sql.col("gap").isNotNull())
        .groupBy("item")
        .agg(
            sql.count("*").alias("gaps"),
            sql.sum("log").alias("logs"),
            sql.sum(sql.col("log") * sql.col("log")).alias("squares"),
        )
    )
    n = len(histories.item_ids)
    return RepurchaseSums(
        buyers=per_item(buyers["item"], buyers["buyers"], n),
        returning=per_item(buyers["item"], buyers["returning"], n),
        gaps=per_item(gaps["item"], gaps["gaps"], n),
        logs=per_item(gaps["item"], gaps["logs"], n),
        squares=per_item(gaps["item"], gaps["squares"], n),
    )
