"""A training configuration from a TOML file: the fields of ``TrainingConfig`` by their names.

``windows = 3`` belongs to ``[learning]``, ``factors = 128`` to ``[learning.factors]``; what a file
leaves out keeps its default.
"""

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints

from ml.training.bounds import Bounds
from ml.training.training_config import TrainingConfig


class ConfigError(ValueError):
    """A configuration cannot be read; the message names every wrong key."""


def read_config(path: Path) -> TrainingConfig:
    """Read a training configuration.

    Raises:
        ConfigError: when the file is missing, is not TOML, or a key is unknown, ill-typed or out of
            its bounds.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    problems: list[str] = []
    config: TrainingConfig = _filled(TrainingConfig(), document, "", problems)
    if problems:
        raise ConfigError("\n".join(f"{path}: {each}" for each in problems))
    return config


def config_text(values: Mapping[str, int | float | str], *, note: str) -> str:
    """Return a file that ``read_config`` reads.

    Args:
        values: fields of ``LearningConfig``, nested ones as ``outer.inner``.
        note: a line that says where they are from.
    """
    tables: dict[str, list[str]] = {}
    for name, value in values.items():
        outer, _, field = name.rpartition(".")
        table = f"learning.{outer}" if outer else "learning"
        tables.setdefault(table, []).append(f"{field} = {json.dumps(value)}")
    parts = [f"# {note}"]
    parts += [f"[{table}]\n" + "\n".join(lines) for table, lines in tables.items()]
    return "\n\n".join(parts) + "\n"


def _filled(
    default: Any,  # a configuration dataclass, and so what comes back
    document: Mapping[str, Any],
    prefix: str,
    problems: list[str],
) -> Any:
    hints = get_type_hints(type(default), include_extras=True)
    changes: dict[str, Any] = {}
    for key, value in document.items():
        name = f"{prefix}{key}"
        if key not in hints:
            problems.append(f"{name}: is not a setting; known: {', '.join(hints)}")
        elif dataclasses.is_dataclass(hints[key]):
            if isinstance(value, dict):
                inner = getattr(default, key)
                changes[key] = _filled(inner, value, f"{name}.", problems)
            else:
                problems.append(f"{name}: must be a table")
        else:
            problem = _problem(hints[key], value)
            if problem:
                problems.append(f"{name}: {problem}, is {value!r}")
            else:
                is_number = get_args(hints[key])[:1] == (float,)
                changes[key] = float(value) if is_number else value
    return dataclasses.replace(default, **changes)


def _problem(hint: Any, value: object) -> str:
    """Return what is wrong with a value; empty where nothing is."""
    if get_origin(hint) is Annotated:
        kind, bounds = get_args(hint)
        return _problem_of_number(kind, bounds, value)
    for option in get_args(hint) if get_origin(hint) is not Literal else (hint,):
        if get_origin(option) is Literal:
            hint = option
    if get_origin(hint) is Literal:
        allowed = get_args(hint)
        return "" if value in allowed else f"must be one of {', '.join(map(str, allowed))}"
    if hint is bool:
        return "" if isinstance(value, bool) else "must be true or false"
    return "" if isinstance(value, str) and value else "must be a text"


def _problem_of_number(kind: type, bounds: Bounds, value: object) -> str:
    is_kind = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    if is_kind and bounds.admit(cast("float", value)):
        return ""
    return f"must be {'a whole number' if kind is int else 'a number'} {bounds}"
