"""How many baskets hold an item, lately and ever, as Spark jobs."""

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import functions as sql

from ml.spark.collecting import collected, per_item
from ml.spark.histories import Histories
from ml.training.artefacts.bundle_arrays import POPULARITY_DAYS
from ml.training.artefacts.next_basket import PRESENT_HALF_LIFE_DAYS
from ml.training.artefacts.purchases import SECONDS_PER_DAY


def as_of_seconds(histories: Histories) -> int:
    """Return when the latest purchase was, seconds since 1970."""
    return int(collected(histories.rows.agg(sql.max("seconds").alias("latest")))["latest"][0])


def basket_counts(histories: Histories) -> NDArray[np.float32]:
    """Return how many baskets held each item, float32 [items]; 0 where it was not yet sold."""
    found = collected(histories.rows.groupBy("item").count())
    return per_item(found["item"], found["count"], len(histories.item_ids)).astype(np.float32)


def popularity(histories: Histories, latest_seconds: int) -> NDArray[np.float32]:
    """See ``ml.training.artefacts.bundle_arrays.popularity``: float32 [items, windows]."""
    recent = {
        f"within_{days}": sql.count_if(
            sql.col("seconds") > latest_seconds - days * SECONDS_PER_DAY
        ).alias(f"within_{days}")
        for days in POPULARITY_DAYS
    }
    held = collected(histories.rows.groupBy("item").agg(*recent.values()))
    totals = collected(histories.baskets.agg(*recent.values()))
    shares = [
        per_item(held["item"], held[name], len(histories.item_ids)) / totals[name][0]
        for name in recent
    ]
    return np.stack(shares, axis=1).astype(np.float32)


def basket_sizes(histories: Histories) -> NDArray[np.float32]:
    """Return how many items the baskets with each item hold, on average; 0 where not yet sold."""
    basket = ("customer", "sequence")
    sizes = histories.rows.groupBy(*basket).count().withColumnRenamed("count", "size")
    held = histories.rows.join(sizes, list(basket)).groupBy("item")
    found = collected(held.agg(sql.avg("size").alias("size")))
    return per_item(found["item"], found["size"], len(histories.item_ids)).astype(np.float32)


def present_shares(histories: Histories, latest_seconds: int) -> NDArray[np.float32]:
    """See ``ml.training.artefacts.next_basket.present_shares``: float32 [items]."""
    ages = (sql.lit(latest_seconds) - sql.col("seconds")) / SECONDS_PER_DAY
    weight = sql.sum(sql.pow(sql.lit(0.5), ages / PRESENT_HALF_LIFE_DAYS)).alias("weight")
    held = collected(histories.rows.groupBy("item").agg(weight))
    total = collected(histories.baskets.agg(weight))["weight"][0]
    shares = per_item(held["item"], held["weight"], len(histories.item_ids)) / total
    return np.asarray(shares, np.float32)
