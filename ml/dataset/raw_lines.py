"""A retailer's export as it stands: every line of a CSV, Parquet or JSON lines file.

A line that cannot even be read as a line is kept beside the others, never dropped. Lines are
counted from 1, without a CSV's header and without empty lines.
"""

import codecs
import csv
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

_BLOCK_BYTES = 64 * 2**20
"""A CSV is read in blocks; no line may be longer."""

_PART_CHARACTERS = 2**20
"""Of a file in another encoding, so much is turned into UTF-8 at a time."""

_BROKEN_BYTES = "\N{REPLACEMENT CHARACTER}"

_EXACT = 2**53
"""Whole numbers from here on have no float of their own, so two ids would become one."""


class RawFileError(ValueError):
    """An export cannot be read at all."""


@dataclass(frozen=True, slots=True, eq=False)
class RawLines:
    """The lines of an export."""

    values: pd.DataFrame
    """The export's own columns and values; the index is the line number."""
    malformed: dict[int, str]
    """Text of each line that is not one, by line number."""
    misencoded: Mapping[str, frozenset[int]]
    """Column to the numbers of the lines in ``values`` whose bytes there are no text."""

    @property
    def line_count(self) -> int:
        """Return how many lines there were."""
        return len(self.values) + len(self.malformed)


def read_lines(path: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> RawLines:
    """Read every line of an export; its form follows from the file name.

    Args:
        path: ``.csv``, ``.txt`` or ``.tsv``; ``.parquet``; ``.jsonl``, ``.ndjson`` or ``.json``
            with one object a line.
        delimiter: Between the fields of a CSV.
        encoding: Of a text file.

    Raises:
        RawFileError: when the file is not there, has another form or cannot be read.
    """
    if not path.is_file():
        raise RawFileError(f"{path}: there is no such file")
    ending = path.suffix.lower()
    try:
        if ending == ".parquet":
            return _parquet(path)
        if ending in (".csv", ".txt", ".tsv"):
            return _csv(path, "\t" if ending == ".tsv" else delimiter, encoding)
        if ending in (".jsonl", ".ndjson", ".json"):
            return _json_lines(path, encoding)
    except (pa.ArrowException, csv.Error, OSError, LookupError) as error:
        raise RawFileError(f"{path}: cannot be read: {error}") from None
    raise RawFileError(f"{path}: {ending or 'no ending'} is none of .csv, .parquet, .jsonl")


def _parquet(path: Path) -> RawLines:
    return _raw_lines(pyarrow.parquet.read_table(path), {})


def _csv(path: Path, delimiter: str, encoding: str) -> RawLines:
    malformed: dict[int, str] = {}

    def keep(row: Any) -> str:  # pyarrow exports no name for the type
        malformed[row.number - 1] = row.text
        return "skip"

    with _in_utf8(path, encoding) as file:
        names = _header(file.readline(), delimiter)
        file.seek(0)
        table = pyarrow.csv.read_csv(
            file,
            # One thread: only then does pyarrow number the rows it cannot read.
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()), strings_can_be_null=False
            ),
        )
    if len(set(table.column_names)) < len(table.column_names):
        raise RawFileError(f"{path}: two columns have the same name")
    return _raw_lines(table, malformed)


@contextmanager
def _in_utf8(path: Path, encoding: str) -> Iterator[IO[bytes]]:
    """Give the bytes of a text file in UTF-8; what is no text in another encoding is marked."""
    if codecs.lookup(encoding).name == "utf-8":
        with path.open("rb") as file:
            yield file
        return
    with (
        path.open(encoding=encoding, errors="replace", newline="") as text,
        tempfile.TemporaryFile() as file,
    ):
        while part := text.read(_PART_CHARACTERS):
            file.write(part.encode())
        file.seek(0)
        yield file


def _header(line: bytes, delimiter: str) -> list[str]:
    """Return the column names, so that no type is guessed from values."""
    first, *_ = line.decode(errors="replace").removeprefix("\ufeff").splitlines() or [""]
    return next(csv.reader([first], delimiter=delimiter), [])


def _raw_lines(table: Any, malformed: dict[int, str]) -> RawLines:  # a pyarrow.Table
    columns, broken = {}, {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if _is_text(column.type):
            columns[name] = _decoded(column)
            broken[name] = columns[name].str.contains(_BROKEN_BYTES, regex=False, na=False)
        else:
            columns[name] = column.to_pandas(integer_object_nulls=True)
    frame = _numbered(pd.DataFrame(columns), set(malformed))
    misencoded = {name: frozenset(frame.index[each.to_numpy()]) for name, each in broken.items()}
    return RawLines(frame, malformed, misencoded)


def _is_text(kind: Any) -> bool:  # a pyarrow.DataType
    kinds = (pa.string(), pa.large_string(), pa.binary(), pa.large_binary())
    return kind in kinds or pa.types.is_fixed_size_binary(kind)


def _decoded(column: Any) -> pd.Series:  # a pyarrow.ChunkedArray of bytes or of text
    try:
        texts = column.cast(pa.large_binary()).cast(pa.large_string())
        return pd.Series(texts.to_pandas(), dtype="str")
    except pa.ArrowInvalid:
        parts = column.cast(pa.large_binary()).to_pylist()
        read = [None if each is None else each.decode(errors="replace") for each in parts]
        return pd.Series(read, dtype="str")


def _json_lines(path: Path, encoding: str) -> RawLines:
    malformed: dict[int, str] = {}
    objects: list[dict[str, object]] = []
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    with path.open(encoding="utf-8-sig" if is_utf8 else encoding, errors="replace") as file:
        lines = [line for line in map(str.strip, file) if line]
    for number, line in enumerate(lines, start=1):
        value = _json_object(line)
        if value is None or _BROKEN_BYTES in line:
            malformed[number] = line
        else:
            objects.append(value)
    return RawLines(_numbered(pd.DataFrame(objects), set(malformed)), malformed, {})


def _json_object(line: str) -> dict[str, object] | None:
    """Return the object of a line, ``None`` where it is none or holds what is no text."""
    try:
        value = json.loads(line, parse_int=_whole)
        if "\\ud" in line.lower():  # half of a pair of surrogates cannot be written anywhere
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _whole(digits: str) -> int | str:
    """Return a whole number, as text where a float could not hold it."""
    value = int(digits)
    return value if abs(value) < _EXACT else digits


def _numbered(frame: pd.DataFrame, taken: set[int]) -> pd.DataFrame:
    """Give the lines their numbers, leaving out those of malformed lines."""
    count = len(frame) + len(taken)
    free = [number for number in range(1, count + 1) if number not in taken]
    return frame.set_axis(pd.Index(free, dtype="int64", name="line_number"), axis=0)
