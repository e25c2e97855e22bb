"""What is compared of two customers, and the outcomes that are told apart.

Identifiers that several people use are not among it. They find pairs (``ml.linkage.blocking``), but
what they tell of is a house: who shares a tablet is mostly a family, not one person with two cards
(docs/decisions/0077-a-probable-link-is-a-suggestion.md has the figures).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import pandas as pd
import splink.comparison_level_library as levels
import splink.comparison_library as library
from splink.internals.comparison_creator import ComparisonCreator
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from ml.dataset.linkage_records import EQUAL, NEAR

FEW_ITEMS = 5
"""With fewer items on either side, having them in common or not is chance."""
ITEM_BITS = 2_048
"""Items are compared as sets of bits, ten times faster than lists. Of more items than bits some
share one: with 20 items a side that makes a fifth of an item in common by chance."""
_OVERLAPS = (0.5, 0.35, 0.2)
"""Shares of the shorter list of items that are in the longer too."""
_YEAR = 1_000
"""From here on a number has digits that may change places, as those of a year do."""


class Outcome(IntEnum):
    """How alike two customers are in one thing; the numbers are those of the contract."""

    SAME = 1
    SIMILAR = 2
    DIFFERENT = 3


Levels = Sequence[tuple[ComparisonLevelCreator, Outcome]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison."""

    name: str
    """As it is told, such as ``postcode``."""
    column: str
    """As Splink names it."""
    creator: ComparisonCreator
    outcomes: tuple[Outcome, ...]
    """Of its levels, the null level left out, in their order."""
    has_frequencies: bool = False
    """Whether agreeing on a rare value tells more than on a frequent one."""


def comparisons(records: pd.DataFrame) -> list[Compared]:
    """Return what can be compared of these customers.

    Args:
        records: as ``record_table`` makes them.
    """
    facts = [
        _equal(column.removeprefix(EQUAL), column)
        if column.startswith(EQUAL)
        else _near(column.removeprefix(NEAR), column, records[column])
        for column in records.columns
        if column.startswith((EQUAL, NEAR))
    ]
    return [*facts, _equal("store", "store"), _equal("daypart", "daypart"), _items()]


def _equal(name: str, column: str) -> Compared:
    creator = library.ExactMatch(column).configure(term_frequency_adjustments=True)
    return Compared(name, column, creator, (Outcome.SAME, Outcome.DIFFERENT), has_frequencies=True)


def _near(name: str, column: str, values: pd.Series) -> Compared:
    """Return a comparison of numbers: equal, next to each other, or mistyped."""
    told: list[tuple[ComparisonLevelCreator, Outcome]] = [
        (levels.ExactMatchLevel(column), Outcome.SAME),
        (levels.CustomLevel(f'abs("{column}_l" - "{column}_r") <= 1'), Outcome.SIMILAR),
    ]
    if values.min() >= _YEAR:
        ends = [f'cast(cast("{column}_{side}" as bigint) as varchar)' for side in "lr"]
        slip = f"damerau_levenshtein({', '.join(ends)}) = 1"
        told.append((levels.CustomLevel(slip), Outcome.SIMILAR))
    return _custom(name, column, levels.NullLevel(column), told)


def _items() -> Compared:
    shorter = "least(bit_count(items_l), bit_count(items_r))"
    outcomes = (Outcome.SAME, Outcome.SAME, Outcome.SIMILAR)
    told = [
        (levels.CustomLevel(f"bit_count(items_l & items_r) >= {share} * {shorter}"), outcome)
        for share, outcome in zip(_OVERLAPS, outcomes, strict=True)
    ]
    few = levels.CustomLevel(f"{shorter} < {FEW_ITEMS}").configure(is_null_level=True)
    return _custom("items", "items", few, told)


def _custom(name: str, column: str, null: ComparisonLevelCreator, told: Levels) -> Compared:
    creator = library.CustomComparison(
        output_column_name=column,
        comparison_levels=[null, *(level for level, _ in told), levels.ElseLevel()],
    )
    outcomes = (*(outcome for _, outcome in told), Outcome.DIFFERENT)
    return Compared(name, column, creator, outcomes)
