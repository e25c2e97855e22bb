"""Which column of a file is which: a small TOML file; docs/importing.md shows each word.

It follows the mappings with which a retailer's export becomes a dataset folder: our word is the
key, the file's column the value.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import field
from datetime import tzinfo
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from services.serving.time_zone import zone_of

Word = str
"""What we call a value, such as ``occurred_at``."""

EVENT_WORDS = frozenset(
    {
        *("source", "event_id", "type", "occurred_at", "customer", "channel", "store", "place"),
        *("party", "offer", "decision", "text", "rating"),
    }
)
LINE_WORDS = frozenset({"item", "quantity", "unit_price", "discount", "category", "brand"})
FACT_WORDS = frozenset({"source", "fact_id", "observed_at", "customer", "basis", "party"})
MOMENTS = frozenset({"occurred_at", "observed_at"})
NUMBERS = frozenset({"quantity", "unit_price", "discount", "rating"})

_CLOSED = ConfigDict(extra="forbid")


class MappingError(ValueError):
    """A mapping cannot be used; names every mistake."""


@dataclass(frozen=True, slots=True, config=_CLOSED)
class Dates:
    """How a file writes moments."""

    formats: tuple[str, ...] = ()
    """``strptime`` formats, tried in this order; ISO 8601 when empty."""
    timezone: str = "UTC"
    """IANA name of the zone of times that name none."""

    @property
    def zone(self) -> tzinfo:
        """Return the zone of times that name none."""
        return zone_of(self.timezone, variable="dates.timezone")


@dataclass(frozen=True, slots=True, config=_CLOSED)
class FactColumn:
    """A column whose values are facts of one key."""

    column: str
    kind: Literal["text", "number", "flag"]


@dataclass(frozen=True, slots=True, config=_CLOSED)
class ImportMapping:
    """Which column of a file is which."""

    name: str
    """What the file is called."""
    kind: Literal["events", "facts"]
    ids: Literal["column", "content"]
    """Whether the file has ids of its own, or they are made of what a line says."""
    delimiter: str = ","
    """Between the fields of a CSV; one character."""
    encoding: str = "utf-8"
    """Of a CSV."""
    decimal: Literal[".", ","] = "."
    """Before the decimals of numbers."""
    negative_quantity: Literal["refuse", "return"] = "refuse"
    """What a quantity below 0 is: a mistake, or something that came back."""
    empty: tuple[str, ...] = ()
    """Values that mean: not told; an empty one always does."""
    columns: Mapping[Word, str] = field(default_factory=dict)
    """Our word to the file's column."""
    same: Mapping[Word, str] = field(default_factory=dict)
    """Our word to what it is on every line."""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Kind of identifier, such as ``loyalty-card``, to the file's column."""
    values: Mapping[Word, Mapping[str, str]] = field(default_factory=dict)
    """Our word, or the key of a fact, to what the file writes and what it means."""
    facts: Mapping[str, FactColumn] = field(default_factory=dict)
    """The key of a fact to its column."""
    dates: Dates = field(default_factory=Dates)

    @property
    def id_word(self) -> Word:
        """Return our word for the id."""
        return "event_id" if self.kind == "events" else "fact_id"

    def column_names(self) -> list[str]:
        """Return the file's columns that are wanted."""
        facts = (each.column for each in self.facts.values())
        wanted = (*self.columns.values(), *self.identifiers.values(), *facts)
        return list(dict.fromkeys(wanted))

    def column_of(self, word: Word) -> str:
        """Return the file's column of a word, a kind of identifier or a key; empty for none."""
        fact = self.facts.get(word)
        return fact.column if fact else self.columns.get(word, self.identifiers.get(word, ""))


def load_mapping(path: Path) -> ImportMapping:
    """Read a mapping file.

    Raises:
        MappingError: naming every key that is missing, unknown or of the wrong kind.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise MappingError(f"{path} is not TOML: {error}") from None
    try:
        mapping = TypeAdapter(ImportMapping).validate_python(document)
    except ValidationError as error:
        mistakes = [f"{_place(each['loc'])}: {each['msg']}" for each in error.errors()]
    else:
        mistakes = _contradictions(mapping)
        if not mistakes:
            return mapping
    raise MappingError("\n".join(f"{path}: {each}" for each in mistakes))


def _place(location: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in location)


def _contradictions(mapping: ImportMapping) -> list[str]:
    words = EVENT_WORDS | LINE_WORDS if mapping.kind == "events" else FACT_WORDS
    given = {*mapping.columns, *mapping.same}
    mistakes = [f"{word}: is no word of {mapping.kind}" for word in sorted(given - words)]
    twice = sorted(mapping.columns.keys() & mapping.same.keys())
    mistakes += [f"{word}: is in columns and in same" for word in twice]
    strange = sorted(mapping.values.keys() - given - mapping.facts.keys())
    mistakes += [f"values.{word}: is of no column" for word in strange]
    needed = {"source", "type", "occurred_at"} if mapping.kind == "events" else {"source"}
    if mapping.kind == "facts":
        needed.add("observed_at")
        if not mapping.facts:
            mistakes.append("facts: names no column")
    elif mapping.facts:
        mistakes.append("facts: a file of events holds none")
    if mapping.ids == "column":
        needed.add(mapping.id_word)
    elif mapping.id_word in given:
        mistakes.append(f'{mapping.id_word}: ids = "content" makes it')
    mistakes += [f"{word}: is missing" for word in sorted(needed - given)]
    if not mapping.identifiers and "customer" not in given:
        mistakes.append("identifiers: nothing says who it is; customer is missing too")
    if len(mapping.delimiter) != 1:
        mistakes.append("delimiter: must be one character")
    try:
        _ = mapping.dates.zone
    except ValueError as error:
        mistakes.append(str(error))
    return mistakes
