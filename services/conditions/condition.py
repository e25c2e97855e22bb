"""What a condition is: the words it may use, the facts it is held against, the mistakes in it.

Pure, so that a domain can speak of conditions without the language behind them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = int | float | str | bool

Facts = Mapping[str, Mapping[str, Value]]
"""Values by variable and field, or by table and key; what is not known is left out."""

Holds = Callable[[str], bool | None]
"""Says whether a condition holds; ``None`` when it asks for what is not known."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What conditions may speak of."""

    variables: Mapping[str, Mapping[str, type]]
    """Fields and their types by variable: ``traits.basket_count``."""
    tables: Mapping[str, float] = field(default_factory=dict)
    """Tables with keys that nobody can list beforehand, asked as functions:
    ``category_share('Tea')``. The number is the answer for a key that a table does not hold."""
    casefolded: frozenset[str] = frozenset()
    """Variables whose texts are told casefolded: no text in capitals is ever equal to one."""


@dataclass(slots=True, eq=False)
class ConditionMistake(Exception):
    """A condition that cannot be used, and where."""

    rule: str
    """UPPER_SNAKE, such as ``UNKNOWN_FIELD``."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    message: str
    """One sentence."""
    source: str
    """The whole condition."""

    def __str__(self) -> str:
        """Return position, sentence, the line itself and a caret below the mistake."""
        lines = self.source.split("\n")
        text = lines[self.line - 1] if self.line <= len(lines) else ""
        caret = " " * (self.column - 1) + "^"
        return f"line {self.line}, column {self.column}: {self.message}\n{text}\n{caret}"
