"""What a data set may hold, beyond its columns: each rule finds the rows that break it.

A rule that fails is reported with the number of rows and the first of them, all rules at once, so
that whoever brings data mends it in one go.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.dataset import columns
from ml.dataset.violations import DatasetError, Violation

ID_PATTERN = r"[^/\x00-\x1f\x7f]{1,128}"
"""Ids as the services take them in resource names: 1 to 128 characters, no slash, no control."""

BASKET_PATTERN = r"[^\x00-\x1f\x7f]{1,256}"
"""Basket ids: a source and its own id of the event, such as ``till/4711``."""

_BOUGHT = columns.INTERACTIONS.file
_ASKED = columns.TARGETS.file
_DATES = columns.TARGET_DATES.file
_FOLDS = "folds.json"

_ID_RULE = (ID_PATTERN, "must be 1 to 128 characters without slash or control character")
_WELL_FORMED = {
    "customer_id": _ID_RULE,
    "item_id": _ID_RULE,
    "store": _ID_RULE,
    "basket_id": (BASKET_PATTERN, "must be 1 to 256 characters without control character"),
}


@dataclass(frozen=True, slots=True)
class Fold:
    """The customers of each part of one fold; a customer is in at most one part."""

    train: tuple[str, ...]
    """May be learned from with their targets; may be empty."""
    val: tuple[str, ...]
    """For tuning."""
    test: tuple[str, ...]
    """Asked; never empty."""


def check(tables: Mapping[str, pd.DataFrame], folds: tuple[Fold, ...], *, is_dated: bool) -> None:
    """Check every rule on tables that have their columns and types.

    Args:
        tables: The four tables by file name; absent ones are empty.
        folds: The folds.
        is_dated: Whether every basket has a time, or none.

    Raises:
        DatasetError: naming every broken rule.
    """
    problems = [*_cells(tables)]
    if not problems:
        problems = [
            *_repeats(tables),
            *_times(tables[_BOUGHT], is_dated=is_dated),
            *_baskets(tables[_BOUGHT]),
            *_held_out(tables),
            *_parts(tables, folds),
        ]
    if problems:
        raise DatasetError(problems)


def _found(file: str, column: str, rule: str, rows: pd.DataFrame) -> Iterator[Violation]:
    """Yield a violation when there are ``rows`` that break the rule."""
    if len(rows):
        shown = [name for name in ("customer_id", "basket_id", "item_id") if name in rows]
        example = ", ".join(f"{name}={rows.iloc[0][name]}" for name in shown)
        yield Violation(file, column, rule, len(rows), example)


def _cells(tables: Mapping[str, pd.DataFrame]) -> Iterator[Violation]:
    """Yield what is wrong with single values."""
    if tables[_BOUGHT].empty:
        yield Violation(_BOUGHT, "", "must have at least one row")
    for table in (columns.INTERACTIONS, columns.ITEMS, columns.TARGETS, columns.TARGET_DATES):
        frame = tables[table.file]
        for each in table.columns:
            values = frame[each.name]
            if not each.nullable:
                yield from _found(table.file, each.name, "must not be null", frame[values.isna()])
            if each.name in _WELL_FORMED:
                pattern, rule = _WELL_FORMED[each.name]
                known = pd.Series(values.dropna().unique(), dtype="str")
                bad = known[~known.str.fullmatch(pattern)]
                yield from _found(table.file, each.name, rule, frame[values.isin(bad)])
            if each.kind == "number":
                endless = frame[np.isinf(values)]
                yield from _found(table.file, each.name, "must be finite", endless)
                least, sentence = (values <= 0, "must be greater than 0")
                if each.name != "quantity":
                    least, sentence = (values < 0, "must not be negative")
                yield from _found(table.file, each.name, sentence, frame[least])
    early = tables[_BOUGHT]["sequence"] < 0
    yield from _found(_BOUGHT, "sequence", "must not be negative", tables[_BOUGHT][early])


def _repeats(tables: Mapping[str, pd.DataFrame]) -> Iterator[Violation]:
    """Yield what occurs twice."""
    for file, key in (
        (_BOUGHT, ["customer_id", "basket_id", "item_id"]),
        (columns.ITEMS.file, ["item_id"]),
        (_ASKED, ["customer_id", "item_id"]),
        (_DATES, ["customer_id"]),
    ):
        frame = tables[file]
        repeated = frame[frame.duplicated(key)]
        yield from _found(file, ", ".join(key), "must not occur twice", repeated)


def _times(bought: pd.DataFrame, *, is_dated: bool) -> Iterator[Violation]:
    """Yield what is wrong with the presence of times."""
    undated = bought[bought["occurred_at"].isna()]
    if is_dated:
        rule = "must not be null in a dated data set (dataset.json: dated is true)"
        yield from _found(_BOUGHT, "occurred_at", rule, undated)
    elif len(undated) < len(bought):
        rule = "must be null throughout in an undated data set (dataset.json: dated is false)"
        yield from _found(_BOUGHT, "occurred_at", rule, bought[bought["occurred_at"].notna()])


def _baskets(bought: pd.DataFrame) -> Iterator[Violation]:
    """Yield what is wrong with baskets and their order."""
    facts = ["customer_id", "basket_id", "sequence", "occurred_at", "store"]
    baskets = bought[facts].drop_duplicates(ignore_index=True)
    for name in ("sequence", "occurred_at", "store"):
        told = baskets[["customer_id", "basket_id", name]].drop_duplicates()
        twice = told[told.duplicated(["customer_id", "basket_id"])]
        yield from _found(_BOUGHT, name, "must be the same throughout a basket", twice)
    baskets = baskets.drop_duplicates(["customer_id", "basket_id"])
    shared = baskets[baskets.duplicated(["customer_id", "sequence"])]
    yield from _found(_BOUGHT, "sequence", "must not be shared by baskets of a customer", shared)
    baskets = baskets.sort_values(["customer_id", "sequence"], ignore_index=True)
    expected = baskets.groupby("customer_id", sort=False).cumcount()
    gaps = baskets[(baskets["sequence"] != expected) & ~baskets.index.isin(shared.index)]
    if shared.empty:
        rule = "must count a customer's baskets from 0 without gaps"
        yield from _found(_BOUGHT, "sequence", rule, gaps)
    same = baskets["customer_id"].eq(baskets["customer_id"].shift())
    back = baskets[same & (baskets["occurred_at"] < baskets["occurred_at"].shift())]
    yield from _found(_BOUGHT, "occurred_at", "must not go back as sequence goes on", back)


def _held_out(tables: Mapping[str, pd.DataFrame]) -> Iterator[Violation]:
    """Yield what is wrong with targets and their dates."""
    bought, asked, dates = tables[_BOUGHT], tables[_ASKED], tables[_DATES]
    customers = bought["customer_id"].unique()
    stray = asked[~asked["customer_id"].isin(customers)]
    yield from _found(_ASKED, "customer_id", "must have a history in interactions.parquet", stray)
    if dates.empty:
        return
    stray = dates[~dates["customer_id"].isin(asked["customer_id"])]
    yield from _found(_DATES, "customer_id", "must have a target in targets.parquet", stray)
    undated = asked[~asked["customer_id"].isin(dates["customer_id"])]
    yield from _found(_ASKED, "customer_id", "must have a date in target_dates.parquet", undated)
    latest = dates["customer_id"].map(bought.groupby("customer_id")["occurred_at"].max())
    rule = "must not lie before the customer's last basket"
    yield from _found(_DATES, "occurred_at", rule, dates[dates["occurred_at"] < latest])


def _parts(tables: Mapping[str, pd.DataFrame], folds: tuple[Fold, ...]) -> Iterator[Violation]:
    """Yield what is wrong with folds."""
    asked = set(tables[_ASKED]["customer_id"])
    for number, fold in enumerate(folds):
        seen: set[str] = set()
        if not fold.test:
            yield Violation(_FOLDS, f"folds[{number}].test", "must not be empty")
        for part, members in (("train", fold.train), ("val", fold.val), ("test", fold.test)):
            twice = [each for each in members if each in seen]
            twice += [each for each, count in Counter(members).items() if count > 1]
            if twice:
                rule = "must hold no customer twice, nor one of another part"
                example = f"customer_id={twice[0]}"
                yield Violation(_FOLDS, f"folds[{number}].{part}", rule, len(twice), example)
            seen.update(members)
            stray = [each for each in members if each not in asked]
            if stray:
                rule = "must be customers of targets.parquet"
                example = f"customer_id={stray[0]}"
                yield Violation(_FOLDS, f"folds[{number}].{part}", rule, len(stray), example)
