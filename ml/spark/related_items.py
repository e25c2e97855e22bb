"""Lists of related items as Spark jobs; formulas and constants are those of ``ml.training``.

Two rows of one customer, or of one basket, meet in a join that moves nothing, for rows are split by
customer; what moves are counts of pairs, added up before they do. Scores are rounded to float32
where ``ml.training.related_items`` rounds, so that both engines order alike.
"""

import numpy as np
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sql

from ml.model.lists import RelatedLists
from ml.spark.collecting import collected
from ml.spark.histories import Histories
from ml.training.factors import NEIGHBOURS
from ml.training.purchases import SECONDS_PER_DAY
from ml.training.related_items import (
    COMPLEMENT_SUPPORT,
    COMPLEMENTS,
    STORE_DAYS,
    STORE_ITEMS,
    TRANSITION_PRIOR,
    TRANSITIONS,
)


def transitions(histories: Histories) -> RelatedLists:
    """See ``ml.training.related_items.transitions``."""
    rows = histories.rows
    earlier = rows.filter(sql.col("sequence") < sql.col("last"))
    this = earlier.select(
        "customer",
        (sql.col("sequence") + 1).alias("sequence"),
        sql.col("item").alias("entry"),
    )
    following = rows.select("customer", "sequence", sql.col("item").alias("partner"))
    together = this.join(following, ["customer", "sequence"]).groupBy("entry", "partner").count()
    known = this.groupBy("entry").agg(sql.count("*").alias("known"))
    score = sql.col("count") / (sql.col("known") + sql.lit(TRANSITION_PRIOR))
    scored = together.join(sql.broadcast(known), "entry")
    return _lists(scored, score, entries=len(histories.item_ids), size=TRANSITIONS)


def complements(histories: Histories) -> RelatedLists:
    """See ``ml.training.related_items.complements``."""
    rows = histories.rows.select("customer", "sequence", "item")
    together = _pairs(rows, ["customer", "sequence"]).groupBy("left", "right").count()
    together = together.filter(sql.col("count") >= COMPLEMENT_SUPPORT)
    norms = rows.groupBy("item").agg(sql.sqrt(sql.count("*")).cast("float").alias("norm"))
    cosine = sql.col("count") / (sql.col("left_norm") * sql.col("right_norm"))
    scored = _with_norms(together, norms).withColumn("score", cosine)
    return _symmetric_lists(scored, histories, COMPLEMENTS)


def neighbours(histories: Histories) -> RelatedLists:
    """See ``ml.training.factors.fit_neighbours``, weighting ``cosine``."""
    counts = histories.counts
    squares = sql.sum(sql.col("count") * sql.col("count"))
    norms = counts.groupBy("item").agg(sql.sqrt(squares).alias("norm"))
    product = sql.sum(sql.col("left_count") * sql.col("right_count"))
    together = _pairs(counts, ["customer"]).groupBy("left", "right").agg(product.alias("product"))
    cosine = sql.col("product") / (sql.col("left_norm") * sql.col("right_norm"))
    scored = _with_norms(together, norms).withColumn("score", cosine)
    return _symmetric_lists(scored, histories, NEIGHBOURS)


def store_popularity(histories: Histories, as_of_seconds: int) -> RelatedLists:
    """See ``ml.training.related_items.store_popularity``."""
    since = as_of_seconds - STORE_DAYS * SECONDS_PER_DAY
    is_recent = sql.col("store").isNotNull() & (sql.col("seconds") > since)
    totals = histories.baskets.filter(is_recent).groupBy("store").agg(sql.count("*").alias("all"))
    held = histories.rows.filter(is_recent).groupBy("store", "item").count()
    scored = held.join(sql.broadcast(totals), "store")
    scored = scored.withColumnsRenamed({"store": "entry", "item": "partner"})
    share = sql.col("count") / sql.col("all")
    stores = _lists(scored, share, entries=len(histories.store_ids), size=STORE_ITEMS)
    return RelatedLists(stores.rows, stores.scores, len(histories.item_ids))


def _pairs(rows: DataFrame, together: list[str]) -> DataFrame:
    """Return every two different items that share ``together``, the lower one as ``left``.

    Further columns of ``rows`` come twice, as ``left_…`` and ``right_…``.
    """
    values = [name for name in rows.columns if name not in (*together, "item")]
    left, right = (
        rows.select(
            *together,
            sql.col("item").alias(side),
            *(sql.col(name).alias(f"{side}_{name}") for name in values),
        )
        for side in ("left", "right")
    )
    return left.join(right, together).filter(sql.col("left") < sql.col("right"))


def _with_norms(together: DataFrame, norms: DataFrame) -> DataFrame:
    """Add ``left_norm`` and ``right_norm``."""
    for side in ("left", "right"):
        named = norms.select(sql.col("item").alias(side), sql.col("norm").alias(f"{side}_norm"))
        together = together.join(sql.broadcast(named), side)
    return together


def _symmetric_lists(scored: DataFrame, histories: Histories, size: int) -> RelatedLists:
    """Return the lists of pairs that count for both of their items."""
    forth = scored.select(
        sql.col("left").alias("entry"), sql.col("right").alias("partner"), "score"
    )
    back = scored.select(sql.col("right").alias("entry"), sql.col("left").alias("partner"), "score")
    both = forth.union(back)
    return _lists(both, sql.col("score"), entries=len(histories.item_ids), size=size)


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
