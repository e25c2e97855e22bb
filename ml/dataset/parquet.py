"""The one way frames become Parquet files: fixed types, no traces of the library that held them."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write the rows of ``frame``, without its index, as one file."""
    with TableFile(path) as file:
        file.add(frame)


class TableFile:
    """A Parquet file that grows by frames of the same columns; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pyarrow.parquet.ParquetWriter | None = None

    def __enter__(self) -> Self:
        """Return itself; the file is made with the first frame."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()

    def add(self, frame: pd.DataFrame) -> None:
        """Append the rows of ``frame``."""
        arrays = [_array(values) for _, values in frame.items()]
        table = pa.Table.from_arrays(arrays, names=list(frame.columns))
        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)


def _array(values: pd.Series) -> Any:  # pyarrow exports no types
    """Return a column as Arrow holds it: NaN of numbers becomes null."""
    if values.dtype == "str":
        return pa.array(values.array, type=pa.large_string()).cast(pa.string())
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        naive = values.dt.tz_convert("UTC").dt.tz_localize(None).dt.as_unit("us")
        return pa.array(naive.to_numpy(), type=pa.timestamp("us", tz="UTC"), from_pandas=True)
    return pa.array(values.to_numpy(), from_pandas=True)
