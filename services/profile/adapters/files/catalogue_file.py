"""The catalogue of sources and keys, read from a TOML file.

``catalogue.toml`` beside this module is the one that holds where a company has none of its own, and
shows every word of the format.
"""

import math
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from services.profile.domain.facts.catalogue import Catalogue
from services.profile.domain.facts.keys import Comparable, FactKey, ValueKind
from services.profile.domain.facts.sources import Basis, KnownSources, Source
from services.profile.domain.history.events import Party
from services.profile.domain.people.households import HouseRules

DEFAULT = Path(__file__).with_name("catalogue.toml")

_PARTIES = {"first": Party.FIRST, "third": Party.THIRD, "real-time": Party.REAL_TIME}
_BASES = {"declared": Basis.DECLARED, "observed": Basis.OBSERVED, "bought-in": Basis.BOUGHT_IN}
_KINDS = {each.value: each for each in ValueKind}
_COMPARED = {each.value: each for each in Comparable}
_SOURCE_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_KEY_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_MAX_WORDS = 64
MOST_HOUSE_DAYS = 366
_SHOWN_COUNT = 20
"""More mistakes than this are not listed: one is at the bottom of them."""

Table = dict[str, Any]


class CatalogueError(ValueError):
    """A catalogue cannot be read; names every mistake, but not too many."""


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read a catalogue.

    Args:
        path: the file; ``None`` for the one that comes with this package.

    Raises:
        CatalogueError: naming everything that is missing, unknown or of the wrong kind.
    """
    file = path or DEFAULT
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise CatalogueError(f"{file} is not TOML: {error}") from None
    reader = _Reader()
    catalogue = reader.catalogue(document)
    if reader.mistakes:
        shown = reader.mistakes[:_SHOWN_COUNT]
        raise CatalogueError("\n".join(f"{file}: {each}" for each in shown))
    return catalogue


class _Reader:
    """Reads tables and notes mistakes; what it returns counts only where there are none."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def catalogue(self, document: Table) -> Catalogue:
        """Return the catalogue of a document."""
        half_life = self._number(document, "", "event_half_life_days", least=1)
        parties = self._tables(document, "parties")
        unknown = {
            party: self._source(parties.get(name, {}), f"parties.{name}", name="", party=party)
            for name, party in _PARTIES.items()
        }
        self._no_others(parties, "parties", _PARTIES)
        known = {
            name: self._source(table, f"sources.{name}", name=name)
            for name, table in self._tables(document, "sources").items()
        }
        keys = {
            name: self._key(table, f"keys.{name}", name)
            for name, table in self._tables(document, "keys").items()
        }
        known_words = {"event_half_life_days", "parties", "sources", "keys", "house"}
        self._no_others(document, "", known_words)
        house = self._house(document["house"]) if "house" in document else HouseRules()
        return Catalogue(KnownSources(known, unknown), keys, half_life, house)

    def _house(self, table: Any) -> HouseRules:
        if not isinstance(table, dict):
            self._fail("", "house", "must be a table")
            return HouseRules()
        self._no_others(table, "house", {"categories", "days"})
        categories = table.get("categories")
        if not isinstance(categories, list) or not all(
            isinstance(each, str) and each for each in categories
        ):
            self._fail("house", "categories", "must be a list of texts")
            categories = []
        days = self._number(table, "house", "days", least=1, most=MOST_HOUSE_DAYS)
        return HouseRules(frozenset(categories), days)

    def _source(self, table: Table, path: str, *, name: str, party: Party | None = None) -> Source:
        words = "" if party else self._words(table, path)
        found = party or self._choice(table, path, "party", _PARTIES)
        basis = self._choice(table, path, "basis", _BASES)
        if found is Party.THIRD and basis is not Basis.BOUGHT_IN:
            self._fail(path, "basis", "must be bought-in: another company says so")
        if name and not _SOURCE_NAME.fullmatch(name):
            self._fail(path, "", "a source is lower-case letters, digits and inner hyphens")
        trust = self._number(table, path, "trust", least=0, most=1)
        known = {"basis", "trust"} if party else {"basis", "trust", "party", "words"}
        self._no_others(table, path, known)
        return Source(name, found, basis, trust, words)

    def _key(self, table: Table, path: str, name: str) -> FactKey:
        if not _KEY_NAME.fullmatch(name):
            self._fail(path, "", "a key is lower-case letters, digits and underscores")
        words = self._words(table, path)
        if words and "{value}" not in words:
            self._fail(path, "words", "must say where the {value} stands")
        sensitive, choices = table.get("sensitive", False), table.get("choices", [])
        if not isinstance(sensitive, bool):
            self._fail(path, "sensitive", "must be true or false")
        if not isinstance(choices, list) or not all(isinstance(each, str) for each in choices):
            self._fail(path, "choices", "must be a list of texts")
            choices = []
        bounds = {
            side: self._number(table, path, side) for side in ("least", "most") if side in table
        }
        known = {"kind", "words", "half_life_days", "sensitive", "choices", "least", "most"}
        self._no_others(table, path, known | {"compared"})
        kind = self._choice(table, path, "kind", _KINDS)
        return FactKey(
            name,
            kind,
            words,
            self._number(table, path, "half_life_days", least=1),
            is_sensitive=bool(sensitive),
            choices=frozenset(each.casefold() for each in choices),
            compared=self._compared(table, path, kind),
            **bounds,
        )

    def _compared(self, table: Table, path: str, kind: ValueKind) -> Comparable | None:
        if "compared" not in table:
            return None
        found: Comparable = self._choice(table, path, "compared", _COMPARED)
        if found is Comparable.NEAR and kind not in {ValueKind.NUMBER, ValueKind.WHOLE}:
            self._fail(path, "compared", "only numbers are near each other")
        if table.get("sensitive"):
            self._fail(path, "compared", "nobody is recognised by what is sensitive")
        return found

    def _tables(self, document: Table, name: str) -> dict[str, Table]:
        section = document.get(name, {})
        if not isinstance(section, dict):
            self._fail("", name, "must be a table")
            return {}
        for each, table in section.items():
            if not isinstance(table, dict):
                self._fail(name, each, "must be a table")
        return {each: table for each, table in section.items() if isinstance(table, dict)}

    def _words(self, table: Table, path: str) -> str:
        words = table.get("words")
        if not isinstance(words, str) or not 0 < len(words) <= _MAX_WORDS:
            self._fail(path, "words", f"must be a text of 1 to {_MAX_WORDS} characters")
            return ""
        return words

    def _number(
        self,
        table: Table,
        path: str,
        name: str,
        *,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> float:
        value = table.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._fail(path, name, "must be a number")
        elif not least <= value <= most or not math.isfinite(value):
            self._fail(path, name, f"must be {least:g} to {most:g}, is {value:g}")
        else:
            return float(value)
        return 1.0

    def _choice(self, table: Table, path: str, name: str, choices: Mapping[str, Any]) -> Any:
        value = table.get(name)
        if not isinstance(value, str) or value not in choices:
            self._fail(path, name, f"must be one of {', '.join(choices)}")
            return next(iter(choices.values()))
        return choices[value]

    def _no_others(self, table: Table, path: str, known: Collection[str]) -> None:
        for name in table:
            if name not in known:
                self._fail(path, name, "is no word of a catalogue")

    def _fail(self, path: str, name: str, sentence: str) -> None:
        place = ".".join(part for part in (path, name) if part)
        self.mistakes.append(f"{place}: {sentence}")
