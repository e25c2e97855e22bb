"""Lines of a file that were refused, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import count_in_words
from services.serving.failures import FieldViolation

SHOWN_COUNT = 100
"""More refused lines than this are counted, not listed: the cause is plain by then."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line that was refused."""

    line: int
    """Counted from 1."""
    violation: FieldViolation
    """The rule it breaks."""


def refusals_table(refusals: Sequence[Refusal]) -> Table:
    """Return the refused lines, at most ``SHOWN_COUNT`` of them."""
    left = len(refusals) - SHOWN_COUNT
    caption = f"and {count_in_words(left, 'line')} more" if left > 0 else None
    table = Table(title="Refused", title_style="bold red", title_justify="left", caption=caption)
    table.add_column("line", justify="right")
    table.add_column("reason", style="red", overflow="fold")
    table.add_column("field", style="cyan", overflow="fold")
    table.add_column("")
    for refusal in refusals[:SHOWN_COUNT]:
        violation = refusal.violation
        table.add_row(
            str(refusal.line),
            Text(violation.rule),
            Text(violation.field),
            Text(violation.message),
        )
    return table
