"""A name for the content of more purchases than one machine can put in order."""

import hashlib

from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from ml.dataset import digest as of_data_set
from ml.dataset.dataset import Dataset
from ml.spark.collecting import collected

_SALTS = ("one", "two")
"""Two hashes of 64 bits of each row: by chance alone, no two data sets will ever agree."""


def digest(purchases: DataFrame, at_hand: Dataset) -> str:
    """Return what names all purchases, in hexadecimal; no order of rows makes a difference.

    Where all customers are at hand, it is the digest of one machine: same data, same name.

    Args:
        purchases: as ``ml.spark.folder.read_purchases`` returns it.
        at_hand: customers drawn of them, and everything else of the data set.
    """
    columns = [sql.col(name) for name in sorted(purchases.columns)]
    nulls = [column.isNull() for column in columns]  # xxhash64 passes over them
    sums = [
        sql.sum(sql.xxhash64(sql.lit(salt), *columns, *nulls).cast("decimal(38,0)"))
        .cast("string")
        .alias(salt)
        for salt in _SALTS
    ]
    counted = collected(
        purchases.agg(
            sql.count_distinct("customer_id").alias("customers"),
            sql.count("*").alias("rows"),
            *sums,
        )
    )
    ours = of_data_set.digest(at_hand)
    if int(counted["customers"][0]) == at_hand.counts["customers"]:
        return ours
    told = [ours, *(str(counted[name][0]) for name in ("rows", *_SALTS))]
    return hashlib.sha256("|".join(told).encode()).hexdigest()
