"""Reads a PromQL expression just far enough: which series it asks for, and by which labels."""

import re
from dataclasses import dataclass

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"(?<![\w:])([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?(?!\s*\()(?![\w:])")
_RANGE = re.compile(r"\[[^\]]*\]")
_WORDS = {"and", "or", "unless", "bool", "offset", "group_left", "group_right", "by", "on"}


@dataclass(frozen=True, slots=True)
class Question:
    """What an expression asks for."""

    series: dict[str, set[str]]
    """Names of series, each with the labels that it is selected by."""
    grouping: set[str]
    """Labels that results are grouped or joined by."""


def read(expression: str) -> Question:
    """Return what an expression asks for."""
    text = _RANGE.sub("", _STRING.sub('""', expression))
    grouping = {
        label.strip() for match in _GROUPING.finditer(text) for label in match[2].split(",")
    } - {""}
    text = _GROUPING.sub(" ", text)
    series: dict[str, set[str]] = {}
    for match in _SELECTOR.finditer(text):
        if match[1] in _WORDS:
            continue
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", match[2] or ""))
        series.setdefault(match[1], set()).update(labels)
    return Question(series, grouping)
