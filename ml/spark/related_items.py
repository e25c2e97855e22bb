"""Lists of related items as Spark jobs; formulas and constants are those of one machine."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sql
from scipy import sparse

from ml.model.lists import RelatedLists
from ml.spark.collecting import collected, per_item
from ml.spark.histories import Histories
from ml.spark.products import strongest_partners
from ml.training.artefacts.factors import NEIGHBOURS
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases
from ml.training.artefacts.related_items import (
    COMPLEMENTS,
    STORE_DAYS,
    STORE_ITEMS,
    TRANSITIONS,
    Score,
    complement_score,
    successions,
    transition_score,
)


def transitions(histories: Histories) -> RelatedLists:
    """See ``ml.training.artefacts.related_items.transitions``."""
    earlier = histories.rows.filter(sql.col("sequence") < sql.col("last"))
    found = collected(earlier.groupBy("item").count())
    known = per_item(found["item"], found["count"], len(histories.item_ids)).astype(np.float32)
    return strongest_partners(histories, successions, transition_score(known), size=TRANSITIONS)


def complements(histories: Histories, counts: NDArray[np.float32]) -> RelatedLists:
    """See ``ml.training.artefacts.related_items.complements``.

    Args:
        histories: everything that may be known.
        counts: float32 [items], how many baskets hold each.
    """
    score = complement_score(counts)
    return strongest_partners(histories, _baskets_twice, score, size=COMPLEMENTS)


def neighbours(histories: Histories) -> RelatedLists:
    """See ``ml.training.artefacts.factors.fit_neighbours``, weighting ``cosine``."""
    squares = sql.sum(sql.col("count") * sql.col("count")).alias("squares")
    found = collected(histories.counts.groupBy("item").agg(squares))
    norms = np.sqrt(per_item(found["item"], found["squares"], len(histories.item_ids)))
    return strongest_partners(histories, _customers_twice, _cosine(norms), size=NEIGHBOURS)


def store_popularity(histories: Histories, as_of_seconds: int) -> RelatedLists:
    """See ``ml.training.artefacts.related_items.store_popularity``."""
    since = as_of_seconds - STORE_DAYS * SECONDS_PER_DAY
    is_recent = sql.col("store").isNotNull() & (sql.col("seconds") > since)
    totals = histories.baskets.filter(is_recent).groupBy("store").agg(sql.count("*").alias("all"))
    held = histories.rows.filter(is_recent).groupBy("store", "item").count()
    scored = held.join(sql.broadcast(totals), "store")
    scored = scored.withColumnsRenamed({"store": "entry", "item": "partner"})
    share = sql.col("count") / sql.col("all")
    stores = _lists(scored, share, entries=len(histories.store_ids), size=STORE_ITEMS)
    return RelatedLists(stores.rows, stores.scores, len(histories.item_ids))


def _baskets_twice(purchases: Purchases) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    baskets = purchases.basket_items()
    return baskets, baskets


def _customers_twice(purchases: Purchases) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    counts = purchases.customer_counts().astype(np.float64)
    return counts, counts


def _cosine(norms: NDArray[np.float64]) -> Score:
    """Return the score of neighbours: not of an item with itself."""

    def score(
        left: NDArray[np.int64], right: NDArray[np.int64], together: NDArray[Any]
    ) -> NDArray[np.float32]:
        cosine = together / (norms[left] * norms[right])
        return np.where(left == right, 0, cosine).astype(np.float32)

    return score


def _lists(scored: DataFrame, score: Column, *, entries: int, size: int) -> RelatedLists:
    """Return the partners of each entry with the highest scores, ties by ascending row."""
    scored = scored.select("entry", "partner", score.cast("float").alias("score"))
    order = Window.partitionBy("entry").orderBy(sql.desc("score"), "partner")
    ranked = scored.withColumn("rank", sql.row_number().over(order))
    found = collected(ranked.filter(sql.col("rank") <= size))
    rows = np.full((entries, size), -1, np.int32)
    scores = np.zeros((entries, size), np.float32)
    rows[found["entry"], found["rank"] - 1] = found["partner"]
    scores[found["entry"], found["rank"] - 1] = found["score"]
    return RelatedLists(rows, scores, entries)
