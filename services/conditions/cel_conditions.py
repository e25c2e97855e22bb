"""Conditions in CEL: checked where they are written, evaluated once per request.

The library finds mistakes of syntax; unknown names and types that do not go together it finds
only when it meets them, so each part of a condition is also tried on a sample customer.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cel

from services.conditions.condition import (
    ConditionMistake,
    Facts,
    Holds,
    Value,
    Vocabulary,
)
from services.conditions.source_text import (
    TYPE_NAMES,
    Token,
    check_names,
    logical_operands,
    mistake,
    texts_held_against,
    tokens,
    typed_names,
)

MAX_PROGRAMS = 16_384
"""Compiled conditions kept by a process; more distinct ones are compiled again when needed."""

_SAMPLES: dict[type, Value] = {int: 1, float: 1.0, str: "1", bool: True}
_POSITION = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)")
_UNEXPECTED = re.compile(
    r"(?:mismatched|extraneous|no viable alternative at) input '(.*)'(?: expecting|$)"
)
_UNREADABLE = re.compile(r"token recognition error at: '(.*)'")
_HALF_A_CHOICE = "Incomplete `ExprContext`"

_ADVICE = "Write 2.0 for a double and 2 for an int, or convert with double(…), int(…), string(…)"
_ARTICLES = {"int": "an"}

_DATA_ERRORS = (ArithmeticError, LookupError)
"""What may go wrong with one customer and right with the next: divisions by zero and the like."""
_ERRORS = (*_DATA_ERRORS, TypeError, ValueError, RuntimeError)


class CelConditions:
    """A language of conditions by the package ``common-expression-language``."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Take what conditions may speak of."""
        self._vocabulary = vocabulary
        self._sample = {
            variable: {name: _SAMPLES[kind] for name, kind in fields.items()}
            for variable, fields in vocabulary.variables.items()
        } | {table: {} for table in vocabulary.tables}

    def check(self, source: str) -> None:
        """Return when ``source`` can be used.

        Raises:
            ConditionMistake: with the position of the first mistake.
        """
        try:
            cel.compile(source)
        except ValueError as error:
            raise _syntax_mistake(source, str(error)) from None
        found = tokens(source)
        check_names(source, found, self._vocabulary)
        self._check_case(source, found)
        for operand in logical_operands(found):
            self._try_out(source, operand)

    def about(self, facts: Facts) -> Holds:
        """Return what says whether a condition holds, each evaluated at most once."""
        return _Evaluation(facts, self._vocabulary.tables).holds

    def _check_case(self, source: str, found: Sequence[Token]) -> None:
        """Refuse a text that no casefolded one can equal, hold or begin with."""
        vocabulary = self._vocabulary
        for field, token in texts_held_against(found, vocabulary, vocabulary.casefolded):
            text = cel.compile(token.text).execute()  # as the library reads prefixes and escapes
            if isinstance(text, str) and text != text.casefold():
                message = f"{field} is known in lower case only; write {text.casefold()!r}"
                raise mistake(source, token.start, rule="NOT_LOWER_CASE", message=message)

    def _try_out(self, source: str, operand: Sequence[Token]) -> None:
        """Evaluate one part of a condition on the sample customer."""
        text = source[operand[0].start : operand[-1].stop]
        start = operand[0].start
        try:
            result = cel.compile(text).execute(_context(self._sample, self._vocabulary.tables))
        except _DATA_ERRORS:
            return
        except ValueError:
            return  # not a whole expression by itself: the library has taken the condition whole
        except (TypeError, RuntimeError) as error:
            types = "; ".join(typed_names(operand, self._vocabulary)) or str(error).split(". ")[0]
            message = f"the types of {text} do not go together: {types}. {_ADVICE}"
            raise mistake(source, start, rule="TYPE_MISMATCH", message=message) from None
        if not isinstance(result, bool):
            kind = TYPE_NAMES.get(type(result), type(result).__name__)
            message = f"{text} gives {_ARTICLES.get(kind, 'a')} {kind}, and must be true or false"
            raise mistake(source, start, rule="NOT_BOOLEAN", message=message)


class _Evaluation:
    """What is known in one request, and what followed from it so far."""

    __slots__ = ("_context", "_facts", "_found", "_tables")

    def __init__(self, facts: Facts, tables: Mapping[str, float]) -> None:
        self._facts = facts
        self._tables = tables
        self._context: cel.Context | None = None
        self._found: dict[str, bool | None] = {}

    def holds(self, source: str) -> bool | None:
        """Return whether a condition holds, ``None`` when it asks for what is not known."""
        if source in self._found:
            return self._found[source]
        if self._context is None:
            self._context = _context(self._facts, self._tables)
        try:
            result = _program(source).execute(self._context)
        except _ERRORS:
            result = None
        self._found[source] = result if isinstance(result, bool) else None
        return self._found[source]


def _context(facts: Facts, tables: Mapping[str, float]) -> cel.Context:
    """Return the facts as the library takes them; a table that is not known is no function."""
    variables = {name: fields for name, fields in facts.items() if name not in tables}
    functions: dict[str, Callable[..., Any]] = {
        name: functools.partial(_entry, facts[name], otherwise)
        for name, otherwise in tables.items()
        if name in facts
    }
    return cel.Context(variables=variables, functions=functions)


def _entry(table: Mapping[str, Value], otherwise: float, key: object) -> Value | None:
    """Return what a table holds; nothing for what is no text, which no comparison then takes."""
    return table.get(key, otherwise) if isinstance(key, str) else None


@functools.lru_cache(MAX_PROGRAMS)
def _program(source: str) -> Any:
    return cel.compile(source)


def _syntax_mistake(source: str, complaint: str) -> ConditionMistake:
    position = _POSITION.search(complaint)
    if position is None or "Recursion limit" in complaint:
        return ConditionMistake("SYNTAX", 1, 1, "is nested too deeply", source)
    line, column, text = int(position[1]), int(position[2]), position[3]
    unexpected = _UNEXPECTED.match(text)
    if unexpected is not None:
        text = f"unexpected {unexpected[1]}"
    if (line, column) == _end(source):
        text = "the expression ends too early"
    elif text.startswith(_HALF_A_CHOICE):
        text = "a ? needs a : with what holds otherwise"
    unreadable = _UNREADABLE.match(text)
    if unreadable is not None:
        text = _unreadable_problem(unreadable[1].rstrip())
    sentence = text.partition(" expecting ")[0].partition(": InvalidUnicode")[0]
    return ConditionMistake("SYNTAX", line, column, sentence, source)


def _end(source: str) -> tuple[int, int]:
    """Return line and column behind the last character."""
    return source.count("\n") + 1, len(source) - source.rfind("\n")


def _unreadable_problem(found: str) -> str:
    if found.startswith("="):
        return f"unexpected {found}; did you mean ==?"
    return "the text is not closed" if found.startswith(("'", '"')) else f"unexpected {found}"
