"""What may be known of a person besides what they did: keys, each with its kind of value.

A key that nobody declared is refused: nobody would know whether it is sensitive.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

Value = str | float | bool
"""Of a fact; whole numbers are floats."""

MAX_TEXT_CHARACTERS = 64


class ValueKind(StrEnum):
    """What kind of value a key has."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"


class Comparable(StrEnum):
    """How a key tells whether two customers may be one person."""

    EQUAL = "equal"
    """The values are equal or not; only keyed hashes of them are compared."""
    NEAR = "near"
    """The values are numbers and may be close, as a year that was mistyped is."""


class RefusedValue(ValueError):
    """A value is none of its key."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        """In UPPER_SNAKE."""


@dataclass(frozen=True, slots=True)
class FactKey:
    """One thing that may be known of a person."""

    name: str
    kind: ValueKind
    words: str
    """The sentence for people, with ``{value}`` where the value stands."""
    half_life_days: float
    """After so many days a fact is half as fresh."""
    is_sensitive: bool = False
    """Whether it is read only where the customer allows sensitive inference."""
    choices: frozenset[str] = frozenset()
    """The texts that are allowed, casefolded; empty for any."""
    least: float = float("-inf")
    most: float = float("inf")
    """Bounds of a number, both inclusive."""
    compared: Comparable | None = None
    """How it is compared when customers are looked for who are one person; ``None`` for never."""

    def accept(self, value: Value) -> Value:
        """Return a value as it is kept: text without needless spaces, numbers as floats.

        Raises:
            RefusedValue: when it is none of this key.
        """
        if self.kind is ValueKind.FLAG:
            if not isinstance(value, bool):
                raise RefusedValue("NOT_A_FLAG", "must be true or false")
            return value
        if self.kind is ValueKind.TEXT:
            return self._text(value)
        if isinstance(value, bool | str):
            raise RefusedValue("NOT_A_NUMBER", "must be a number")
        return self._number(float(value))

    def in_words(self, value: Value) -> str:
        """Return the sentence that says ``value``, such as ``Household of 3``."""
        if isinstance(value, bool):
            said = "yes" if value else "no"
        elif isinstance(value, str):
            said = value
        else:
            said = f"{value:.0f}" if value == int(value) else f"{value:g}"
        return self.words.replace("{value}", said)

    def _text(self, value: Value) -> str:
        if not isinstance(value, str):
            raise RefusedValue("NOT_A_TEXT", "must be a text")
        text = " ".join(unicodedata.normalize("NFC", value).split())
        if not text:
            raise RefusedValue("REQUIRED", "must not be empty")
        if len(text) > MAX_TEXT_CHARACTERS:
            raise RefusedValue("TOO_LONG", f"must have at most {MAX_TEXT_CHARACTERS} characters")
        if not text.isprintable():
            raise RefusedValue("MALFORMED", "must not hold control characters")
        if self.choices and text.casefold() not in self.choices:
            raise RefusedValue("NOT_A_CHOICE", f"must be one of {', '.join(sorted(self.choices))}")
        return text.casefold() if self.choices else text

    def _number(self, value: float) -> float:
        if not abs(value) < float("inf"):  # NaN is not less than anything
            raise RefusedValue("NOT_FINITE", "must be a finite number")
        if self.kind is ValueKind.WHOLE and value != int(value):
            raise RefusedValue("NOT_WHOLE", f"must be a whole number, is {value:g}")
        if not self.least <= value <= self.most:
            raise RefusedValue(
                "OUT_OF_RANGE", f"must be {self.least:g} to {self.most:g}, is {value:g}"
            )
        return value + 0.0  # turns -0.0 into 0.0, which it equals but is not written as


def sameness(value: Value) -> tuple[str, Value]:
    """Return what two values have in common exactly when they say the same.

    Texts are compared without regard to case; ``True`` is not 1.
    """
    if isinstance(value, str):
        return "text", value.casefold()
    return ("flag" if isinstance(value, bool) else "number"), value
