"""A condition's text in tokens, for what the CEL library does not tell: where a name stands.

The library parses; here only names, brackets and logical operators matter.
"""

import difflib
import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from services.conditions.condition import ConditionMistake, Vocabulary

FUNCTIONS = ("double", "has", "int", "size", "string")
METHODS = ("contains", "endsWith", "size", "startsWith")
"""What conditions may call. Macros over lists and regular expressions are left out: there are no
lists to go through, and both can be made to run for seconds."""

TYPE_NAMES: Mapping[type, str] = {int: "int", float: "double", str: "string", bool: "bool"}

Variables = Mapping[str, Mapping[str, type]]

_WORDS = {"true", "false", "null", "in"}
_LOGICAL = {"&&", "||", "?", ":"}
_COMPARING = {"==", "!=", "<", "<=", ">", ">="}
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}"}
# Texts end exactly where the library ends them (a raw one knows no escapes): what it would run must
# not look like text here. Source: CEL's language definition, "Syntax", the rule STRING_LIT.
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)
    |(?P<text>[bB]?(?:
        [rR](?:'''(?s:.*?)'''|\"\"\"(?s:.*?)\"\"\"|'[^'\r\n]*'|"[^"\r\n]*")
        |'''(?s:\\.|[^\\])*?'''|\"\"\"(?s:\\.|[^\\])*?\"\"\"
        |'(?:\\.|[^'\\\r\n])*'|"(?:\\.|[^"\\\r\n])*"))
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[uU]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>&&|\|\||[<>=!]=|.)""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """One token; ``start`` and ``stop`` are places in the text."""

    kind: str
    text: str
    start: int
    stop: int


def tokens(source: str) -> list[Token]:
    """Return the tokens of a condition, without blanks and comments."""
    found = ((match.lastgroup or "", match) for match in _TOKEN.finditer(source))
    return [Token(kind, each.group(), *each.span()) for kind, each in found if kind != "skip"]


def mistake(source: str, start: int, *, rule: str, message: str) -> ConditionMistake:
    """Return the mistake that stands at place ``start`` of the text."""
    before = source[:start]
    column = start - (before.rfind("\n") + 1) + 1
    return ConditionMistake(rule, before.count("\n") + 1, column, message, source)


def check_names(source: str, found: Sequence[Token], vocabulary: Vocabulary) -> None:
    """Refuse names that mean nothing.

    Args:
        source: the condition.
        found: its tokens.
        vocabulary: what it may speak of.

    Raises:
        ConditionMistake: at the first one.
    """
    variables, functions = vocabulary.variables, (*FUNCTIONS, *vocabulary.tables)
    texts = ["", "", *(token.text if token.kind != "text" else "''" for token in found), "", ""]
    for place, token in enumerate(found):
        if token.kind != "name" or token.text in _WORDS:
            continue
        before, after = texts[place + 1], texts[place + 3]
        problem = None
        if after == "(":
            problem = _call_problem(token.text, METHODS if before == "." else functions)
        elif before != ".":
            problem = _variable_problem(token.text, after, variables)
        elif texts[place] in variables:
            problem = _field_problem(token.text, texts[place], variables)
        else:
            problem = ("UNKNOWN_FIELD", f"nothing here has a field {token.text}")
        if problem is not None:
            raise mistake(source, token.start, rule=problem[0], message=problem[1])


def texts_held_against(
    found: Sequence[Token], vocabulary: Vocabulary, variables: Collection[str]
) -> list[tuple[str, Token]]:
    """Return the texts that stand beside a field of text, each with that field.

    Those of ``facts.pet == 'cat'``, ``'cat' == facts.pet``, ``facts.pet in ['cat', 'dog']`` and
    ``facts.pet.startsWith('c')``.

    Args:
        found: the tokens of a condition whose names are right.
        vocabulary: what it may speak of.
        variables: whose fields count.
    """
    held: list[tuple[str, Token]] = []
    for place, (variable, dot, field) in enumerate(zip(found, found[1:], found[2:], strict=False)):
        if variable.text not in variables or dot.text != ".":
            continue
        if vocabulary.variables[variable.text][field.text] is str:
            beside = _beside(found[:place], found[place + 3 :])
            name = f"{variable.text}.{field.text}"
            held += [(name, each) for each in beside if each.kind == "text"]
    return held


def logical_operands(found: Sequence[Token]) -> list[Sequence[Token]]:
    """Return the parts that ``&&``, ``||``, ``!`` and ``? :`` join, each by itself."""
    parts: list[Sequence[Token]] = []
    depth = start = 0
    for place, token in enumerate(found):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0 and token.text in _LOGICAL:
            parts.append(found[start:place])
            start = place + 1
    parts.append(found[start:])
    if len(parts) > 1:
        return [operand for part in parts for operand in logical_operands(part)]
    inner = list(found)
    while inner and inner[0].text == "!":
        inner = inner[1:]
    if _wrapped(inner):
        return logical_operands(inner[1:-1])
    return [inner] if inner else []


def typed_names(found: Sequence[Token], vocabulary: Vocabulary) -> list[str]:
    """Return the fields that occur, each with its type: ``traits.total_spend is a double``."""
    variables = vocabulary.variables
    named = [
        (variable.text, field.text)
        for variable, dot, field in zip(found, found[1:], found[2:], strict=False)
        if variable.text in variables and dot.text == "."
    ]
    return [
        f"{variable}.{field} is a {TYPE_NAMES[variables[variable][field]]}"
        for variable, field in dict.fromkeys(named)
    ]


def _beside(before: Sequence[Token], after: Sequence[Token]) -> list[Token]:
    """Return what the field between is compared with, looked for in, or asked about."""
    beside = [before[-2]] if len(before) > 1 and before[-1].text in _COMPARING else []
    following = [each.text for each in after[:3]]
    if following[:1] and following[0] in _COMPARING:
        beside += after[1:2]
    elif following[:2] == ["in", "["]:
        beside += itertools.takewhile(lambda each: each.text != "]", after[2:])
    elif following[:1] == ["."] and following[2:] == ["("]:
        beside += after[3:4]
    return beside


def _wrapped(found: Sequence[Token]) -> bool:
    """Return whether one pair of brackets holds everything."""
    if len(found) < 2 or found[0].text != "(":
        return False
    depth = 0
    for place, token in enumerate(found):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0:
            return place == len(found) - 1
    return False


def _call_problem(name: str, allowed: Sequence[str]) -> tuple[str, str] | None:
    if name in allowed:
        return None
    return "UNKNOWN_FUNCTION", f"there is no {name}(); there are {', '.join(allowed)}"


def _variable_problem(name: str, after: str, variables: Variables) -> tuple[str, str] | None:
    if name not in variables:
        return "UNKNOWN_NAME", f"there is no {name}{_hint(name, tuple(variables))}"
    if after != ".":
        return "NO_FIELD", f"{name} needs a field, such as {name}.{next(iter(variables[name]))}"
    return None


def _field_problem(name: str, variable: str, variables: Variables) -> tuple[str, str] | None:
    fields = tuple(variables[variable])
    if name in fields:
        return None
    return "UNKNOWN_FIELD", f"{variable} has no field {name}{_hint(name, fields)}"


def _hint(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
