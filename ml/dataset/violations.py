"""What is wrong with a data set: every broken rule with its file, column and number of rows."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule."""

    file: str
    """The file, such as ``interactions.parquet``."""
    column: str
    """The column or key; several are joined by a comma; empty for the whole file."""
    rule: str
    """The rule as a sentence, such as ``must be greater than 0``."""
    row_count: int = 0
    """How many rows break it; 0 where rows are not what breaks it."""
    example: str = ""
    """The first place that breaks it, such as ``customer_id=17, item_id=85123A``."""

    def __str__(self) -> str:
        """Return the violation as one line for people."""
        where = f"{self.file}: {self.column}" if self.column else self.file
        rows = (
            f" ({self.row_count:,} {'row' if self.row_count == 1 else 'rows'}"
            if self.row_count
            else ""
        )
        first = f", first: {self.example})" if rows and self.example else ")" if rows else ""
        return f"{where}: {self.rule}{rows}{first}"


class DatasetError(ValueError):
    """A data set breaks rules; the message names each of them, one a line."""

    def __init__(self, violations: list[Violation] | tuple[Violation, ...]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n".join(str(each) for each in self.violations))

    def nameless(self) -> "DatasetError":
        """Return the same without the places that break rules, for a place names a customer."""
        return DatasetError([replace(each, example="") for each in self.violations])
