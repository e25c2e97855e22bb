"""Records in files: one a line (JSON lines), or one a document or list entry (YAML)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from services.serving.failures import FieldViolation

_MAX_LINE_BYTES = 4 * 1024 * 1024
"""No record of ours comes near; a longer line is a file of another kind."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record, or why it cannot be read."""

    line: int
    """Where it begins, counted from 1."""
    value: object = None
    """What the parser made of it."""
    size_bytes: int = 0
    """The length of its line; 0 in YAML."""
    mistake: FieldViolation | None = None
    """Set when it cannot be read; there is no value then."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """In YAML: from the path of a field, such as ``variants[0].benefit``, to its line."""

    def line_of(self, path: str) -> int:
        """Return the line of a field, or of the nearest thing around it that is known."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, self.line)


def json_lines(lines: Iterable[bytes]) -> Iterator[Record]:
    """Yield a record for each line that is not blank."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            if len(line) > _MAX_LINE_BYTES:
                raise ValueError(f"is longer than {_MAX_LINE_BYTES} bytes")
            value = json.loads(line, object_pairs_hook=_without_twins)
        except RecursionError:
            mistake = FieldViolation("", "NOT_JSON", "is nested too deeply")
        except UnicodeDecodeError:
            mistake = FieldViolation("", "NOT_UTF8", "is not valid UTF-8")
        except json.JSONDecodeError as error:
            mistake = FieldViolation("", "NOT_JSON", f"{error.msg} at column {error.colno}")
        except ValueError as error:
            mistake = FieldViolation("", "NOT_JSON", str(error))
        else:
            yield Record(number, value, size_bytes=len(line))
            continue
        yield Record(number, size_bytes=len(line), mistake=mistake)


def yaml_records(text: str | bytes) -> list[Record]:
    """Return the records of a YAML text: each document is one, or a list of them.

    A text that is not YAML is answered with one record that says so.
    """
    records: list[Record] = []
    try:
        loader = yaml.SafeLoader(text)
        while loader.check_node() and (node := loader.get_node()) is not None:
            entries = node.value if isinstance(node, yaml.SequenceNode) else [node]
            records += [_yaml_record(loader, entry) for entry in entries]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        sentence = " ".join(part for part in (error.context, error.problem) if part)
        records.append(Record(line, mistake=FieldViolation("", "NOT_YAML", sentence)))
    except RecursionError:
        records.append(Record(1, mistake=FieldViolation("", "NOT_YAML", "is nested too deeply")))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: 2026-02-30
        records.append(Record(1, mistake=FieldViolation("", "NOT_YAML", str(error))))
    return records


def _yaml_record(loader: yaml.SafeLoader, node: yaml.Node) -> Record:
    lines: dict[str, int] = {}
    twin = _note_lines(node, "", lines)
    line = node.start_mark.line + 1
    if twin is not None:
        return Record(lines[twin], mistake=FieldViolation(twin, "GIVEN_TWICE", "is given twice"))
    return Record(line, loader.construct_document(node), lines=lines)


def _note_lines(node: yaml.Node, path: str, lines: dict[str, int]) -> str | None:
    """Note the line of every field below ``node``; return the path of one that is given twice."""
    children: list[tuple[str, int, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = f"{path}.{key.value}" if path else str(key.value)
            children.append((place, key.start_mark.line + 1, value))
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            children.append((f"{path}[{position}]", value.start_mark.line + 1, value))
    for place, line, value in children:
        if place in lines:
            lines[place] = line
            return place
        lines[place] = line
        twin = _note_lines(value, place, lines)
        if twin is not None:
            return twin
    return None


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twin = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twin!r} is given twice")
    return result
