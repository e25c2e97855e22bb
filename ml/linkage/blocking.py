"""Which customers are compared at all: those who have two things in common, few others having them.

Comparing everybody with everybody grows with the square of the customers. Blocks are made here and
not in Splink's rules, because a block of any size would be compared whole there; Splink compares
within the columns that this module leaves.

Source: blocking as in Christen, "Data Matching", 2012, chapter 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from ml.dataset.linkage_records import EQUAL, NEAR, SHARED

BLOCK = "block_"
FAVOURITES = 6
"""Of the most frequent items, every two are a block: the same six of a thousand items are rare."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocked:
    """Customers with the blocks they are in."""

    table: pd.DataFrame
    """The records, with a column for each kind of block: a text or a list of texts."""
    names: tuple[str, ...]
    """Of the columns that hold texts."""
    list_names: tuple[str, ...]
    """Of the columns that hold lists."""
    skipped: dict[str, int]
    """By kind of block, the blocks that are not compared because they are too large."""


def blocked(records: pd.DataFrame, *, most: int) -> Blocked:
    """Return customers with their blocks, none larger than ``most``.

    Args:
        records: as ``record_table`` makes them.
        most: customers of a block; larger ones are left out and counted.
    """
    keys, lists = dict(_pairs_of_things(records)), dict(_listed(records))
    columns: dict[str, pd.Series] = {}
    skipped = {}
    for name, values in keys.items():
        sizes = values.value_counts()
        skipped[name] = int((sizes > most).sum())
        columns[f"{BLOCK}{name}"] = values.where(values.map(sizes).between(2, most), None)
    for name, values in lists.items():
        sizes = values.explode().value_counts()
        skipped[name] = int((sizes > most).sum())
        small = set(sizes.index[(sizes > 1) & (sizes <= most)])
        columns[f"{BLOCK}{name}"] = values.map(
            lambda held, small=small: [each for each in held if each in small]
        )
    return Blocked(
        records.assign(**columns),
        tuple(f"{BLOCK}{name}" for name in keys),
        tuple(f"{BLOCK}{name}" for name in lists),
        skipped,
    )


def things(records: pd.DataFrame) -> list[str]:
    """Return the columns with one value each that may tell people apart, the most telling first.

    The less likely two customers are to agree by chance, the more their agreeing tells.
    """
    columns = [name for name in records.columns if name.startswith((EQUAL, NEAR))]
    return sorted([*columns, "store"], key=lambda name: (_agreement(records.loc[:, name]), name))


def _agreement(values: pd.Series) -> float:
    """Return how likely two customers of whom it is known agree by chance; 2 for nobody."""
    shares = values.value_counts(normalize=True)
    return float((shares**2).sum()) if len(shares) else 2.0


def _pairs_of_things(records: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    for one, other in combinations(sorted(things(records)), 2):
        both = records[one].notna() & records[other].notna()
        joined = records[one].astype("str") + "|" + records[other].astype("str")
        yield f"{one}_and_{other}", joined.astype("object").where(both, None)


def _listed(records: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    for name in SHARED:
        if records[name].map(len).any():
            yield name, records[name]
    yield "items", records["items"].map(_pairs_of_favourites)


def _pairs_of_favourites(items: list[str]) -> list[str]:
    return ["|".join(pair) for pair in combinations(sorted(items[:FAVOURITES]), 2)]
