"""The table of signs as a document: read where it is used, written where it is learned.

People write it as TOML, or ``python -m ml life-signs`` learns it from customers of whom it is known
when their lives changed; both give the same file, and either may be corrected by hand.
"""

import json
import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from ml.model.life_stages.history import MONTHS, Kind
from ml.model.life_stages.signs import Sign, SignTable, Stage, Usual

MOST_STAGES = 20
MOST_SIGNS = 20
"""Of one stage; both keep the cost of a look in bounds."""

SHIPPED = Path(__file__).parent / "signs.toml"
"""The signs that hold where a deployment names no file of its own."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class SignTableError(ValueError):
    """A table of signs cannot be used; the message names every wrong value."""


def read_sign_table(path: Path) -> SignTable:
    """Return the table in a TOML file.

    Raises:
        SignTableError: when the file is missing, is not TOML, or does not say what it must.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return sign_table(document)
    except OSError as error:
        raise SignTableError(f"{path}: cannot be read: {error.strerror}") from None
    except SignTableError as error:
        raise SignTableError(f"{path}: {error}") from None
    except ValueError as error:
        raise SignTableError(f"{path}: is not TOML: {error}") from None


def sign_table(document: Mapping[str, object]) -> SignTable:
    """Return the table that a document says, as ``tomllib`` reads it.

    Raises:
        SignTableError: when something is missing, unknown or out of its bounds.
    """
    problems: list[str] = []
    root = _Reading(document, "", problems)
    usual = {
        (kind, name): _usual(reading)
        for kind in Kind
        for name, reading in root.table("usual").table(kind).tables()
    }
    stages = tuple(_stage(reading, usual) for reading in root.rows("stages", most=MOST_STAGES))
    root.done("usual", "stages")
    names = [each.name for each in stages]
    problems += [f"stages: {name} is there twice" for name in {*names} if names.count(name) > 1]
    if problems:
        raise SignTableError("; ".join(problems))
    return SignTable(stages)


class _Reading:
    """Reads one table of the document and notes what is wrong with it, where."""

    def __init__(self, values: object, path: str, problems: list[str]) -> None:
        self._path, self._problems = path, problems
        self._values: Mapping[str, object] = values if isinstance(values, Mapping) else {}
        if not isinstance(values, Mapping):
            self.note("", "must be a table")

    def note(self, name: str, problem: str) -> None:
        place = ".".join(part for part in (self._path, name) if part)
        self._problems.append(f"{place}: {problem}")

    def done(self, *names: str) -> None:
        for name in sorted(set(self._values) - set(names)):
            self.note(name, f"is not known; known are {', '.join(names)}")

    def table(self, name: str) -> "_Reading":
        path = f"{self._path}.{name}" if self._path else name
        return _Reading(self._values.get(name, {}), path, self._problems)

    def tables(self) -> list[tuple[str, "_Reading"]]:
        return [(name, self.table(name)) for name in self._values]

    def rows(self, name: str, *, most: int) -> list["_Reading"]:
        rows = self._values.get(name, [])
        if not isinstance(rows, list | tuple) or len(rows) > most:
            self.note(name, f"must be a list of at most {most}")
            return []
        path = f"{self._path}.{name}" if self._path else name
        return [_Reading(row, f"{path}[{place}]", self._problems) for place, row in enumerate(rows)]

    def number(
        self, name: str, least: float, most: float, *, default: float | None = None
    ) -> float:
        value = self._values.get(name, default)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and least <= value <= most
        ):
            return float(value)
        self.note(name, f"must be a number from {least:g} to {most:g}, is {value!r}")
        return least

    def text(self, name: str, *, default: str | None = None) -> str:
        value = self._values.get(name, default)
        if isinstance(value, str) and 0 < len(value) <= 64:
            return value
        self.note(name, f"must be a text of 1 to 64 characters, is {value!r}")
        return ""

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if not isinstance(value, bool):
            self.note(name, f"must be true or false, is {value!r}")
        return bool(value)

    def get(self, name: str) -> object:
        return self._values.get(name)


def _usual(reading: _Reading) -> Usual:
    reading.done("rate", "shape", "seasons")
    seasons = reading.get("seasons")
    factors: tuple[float, ...] = (1.0,) * MONTHS
    if seasons is not None:
        factors = tuple(seasons) if isinstance(seasons, list | tuple) else ()
        is_right = len(factors) == MONTHS and all(
            isinstance(each, int | float) and 0.01 <= each <= 100 for each in factors
        )
        if not is_right:
            reading.note("seasons", f"must be {MONTHS} numbers from 0.01 to 100")
            factors = (1.0,) * MONTHS
    return Usual(
        rate=reading.number("rate", 1e-6, 0.999),
        shape=reading.number("shape", 0.01, 1e3),
        seasons=factors,
    )


def _stage(reading: _Reading, usual: Mapping[tuple[Kind, str], Usual]) -> Stage:
    reading.done(
        *("name", "display_name", "sensitive", "per_year", "lasts_months", "half_life_months"),
        *("trust", "signs", "odds_factor", "odds_power"),
    )
    name = reading.text("name")
    if name and not _NAME.fullmatch(name):
        reading.note("name", "must be lower-case letters, digits and underscores, at most 40")
    signs = [_sign(each, usual) for each in reading.rows("signs", most=MOST_SIGNS)]
    if not signs:
        reading.note("signs", "must name at least one")
    return Stage(
        name,
        reading.text("display_name"),
        is_sensitive=reading.flag("sensitive"),
        per_year=reading.number("per_year", 1e-6, 0.9),
        lasts_months=int(reading.number("lasts_months", 1, 24)),
        half_life_months=reading.number("half_life_months", 0.1, math.inf, default=math.inf),
        trust=reading.number("trust", 0.01, 1.0, default=1.0),
        signs=tuple(signs),
        odds_factor=reading.number("odds_factor", 0.01, 100.0, default=1.0),
        odds_power=reading.number("odds_power", 0.1, 10.0, default=1.0),
    )


def _sign(reading: _Reading, usual: Mapping[tuple[Kind, str], Usual]) -> Sign:
    reading.done(*Kind, "ratio", "seen_in", "after_months", "before")
    kind = next((each for each in Kind if reading.get(each) is not None), Kind.CATEGORY)
    name = reading.text(kind)
    if name and (kind, name) not in usual:
        reading.note(kind, f"usual.{kind} says nothing of {name}")
    return Sign(
        kind,
        name,
        ratio=reading.number("ratio", 0.001, 1000.0),
        usual=usual.get((kind, name), Usual(0.5, 1.0)),
        seen_in=reading.number("seen_in", 0.001, 0.999, default=0.8),
        after_months=int(reading.number("after_months", 0, 12, default=0)),
        before=reading.number("before", 0.01, 100.0, default=1.0),
    )


def sign_text(table: SignTable, *, note: str) -> str:
    """Return a file that ``read_sign_table`` reads.

    Args:
        table: what it says; numbers are rounded to four digits.
        note: a line that says where they are from.
    """
    usual = {(sign.kind, sign.name): sign.usual for stage in table.stages for sign in stage.signs}
    parts = [f"# {note}"]
    parts += [_usual_text(*key, usual[key]) for key in sorted(usual)]
    parts += [_stage_text(stage) for stage in table.stages]
    return "\n\n".join(parts) + "\n"


def _usual_text(kind: Kind, name: str, usual: Usual) -> str:
    lines = [f"[usual.{kind}.{json.dumps(name)}]"]
    lines += [f"rate = {_digits(usual.rate)}", f"shape = {_digits(usual.shape)}"]
    if set(usual.seasons) != {1.0}:
        lines.append(f"seasons = [{', '.join(f'{each:.2f}' for each in usual.seasons)}]")
    return "\n".join(lines)


def _stage_text(stage: Stage) -> str:
    lines = [
        "[[stages]]",
        f"name = {json.dumps(stage.name)}",
        f"display_name = {json.dumps(stage.display_name)}",
        f"sensitive = {json.dumps(stage.is_sensitive)}",
        f"per_year = {_digits(stage.per_year)}",
        f"lasts_months = {stage.lasts_months}",
        f"trust = {_digits(stage.trust)}",
    ]
    if math.isfinite(stage.half_life_months):
        lines.append(f"half_life_months = {_digits(stage.half_life_months)}")
    for name, value in (("odds_factor", stage.odds_factor), ("odds_power", stage.odds_power)):
        if value != 1.0:
            lines.append(f"{name} = {_digits(value)}")
    return "\n".join([*lines, *(_sign_text(sign) for sign in stage.signs)])


def _sign_text(sign: Sign) -> str:
    lines = [
        "[[stages.signs]]",
        f"{sign.kind} = {json.dumps(sign.name)}",
        f"ratio = {_digits(sign.ratio)}",
        f"seen_in = {_digits(sign.seen_in)}",
    ]
    if sign.after_months:
        lines.append(f"after_months = {sign.after_months}")
    if sign.before != 1.0:
        lines.append(f"before = {_digits(sign.before)}")
    return "\n".join(lines)


def _digits(value: float) -> str:
    return repr(float(f"{value:.4g}"))
