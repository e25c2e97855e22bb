"""Item factors by MLlib's implicit ALS.

Source: Hu, Koren, Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, as
``ml.training.artefacts.factors``; blocked as in Zhou et al., "Large-Scale Parallel Collaborative
Filtering for the Netflix Prize", AAIM 2008, whose weighted penalty MLlib keeps.
"""

import numpy as np
from numpy.typing import NDArray
from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from ml.spark.collecting import collected
from ml.spark.histories import Histories
from ml.spark.settings import SparkSettings
from ml.training.artefacts.factors import FactorConfig


def fit_factors(
    histories: Histories, config: FactorConfig, settings: SparkSettings, *, seed: int
) -> NDArray[np.float32]:
    """Return the item factors, float32 [items, factors]; 0 for an item without rows.

    MLlib weighs a purchase by ``1 + alpha r``; with ``r = count - 1 / alpha`` that is the ``alpha
    count`` of one machine and of every fold-in.

    Args:
        histories: of all customers.
        config: sizes; ``alpha`` above 1, so that every purchase weighs more than none.
        settings: how finely the work is split, and when it is written down.
        seed: of the first factors.
    """
    counts = histories.counts
    rated = counts.select(
        "customer", "item", (sql.col("count") - 1 / config.alpha).cast("float").alias("rating")
    ).persist()
    model = ALS(
        userCol="customer",
        itemCol="item",
        ratingCol="rating",
        implicitPrefs=True,
        rank=config.factors,
        maxIter=config.iterations,
        regParam=config.regularization / _mean_ratings(rated),
        alpha=config.alpha,
        seed=seed,
        numUserBlocks=settings.partition_count,
        numItemBlocks=settings.partition_count,
        checkpointInterval=settings.checkpoint_iterations,
    ).fit(rated)
    found = collected(model.itemFactors)
    rated.unpersist()
    factors = np.zeros((len(histories.item_ids), config.factors), np.float32)
    factors[found["id"]] = found["features"]
    return factors


def _mean_ratings(rated: DataFrame) -> float:
    """Return how many ratings a customer or an item has in the mean.

    MLlib multiplies the penalty of a customer or an item by its ratings; divided by their mean it
    is, over all, the penalty of one machine.
    """
    found = collected(
        rated.agg(
            sql.count("*").alias("ratings"),
            sql.count_distinct("customer").alias("customers"),
            sql.count_distinct("item").alias("items"),
        )
    )
    return float(2 * found["ratings"][0] / (found["customers"][0] + found["items"][0]))
