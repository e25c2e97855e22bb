"""A retailer's export as it stands: every line of a CSV, Parquet or JSON lines file.

A line that cannot even be read as a line is kept beside the others, never dropped. Lines are
counted from 1, without a CSV's header and without empty lines.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

_BLOCK_BYTES = 64 * 2**20
"""A CSV is read in blocks; no line may be longer."""

_BROKEN_BYTES = "\N{REPLACEMENT CHARACTER}"


class RawFileError(ValueError):
    """An export cannot be read at all."""


@dataclass(frozen=True, slots=True, eq=False)
class RawLines:
    """The lines of an export."""

    values: pd.DataFrame
    """The export's own columns and values; the index is the line number."""
    malformed: dict[int, str]
    """Text of each line that is not one, by line number."""
    misencoded: frozenset[int]
    """Numbers of the lines in ``values`` with bytes that are no text."""

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
    except (pa.ArrowException, OSError, LookupError) as error:
        raise RawFileError(f"{path}: cannot be read: {error}") from None
    raise RawFileError(f"{path}: {ending or 'no ending'} is none of .csv, .parquet, .jsonl")


def _parquet(path: Path) -> RawLines:
    frame = pyarrow.parquet.read_table(path).to_pandas()
    return RawLines(_numbered(frame, set()), {}, frozenset())


def _csv(path: Path, delimiter: str, encoding: str) -> RawLines:
    malformed: dict[int, str] = {}

    def keep(row: Any) -> str:  # pyarrow exports no name for the type
        malformed[row.number - 1] = row.text
        return "skip"

    with path.open("rb") as file:
        names = _header(file.readline(), delimiter, encoding)
    table = pyarrow.csv.read_csv(
        path,
        # One thread: only then does pyarrow number the rows it cannot read.
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, block_size=_BLOCK_BYTES, encoding=encoding
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()), strings_can_be_null=False
        ),
    )
    if len(set(table.column_names)) < len(table.column_names):
        raise RawFileError(f"{path}: two columns have the same name")
    texts, broken = {}, pd.Series(data=False, index=range(table.num_rows))
    for name in table.column_names:
        texts[name] = _decoded(table.column(name))
        broken |= texts[name].str.contains(_BROKEN_BYTES, regex=False)
    frame = _numbered(pd.DataFrame(texts), set(malformed))
    return RawLines(frame, malformed, frozenset(frame.index[broken.to_numpy()]))


def _header(line: bytes, delimiter: str, encoding: str) -> list[str]:
    """Return the column names, so that no type is guessed from values."""
    text = line.decode(encoding, errors="replace").removeprefix("\ufeff").rstrip("\r\n")
    return [name.strip('"') for name in text.split(delimiter)]


def _decoded(column: Any) -> pd.Series:  # a pyarrow.ChunkedArray of bytes or of text
    try:
        return pd.Series(column.cast(pa.large_string()).to_pandas(), dtype="str")
    except pa.ArrowInvalid:
        texts = [each.decode(errors="replace") for each in column.to_pylist()]
        return pd.Series(texts, dtype="str")


def _json_lines(path: Path, encoding: str) -> RawLines:
    malformed: dict[int, str] = {}
    objects: list[dict[str, object]] = []
    with path.open(encoding=encoding, errors="replace") as file:
        lines = [line for line in map(str.strip, file) if line]
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if isinstance(value, dict) and _BROKEN_BYTES not in line:
            objects.append(value)
        else:
            malformed[number] = line
    return RawLines(_numbered(pd.DataFrame(objects), set(malformed)), malformed, frozenset())


def _numbered(frame: pd.DataFrame, taken: set[int]) -> pd.DataFrame:
    """Give the lines their numbers, leaving out those of malformed lines."""
    count = len(frame) + len(taken)
    free = [number for number in range(1, count + 1) if number not in taken]
    return frame.set_axis(pd.Index(free, dtype="int64", name="line_number"), axis=0)
