"""Frozen settings from the environment; every missing or malformed variable is named at once.

A settings class is a frozen dataclass whose fields carry their docstring and unit; field
``pool_size`` of prefix ``OFONE_PROFILE`` is read from ``OFONE_PROFILE_POOL_SIZE``.
"""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

Settings = TypeVar("Settings")
OtherSettings = TypeVar("OtherSettings")

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class SettingsError(Exception):
    """The environment lacks variables or holds values that cannot be read."""


def load_settings(kind: type[Settings], prefix: str, environment: Mapping[str, str]) -> Settings:
    """Read the fields of the dataclass ``kind`` from ``environment``.

    Raises:
        SettingsError: naming every variable that is missing or malformed, one a line.
    """
    values: dict[str, object] = {}
    problems: list[str] = []
    hints = get_type_hints(kind)
    for each in dataclasses.fields(kind):  # type: ignore[arg-type]  # any dataclass will do
        variable = f"{prefix}_{each.name.upper()}"
        text = environment.get(variable)
        if text is None or text == "":
            if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
                problems.append(f"{variable} is missing")
            continue
        try:
            values[each.name] = _parse(hints[each.name], text)
        except ValueError as error:
            problems.append(f"{variable} is malformed: {error}")
    if not problems:
        try:
            return kind(**values)
        except ValueError as error:  # a __post_init__ that checks bounds
            problems.append(str(error))
    raise SettingsError("\n".join(problems))


def load_both(
    one: tuple[type[Settings], str],
    other: tuple[type[OtherSettings], str],
    environment: Mapping[str, str],
) -> tuple[Settings, OtherSettings]:
    """Read two settings classes, each with its prefix, from ``environment``.

    Raises:
        SettingsError: naming what is wrong with either, one a line.
    """
    problems: list[str] = []
    found: list[Any] = []
    for kind, prefix in (one, other):
        try:
            found.append(load_settings(kind, prefix, environment))
        except SettingsError as error:
            problems.append(str(error))
    if problems:
        raise SettingsError("\n".join(problems))
    return found[0], found[1]


def variables(kind: type[Any], prefix: str) -> dict[str, bool]:
    """Return the variables that ``kind`` reads, each with whether it is required."""
    return {
        f"{prefix}_{each.name.upper()}": each.default is dataclasses.MISSING
        and each.default_factory is dataclasses.MISSING
        for each in dataclasses.fields(kind)
    }


def _parse(hint: object, text: str) -> object:
    if hint is bool:
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(f"{text!r} is neither true nor false")
        return text.lower() in _TRUE
    if hint is int:
        return int(text)
    if hint is float:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text!r} is not a finite number")
        return number
    if hint in (Path, Path | None):
        return Path(text)
    if hint == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if hint in (str, str | None):
        return text
    raise TypeError(f"settings of type {hint} are not supported")
