"""A dataset folder as Spark reads it: ``interactions.parquet`` may be a folder of many parts.

Every purchase is read, the held-out ones behind the others; ``items.parquet`` and the descriptions
are small and read as ever.
"""

from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from ml.dataset import columns
from ml.dataset.split import TARGET_BASKET, SplitError
from ml.dataset.violations import DatasetError, Violation

_TYPES = {"text": "string", "order": "int", "number": "float", "time": "timestamp"}


def read_purchases(session: SparkSession, folder: Path, *, dated: bool) -> DataFrame:
    """Return histories and held-out baskets as one, as ``ml.dataset.split.timeline`` does.

    Args:
        session: reads the files.
        folder: a dataset folder.
        dated: whether its baskets have times.

    Returns:
        The columns of ``interactions.parquet``, ``store`` among them, and ``held_out``; a target
        of somebody without a history has no ``sequence``.

    Raises:
        DatasetError: when a file is missing, or a column is missing or of another kind.
        SplitError: when targets of dated data have no dates.
    """
    bought = _table(session, folder, columns.INTERACTIONS)
    bought = bought.withColumn("held_out", sql.expr("false"))
    if not (folder / columns.TARGETS.file).exists():
        return bought
    targets = _table(session, folder, columns.TARGETS)
    if (folder / columns.TARGET_DATES.file).exists():
        dates = _table(session, folder, columns.TARGET_DATES)
        targets = targets.join(dates, "customer_id", "left")
    elif dated:
        raise SplitError("target_dates.parquet is needed to place targets on the timeline")
    ends = bought.groupBy("customer_id").agg((sql.max("sequence") + 1).alias("sequence"))
    values = {
        "basket_id": sql.lit(TARGET_BASKET),
        "quantity": sql.lit(1.0).cast("float"),
        "held_out": sql.expr("true"),
    }
    return bought.unionByName(
        targets.join(ends, "customer_id", "left").withColumns(values), allowMissingColumns=True
    )


def _table(session: SparkSession, folder: Path, table: columns.Table) -> DataFrame:
    """Return a table with its columns in their types."""
    path = folder / table.file
    if not path.exists():
        raise DatasetError([Violation(table.file, "", f"is missing in {folder}")])
    try:
        frame = session.read.parquet(str(path))
    except (PySparkException, Py4JError) as error:
        raise DatasetError([Violation(table.file, "", "is not readable as Parquet")]) from error
    found = dict(frame.dtypes)
    known = [each.name for each in table.columns]
    problems = [
        Violation(table.file, name, f"is not a column of this file; allowed: {', '.join(known)}")
        for name in found
        if name not in known
    ]
    for each in table.columns:
        if each.name not in found:
            if not each.optional:
                rule = f"is missing; found: {', '.join(found)}"
                problems.append(Violation(table.file, each.name, rule))
        elif not _fits(each, found[each.name]):
            rule = f"must be {_TYPES[each.kind]}, is {found[each.name]}"
            problems.append(Violation(table.file, each.name, rule))
    if problems:
        raise DatasetError(problems)
    return frame.select(
        *(
            (sql.col(each.name) if each.name in found else sql.lit(None))
            .cast(_TYPES[each.kind])
            .alias(each.name)
            for each in table.columns
        )
    )


def _fits(column: columns.Column, found: str) -> bool:
    """Return whether a Spark type can be read as the column's kind."""
    if column.nullable and found == "void":
        return True
    kinds: dict[columns.Kind, tuple[str, ...]] = {
        "text": ("string",),
        "order": ("tinyint", "smallint", "int", "bigint"),
        "number": ("tinyint", "smallint", "int", "bigint", "float", "double"),
        "time": ("timestamp",),
    }
    return found in kinds[column.kind]
