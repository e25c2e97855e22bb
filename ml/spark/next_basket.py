"""The sums of the next-basket regression as Spark jobs; it is solved where it always is.

Only sums over all lessons leave the executors: tables of items, not of customers.
"""

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sql

from ml.model.history import MAX_RECENT_BASKETS
from ml.model.lists import RelatedLists
from ml.model.next_basket import FADING
from ml.spark.collecting import collected
from ml.spark.histories import Histories
from ml.training.next_basket import (
    HALF_LIFE_DAYS,
    LESSONS,
    Sums,
    largest_weights,
    taking_part,
)
from ml.training.purchases import SECONDS_PER_DAY

_LESSON = ["customer", "lesson"]


def next_items(
    histories: Histories, counts: NDArray[np.float32], latest_seconds: int
) -> RelatedLists:
    """See ``ml.training.next_basket.next_items``.

    Args:
        histories: everything that may be known.
        counts: float32 [items], how many baskets hold each.
        latest_seconds: when the latest purchase was.
    """
    chosen = taking_part(counts)
    places = np.full(len(counts), -1, np.int32)
    places[chosen] = np.arange(len(chosen), dtype=np.int32)
    bought = _among(histories.rows, places)
    lessons = _lessons(histories, latest_seconds)
    before = _before(bought, lessons).cache()
    came = bought.withColumnRenamed("sequence", "lesson").join(lessons, _LESSON)
    sums = _sums(before, came, lessons, len(chosen))
    before.unpersist()
    return largest_weights(sums, chosen, len(counts))


def _among(rows: DataFrame, places: NDArray[np.int32]) -> DataFrame:
    """Return ``customer``, ``sequence`` and ``place`` of the rows whose items take part."""
    found = np.flatnonzero(places >= 0)
    pairs = list(zip(found.tolist(), places[found].tolist(), strict=True))
    table = rows.sparkSession.createDataFrame(pairs, "item int, place int")
    return rows.join(sql.broadcast(table), "item").select("customer", "sequence", "place")


def _lessons(histories: Histories, latest_seconds: int) -> DataFrame:
    """Return ``customer``, ``lesson`` (a basket's sequence) and ``weight``."""
    customer = Window.partitionBy("customer")
    baskets = histories.baskets.select("customer", "sequence", "seconds")
    baskets = baskets.withColumn("first", sql.min("sequence").over(customer))
    baskets = baskets.withColumn("end", sql.max("sequence").over(customer))
    is_lesson = (sql.col("sequence") > sql.col("first")) & (
        sql.col("end") - sql.col("sequence") < LESSONS
    )
    ages = (sql.lit(latest_seconds) - sql.col("seconds")) / SECONDS_PER_DAY
    return baskets.filter(is_lesson).select(
        "customer",
        sql.col("sequence").alias("lesson"),
        sql.pow(sql.lit(0.5), ages / HALF_LIFE_DAYS).alias("weight"),
    )


def _before(bought: DataFrame, lessons: DataFrame) -> DataFrame:
    """Return X and D: ``customer``, ``lesson``, ``place``, ``value`` and ``weight``."""
    ago = sql.col("lesson") - sql.col("sequence")
    faded = sql.pow(sql.lit(FADING), ago - 1)
    summed = (
        bought.join(lessons, "customer")
        .filter((ago >= 1) & (ago <= MAX_RECENT_BASKETS))
        .groupBy(*_LESSON, "place")
        .agg(sql.sum(faded).alias("faded"), sql.first("weight").alias("weight"))
    )
    length = sql.sqrt(sql.sum(sql.col("faded") ** 2).over(Window.partitionBy(*_LESSON)))
    return summed.select(*_LESSON, "place", (sql.col("faded") / length).alias("value"), "weight")


def _sums(before: DataFrame, came: DataFrame, lessons: DataFrame, size: int) -> Sums:
    history = before.select(
        *_LESSON,
        sql.col("place").alias("left"),
        (sql.col("value") * sql.col("weight")).alias("weighted"),
    )
    gram = history.join(before, _LESSON).groupBy("left", "place")
    outcome = history.join(came.select(*_LESSON, "place"), _LESSON).groupBy("left", "place")
    return Sums(
        _matrix(gram.agg(sql.sum(sql.col("weighted") * sql.col("value")).alias("sum")), size),
        _matrix(outcome.agg(sql.sum("weighted").alias("sum")), size),
        _vector(history.groupBy(sql.col("left").alias("place")).agg(sql.sum("weighted")), size),
        _vector(came.groupBy("place").agg(sql.sum("weight")), size),
        float(lessons.agg(sql.coalesce(sql.sum("weight"), sql.lit(0.0))).first()[0]),
    )


def _matrix(sums: DataFrame, size: int) -> NDArray[np.float64]:
    found = collected(sums)
    matrix = np.zeros((size, size))
    matrix[found["left"], found["place"]] = found["sum"]
    return matrix


def _vector(sums: DataFrame, size: int) -> NDArray[np.float64]:
    found = collected(sums.toDF("place", "sum"))
    vector = np.zeros(size)
    vector[found["place"]] = found["sum"]
    return vector
