"""Lines of a file as messages: what each says, or why it cannot be sent."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from services.console.importing.cells import flag_of, moment_of, number_of, text_of
from services.console.importing.mapping import MOMENTS, NUMBERS, ImportMapping, Word
from services.console.importing.rows import Row
from services.console.reading.plain_values import ValueMistake
from services.serving.failures import FieldViolation

_ID_DIGITS = 32
"""Hexadecimal digits of an id made of content: 128 bits, so that two lines never meet by chance."""

Plain = dict[str, object]
"""A message as people write it, for ``read_message``."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was refused."""

    row: Row
    column: str
    """The file's column at fault; empty where it is none in particular."""
    violation: FieldViolation


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is to be sent, and the lines it was read from."""

    message: Message
    rows: tuple[Row, ...]
    key: str = ""
    """The key of a fact: one line may hold several."""

    def blame(self, violation: FieldViolation, mapping: ImportMapping) -> list[Refused]:
        """Return what is refused when this message is: its lines, the one at fault first."""
        found = re.match(r"lines\[(\d+)\]\.", violation.field)
        position = min(int(found[1]), len(self.rows) - 1) if found else 0
        row = self.rows[position]
        guilty = Refused(row, column_at(violation.field, row, mapping, key=self.key), violation)
        return [guilty, *incomplete(self.rows, besides=row)]


class Cells:
    """The cells of one row in our words, with the mistakes that were found in them."""

    def __init__(self, row: Row, mapping: ImportMapping) -> None:
        """Read ``row`` as ``mapping`` says."""
        self.row = row
        self.refused: list[Refused] = []
        self._mapping = mapping

    def said(self, words: Sequence[Word]) -> Plain:
        """Return what is said under these words; what is not told is left out."""
        found = {word: self._said(word) for word in words}
        return {word: value for word, value in found.items() if value is not None}

    def identifiers(self) -> list[Plain]:
        """Return the identifiers, in the order of the mapping."""
        return [
            {"kind": kind, "value": value}
            for kind, value in _identifiers(self.row, self._mapping).items()
        ]

    def fact_value(self, key: Word) -> Mapping[str, object] | None:
        """Return the value of a fact, ``None`` where it is not told."""
        column = self._mapping.facts[key]
        text = text_of(self.row.cells.get(column.column), key, self._mapping)
        if not text:
            return None
        if column.kind == "text":
            return {"text": text}
        if column.kind == "number":
            return self._read(key, lambda: {"number": number_of(text, self._mapping)})
        return self._read(key, lambda: {"flag": flag_of(text)})

    def _said(self, word: Word) -> object:
        mapping = self._mapping
        cell = self.row.cells.get(mapping.columns[word]) if word in mapping.columns else None
        text = text_of(cell, word, mapping) if word in mapping.columns else mapping.same[word]
        if not text:
            return None
        if word in MOMENTS:
            return self._read(word, lambda: moment_of(cell, text, mapping))
        if word in NUMBERS:
            return self._read(word, lambda: number_of(text, mapping))
        return text

    def _read(self, word: Word, read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except ValueMistake as mistake:
            violation = FieldViolation(word, mistake.rule, mistake.message)
            self.refused.append(Refused(self.row, self._mapping.column_of(word), violation))
            return None


def column_at(path: str, row: Row, mapping: ImportMapping, *, key: str = "") -> str:
    """Return the file's column of a field of a message; empty where it is none in particular."""
    word = re.sub(r"^lines\[\d+\]\.", "", path)
    if found := re.match(r"identifier(?:s\[(\d+)\]|\.)", word):
        kinds = list(_identifiers(row, mapping))
        position = int(found[1] or 0)
        return mapping.identifiers[kinds[position]] if position < len(kinds) else ""
    if key and (word == "key" or word.startswith("value")):
        return mapping.column_of(key)
    return mapping.column_of(word)


def incomplete(rows: Sequence[Row], *, besides: Row) -> Iterator[Refused]:
    """Yield the other lines of an event of which one line was refused: it is sent whole or not."""
    sentence = f"belongs to one event with line {besides.line}, which was refused"
    for row in rows:
        if row is not besides:
            yield Refused(row, "", FieldViolation("", "EVENT_INCOMPLETE", sentence))


def id_of_content(said: Mapping[str, object]) -> str:
    """Return an id made of everything that is said: the same again is the same."""
    text = json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_ID_DIGITS]


def _identifiers(row: Row, mapping: ImportMapping) -> dict[str, str]:
    """Return the identifiers of a row that are told, by kind, in the order of the mapping."""
    found = {
        kind: text_of(row.cells.get(column), kind, mapping)
        for kind, column in mapping.identifiers.items()
    }
    return {kind: value for kind, value in found.items() if value}
