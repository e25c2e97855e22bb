"""Cells of a file, read as what they are to mean; every mistake says what was found."""

import math
import re
from datetime import date, datetime, time

from services.console.importing.mapping import ImportMapping, Word
from services.console.reading.plain_values import ValueMistake

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def text_of(cell: object, word: Word, mapping: ImportMapping) -> str:
    """Return a cell as text, empty where it says nothing; what the file writes is translated."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    text = cell.strip() if isinstance(cell, str) else _written(cell)
    if text in mapping.empty:
        return ""
    return mapping.values.get(word, {}).get(text, text)


def number_of(text: str, mapping: ImportMapping) -> float:
    """Return the number that a text stands for.

    Raises:
        ValueMistake: when it stands for none.
    """
    plain = text.replace(",", ".") if mapping.decimal == "," else text
    if not _NUMBER.fullmatch(plain):
        raise ValueMistake("NOT_A_NUMBER", f"must be a number, is {text!r:.40}")
    return float(plain)


def flag_of(text: str) -> bool:
    """Return the yes or no that a text stands for.

    Raises:
        ValueMistake: when it stands for neither.
    """
    flag = _FLAGS.get(text.lower())
    if flag is None:
        raise ValueMistake("NOT_A_FLAG", f"must be yes or no, is {text!r:.40}")
    return flag


def moment_of(cell: object, text: str, mapping: ImportMapping) -> datetime:
    """Return the moment that a cell stands for, aware.

    Args:
        cell: as the file has it; Parquet has moments of its own.
        text: the same as text.
        mapping: in which forms the file writes moments, and in which zone.

    Raises:
        ValueMistake: when it stands for none.
    """
    dates = mapping.dates
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime.combine(cell, time())
    moment = cell if isinstance(cell, datetime) else _parsed(text, dates.formats)
    if moment is None:
        forms = " or ".join(dates.formats) or "ISO 8601, such as 2026-03-31T18:30"
        raise ValueMistake("NOT_A_TIME", f"must be a time as {forms}, is {text!r:.40}")
    return moment if moment.tzinfo else moment.replace(tzinfo=dates.zone)


def _parsed(text: str, formats: tuple[str, ...]) -> datetime | None:
    if not formats:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # the zone comes from the mapping
        except ValueError:
            continue
    return None


def _written(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # columns with gaps come as floats: a card 4711.0 is 4711
    return str(cell).lower() if isinstance(cell, bool) else str(cell)
