"""The tables of a data set: their columns, kinds, and the check that a frame has them."""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd
from pandas.api import types as dtypes

from ml.dataset.violations import DatasetError, Violation

Kind = Literal["text", "order", "number", "time"]

_SENTENCES: dict[Kind, str] = {
    "text": "must be strings",
    "order": "must be whole numbers",
    "number": "must be numbers",
    "time": "must be timestamps with a time zone",
}
_DTYPES: dict[Kind, str] = {
    "text": "str",
    "order": "int32",
    "number": "float32",
    "time": "datetime64[us, UTC]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    """``text`` is held as str, ``order`` as int32, ``number`` as float32, ``time`` in UTC."""
    nullable: bool = False
    """Whether single values may be null."""
    optional: bool = False
    """Whether the file may lack the column; it is then null throughout."""


@dataclass(frozen=True, slots=True)
class Table:
    """One Parquet file of a data set."""

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns that no two rows share; they also give the canonical order of rows."""


INTERACTIONS = Table(
    "interactions.parquet",
    (
        Column("customer_id", "text"),
        Column("basket_id", "text"),
        Column("sequence", "order"),
        Column("occurred_at", "time", nullable=True),
        Column("item_id", "text"),
        Column("quantity", "number"),
        Column("unit_price", "number", nullable=True),
        Column("store", "text", nullable=True, optional=True),
    ),
    ("customer_id", "sequence", "basket_id", "item_id"),
)
ITEMS = Table(
    "items.parquet",
    (
        Column("item_id", "text"),
        Column("name", "text", nullable=True),
        Column("category", "text", nullable=True),
        Column("brand", "text", nullable=True),
        Column("price", "number", nullable=True),
    ),
    ("item_id",),
)
TARGETS = Table(
    "targets.parquet",
    (Column("customer_id", "text"), Column("item_id", "text")),
    ("customer_id", "item_id"),
)
TARGET_DATES = Table(
    "target_dates.parquet",
    (Column("customer_id", "text"), Column("occurred_at", "time")),
    ("customer_id",),
)


def empty(table: Table) -> pd.DataFrame:
    """Return the table with its columns and no rows."""
    return pd.DataFrame(
        {each.name: pd.Series([], dtype=_DTYPES[each.kind]) for each in table.columns}
    )


def conform(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with exactly the table's columns, in order and of the table's types.

    Args:
        table: What is wanted.
        frame: Any frame; wider numbers, other time zones and categories are converted.

    Returns:
        A new frame with a plain index; optional columns that were absent are null.

    Raises:
        DatasetError: when a column is missing, unknown or of another kind.
    """
    known = [each.name for each in table.columns]
    problems = [
        Violation(
            table.file, str(name), f"is not a column of this file; allowed: {', '.join(known)}"
        )
        for name in frame.columns
        if name not in known
    ]
    problems += [
        Violation(table.file, each.name, f"is missing; found: {', '.join(map(str, frame.columns))}")
        for each in table.columns
        if each.name not in frame.columns and not each.optional
    ]
    if problems:
        raise DatasetError(problems)
    made: dict[str, pd.Series] = {}
    for each in table.columns:
        if each.name in frame.columns:
            values = _converted(each, frame[each.name].reset_index(drop=True))
            if values is None:
                rule = f"{_SENTENCES[each.kind]}, is {frame[each.name].dtype}"
                problems.append(Violation(table.file, each.name, rule))
            else:
                made[each.name] = values
        else:
            made[each.name] = pd.Series([None] * len(frame), dtype=_DTYPES[each.kind])
    if problems:
        raise DatasetError(problems)
    return pd.DataFrame(made)


def _converted(column: Column, values: pd.Series) -> pd.Series | None:
    """Return the values in the column's type, ``None`` when they are of another kind."""
    dtype: object = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = values.astype(dtype.categories.dtype)
    if column.nullable and values.isna().all():
        return pd.Series([None] * len(values), dtype=_DTYPES[column.kind])
    if column.kind == "text":
        fits = dtypes.infer_dtype(values, skipna=True) in ("string", "empty")
    elif column.kind == "time":
        fits = isinstance(values.dtype, pd.DatetimeTZDtype)
    elif dtypes.is_bool_dtype(values) or not dtypes.is_numeric_dtype(values):
        fits = False
    elif column.kind == "order":
        fits = dtypes.is_integer_dtype(values) and not values.isna().any() and _fits_int32(values)
    else:
        fits = True
    if not fits:
        return None
    if column.kind == "time":
        return cast("pd.Series", values.dt.tz_convert("UTC").dt.as_unit("us"))
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which a rule refuses
        return values.astype(pd.api.types.pandas_dtype(_DTYPES[column.kind]))


def _fits_int32(values: pd.Series) -> bool:
    bounds = np.iinfo(np.int32)
    return len(values) == 0 or (values.min() >= bounds.min and values.max() <= bounds.max)


def in_order(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the canonical order: by the table's key, strings by code point."""
    ranks = []
    for name in reversed(table.key):
        values = frame[name]
        if values.dtype == "str":
            ranks.append(pd.factorize(values, sort=True)[0])
        else:
            ranks.append(values.to_numpy())
    order = np.lexsort(ranks)
    if bool((order[1:] > order[:-1]).all()):
        return frame
    return frame.take(order).reset_index(drop=True)
