"""The lines of a CSV, JSON lines or Parquet file, one after the other; none is held for longer."""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from services.console.importing.mapping import ImportMapping, MappingError
from services.console.importing.parquet_rows import parquet_batches
from services.console.reading.records import json_lines
from services.serving.failures import FieldViolation

_UNDECODED = range(0xDC80, 0xDD00)
"""What ``surrogateescape`` makes of bytes that are no text."""

Read = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file."""

    line: int
    """Where it begins, counted from 1, the header included; of Parquet the number of the row."""
    cells: Mapping[str, object] = field(default_factory=dict)
    """From column to value, as the file has it."""
    mistake: FieldViolation | None = None
    """Set when it cannot be read; its text is the only cell then, if there is one."""


@contextmanager
def open_rows(
    path: Path, mapping: ImportMapping, *, on_read: Read = lambda _: None
) -> Iterator[Iterator[Row]]:
    """Give the lines of a file for the length of a ``with`` block.

    Args:
        path: ``.csv``, ``.tsv`` or ``.txt``; ``.jsonl``, ``.ndjson`` or ``.json`` with one object
            a line; ``.parquet``.
        mapping: which columns are wanted, and how a CSV is written.
        on_read: told how many bytes were read since it was told last (of Parquet about).

    Raises:
        MappingError: when the file has another form, or lacks a column.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        yield _parquet(path, mapping, on_read)
    elif ending in (".jsonl", ".ndjson", ".json"):
        with path.open("rb") as stream:
            yield _json(stream, on_read)
    elif ending in (".csv", ".tsv", ".txt"):
        try:
            codecs.lookup(mapping.encoding)
        except LookupError:
            raise MappingError(f"encoding: {mapping.encoding} is not known") from None
        utf8 = codecs.lookup(mapping.encoding).name == "utf-8"
        encoding = "utf-8-sig" if utf8 else mapping.encoding
        with (
            path.open("rb") as stream,
            TextIOWrapper(stream, encoding, errors="surrogateescape", newline="") as text,
        ):
            yield _csv(_told(text, stream, on_read), path, mapping)
    else:
        sentence = f"{path}: {ending or 'no ending'} is none of .csv, .jsonl, .parquet"
        raise MappingError(sentence)


def check_columns(path: Path, found: Sequence[str], mapping: ImportMapping) -> None:
    """Check that a file has the columns that a mapping names.

    Raises:
        MappingError: naming those that are missing, and those that are there.
    """
    missing = [column for column in mapping.column_names() if column not in found]
    if missing:
        raise MappingError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(map(str, found))}"
        )
    twice = sorted({column for column in mapping.column_names() if found.count(column) > 1})
    if twice:
        raise MappingError(f"{path} has two columns {', '.join(twice)}")


def _told(text: TextIOWrapper, stream: BinaryIO, on_read: Read) -> Iterator[str]:
    """Yield the lines of a text, telling how many bytes behind it were read."""
    told = 0
    for line in text:
        read = stream.tell()
        if read > told:
            on_read(read - told)
            told = read
        yield line


def _csv(text: Iterator[str], path: Path, mapping: ImportMapping) -> Iterator[Row]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else mapping.delimiter
    lines = csv.reader(text, delimiter=delimiter)
    header = next(lines, [])
    check_columns(path, header, mapping)
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, mistake=FieldViolation("", "NOT_CSV", str(error)))
            continue
        if cells:
            yield _csv_row(line, header, cells)


def _csv_row(line: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    mistake = None
    if len(cells) != len(header):
        sentence = f"has {len(cells)} fields, the header {len(header)}"
        mistake = FieldViolation("", "WRONG_FIELD_COUNT", sentence)
    elif any(ord(each) in _UNDECODED for cell in cells if not cell.isascii() for each in cell):
        mistake = FieldViolation("", "WRONG_ENCODING", "holds bytes that are no text")
    if mistake:
        text = ",".join(cells).encode(errors="surrogateescape").decode(errors="replace")
        return Row(line, {"text": text}, mistake)
    return Row(line, dict(zip(header, cells, strict=True)))


def _json(stream: BinaryIO, on_read: Read) -> Iterator[Row]:
    for record in json_lines(stream):
        on_read(record.size_bytes)
        if record.mistake is not None:
            yield Row(record.line, mistake=record.mistake)
        elif not isinstance(record.value, dict):
            sentence = "must be an object with named fields"
            yield Row(record.line, mistake=FieldViolation("", "NOT_AN_OBJECT", sentence))
        else:
            yield Row(record.line, record.value)


def _parquet(path: Path, mapping: ImportMapping, on_read: Read) -> Iterator[Row]:
    batches = parquet_batches(
        path, mapping.column_names(), check=lambda found: check_columns(path, found, mapping)
    )
    line = 0
    for size_bytes, rows in batches:
        for cells in rows:
            line += 1
            yield Row(line, cells)
        on_read(size_bytes)
