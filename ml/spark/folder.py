"""A dataset folder as Spark reads it: ``interactions.parquet`` may be a folder of many parts."""

from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as sql

from ml.dataset import columns
from ml.dataset.folder import read_description
from ml.spark.histories import Histories, histories_of


def read_histories(session: SparkSession, folder: Path, *, partition_count: int) -> Histories:
    """Return the histories of a dataset folder.

    Raises:
        DatasetError: when it cannot be read.
    """
    bought = session.read.parquet(str(folder / columns.INTERACTIONS.file))
    if "store" not in bought.columns:
        bought = bought.withColumn("store", sql.lit(None).cast("string"))
    dated = read_description(folder).dated
    return histories_of(bought, dated=dated, partition_count=partition_count)
