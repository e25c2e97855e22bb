"""A name for the content of a data set: same data, same digest, whoever wrote the files."""

import hashlib
from typing import Protocol

import numpy as np
import pandas as pd

from ml.dataset import columns
from ml.dataset.dataset import Dataset

_FORMAT = b"ofone dataset 1"


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def digest(dataset: Dataset) -> str:
    """Return the sha256 of everything a model or a score can depend on, in hexadecimal.

    Covers the four tables in canonical order and type, the folds, ``dated`` and ``ndcg_ideal``;
    not the name, source, licence or notes. The order of rows, of a fold's customers and the
    Parquet writer make no difference.
    """
    running = hashlib.sha256(_FORMAT)
    description = dataset.description
    running.update(f"|{description.dated}|{description.ndcg_ideal}|".encode())
    for table, frame in (
        (columns.INTERACTIONS, dataset.interactions),
        (columns.ITEMS, dataset.items),
        (columns.TARGETS, dataset.targets),
        (columns.TARGET_DATES, dataset.target_dates),
    ):
        running.update(f"|{table.file}|{len(frame)}|".encode())
        ordered = columns.in_order(table, frame)
        for each in table.columns:
            running.update(f"|{each.name}|".encode())
            _add(running, ordered[each.name])
    for fold in dataset.folds:
        for part in (fold.train, fold.val, fold.test):
            running.update(f"|part|{len(part)}|".encode())
            _add(running, pd.Series(sorted(part), dtype="str"))
    return running.hexdigest()


def _add(running: _Hash, values: pd.Series) -> None:
    """Feed a column: which values are null, then the values with nulls made equal."""
    missing = values.isna().to_numpy()
    running.update(np.packbits(missing).tobytes())
    if values.dtype == "str":
        filled = values.fillna("")
        running.update(filled.str.len().to_numpy(dtype="<i8").tobytes())
        running.update("".join(filled.tolist()).encode())
    elif isinstance(values.dtype, pd.DatetimeTZDtype):
        ticks = values.dt.as_unit("us").dt.tz_localize(None).to_numpy().astype("<i8")
        running.update(np.where(missing, 0, ticks).tobytes())
    else:
        kind = "<i8" if values.dtype == "int32" else "<f4"
        numbers = values.to_numpy().astype(kind)
        numbers[missing] = 0
        running.update((numbers + 0).tobytes())  # -0.0 + 0 is 0.0: equal numbers, equal bytes
