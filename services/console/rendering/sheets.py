"""One thing, a field a row."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text


def sheet(fields: Mapping[str, str]) -> Table:
    """Return the fields that are not empty, each with its heading."""
    table = Table(box=None, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for heading, value in fields.items():
        if value:
            table.add_row(heading, Text(value))
    return table
