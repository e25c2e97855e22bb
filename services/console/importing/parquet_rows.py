"""Parquet files, a thousand rows at a time; they need pyarrow, which few consoles have."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from services.console.importing.mapping import MappingError

BATCH_ROWS = 1_000

Batch = tuple[int, list[dict[str, object]]]
"""About how many bytes of the file it is, and its rows."""


def parquet_batches(
    path: Path, columns: Sequence[str], *, check: Callable[[list[str]], None]
) -> Iterator[Batch]:
    """Yield the rows of a file, in batches.

    Args:
        path: the file.
        columns: those that are read; the others are not touched.
        check: told the columns that are there, before any is read.

    Raises:
        MappingError: when pyarrow is not there, or the file is not Parquet.
    """
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415  # an extra of its own
    except ImportError:
        sentence = "Parquet needs pyarrow: install ofone[console-parquet], or write a CSV"
        raise MappingError(f"{path}: {sentence}") from None
    try:
        with parquet.ParquetFile(path) as file:
            check(list(file.schema_arrow.names))
            row_bytes = path.stat().st_size / max(1, file.metadata.num_rows)
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
                rows: list[dict[str, Any]] = batch.to_pylist()
                yield round(row_bytes * len(rows)), rows
    except ArrowException as error:
        raise MappingError(f"{path}: cannot be read as Parquet: {error}") from None
