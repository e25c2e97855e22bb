"""From a retailer's raw export to a data set: every line is imported or refused with a reason.

Lines of one basket with the same item are merged: quantities add up, the price is their mean per
unit. A line whose price is empty keeps a null price.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from ml.dataset.baskets import merge_lines
from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.folder import staged_folder, write_tables
from ml.dataset.mapping import ColumnMapping, MappingError, fitting_mapping
from ml.dataset.parquet import write_frame
from ml.dataset.raw_lines import RawLines, read_lines
from ml.dataset.raw_purchases import REASON_WORDS, read_purchases

REFUSED_FILE = "refused.parquet"

_SHOWN_CHARACTERS = 60
"""Of an example of a refused value."""

_SHOWN = ("customers", "items", "baskets", "interactions")


class RawImportError(ValueError):
    """An export holds nothing that can be imported."""

    def __init__(self, message: str, refused: pd.DataFrame) -> None:
        """Keep the sentence and the refused lines, as in ``RawImport.refused``."""
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True, slots=True, eq=False)
class RawImport:
    """What became of every line; ``imported_count + len(refused) == line_count``."""

    dataset: Dataset
    refused: pd.DataFrame
    """``line_number`` int64 (from 1, header not counted), ``reason`` str, ``original`` str: the
    line's values as a JSON object; ordered by line."""
    mapping: ColumnMapping
    """Which column was taken as which."""
    line_count: int
    imported_count: int
    """Lines that are in the data set, merged ones included."""
    merged_count: int
    """Lines that were added to another line of the same basket and item."""

    @property
    def refused_counts(self) -> Mapping[str, int]:
        """Return how many lines were refused for each reason, the most frequent first."""
        counts = self.refused["reason"].value_counts()
        return {str(reason): int(count) for reason, count in counts.items()}

    def summary(self) -> str:
        """Return what became of the lines, with an example of each refusal, for people."""
        counts = self.dataset.counts
        times = self.dataset.interactions["occurred_at"]
        imported = f"{self.line_count:,} lines: {self.imported_count:,} imported"
        merged = f"{self.merged_count:,} of them merged with another of the same basket and item"
        lines = [
            f"{imported} ({merged}), {len(self.refused):,} refused",
            *(f"  refused, {each}" for each in _told_refusals(self.refused, self.mapping)),
            ", ".join(f"{counts[name]:,} {name}" for name in _SHOWN)
            + f", bought from {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}",
        ]
        return "\n".join(lines)


def import_raw(path: Path, *, now: datetime, mapping: ColumnMapping | None = None) -> RawImport:
    """Read a retailer's export.

    Args:
        path: A CSV, Parquet or JSON lines file.
        now: The present moment, aware; what is said to be bought after it is refused.
        mapping: Which column is which; ``None`` takes the shipped mapping that fits.

    Raises:
        RawFileError: when the file cannot be read.
        MappingError: when columns are missing, or no shipped mapping fits.
        RawImportError: when no line can be imported; says how many were refused, and why,
            with an example of each, and carries the refused lines.
    """
    if mapping is None:
        raw = read_lines(path)
        mapping = fitting_mapping(list(raw.values.columns))
    else:
        raw = read_lines(path, delimiter=mapping.delimiter, encoding=mapping.encoding)
    missing = mapping.missing(list(raw.values.columns))
    if missing:
        found = ", ".join(map(str, raw.values.columns))
        raise MappingError(f"{path}: missing columns: {', '.join(missing)}; found: {found}")
    purchases, reasons = read_purchases(raw, mapping, now=now)
    refused = _refused(raw, reasons)
    if not raw.line_count:
        raise RawImportError(f"{path}: holds no lines", refused)
    if purchases.empty:
        told = "; ".join(_told_refusals(refused, mapping))
        raise RawImportError(
            f"{path}: none of {raw.line_count:,} lines can be imported: {told}", refused
        )
    interactions = merge_lines(purchases)
    dataset = make_dataset(
        Description(
            mapping.name, dated=True, source=mapping.source or path.name, licence=mapping.licence
        ),
        interactions,
        items=_items(purchases),
    )
    return RawImport(
        dataset,
        refused,
        mapping,
        line_count=raw.line_count,
        imported_count=len(purchases),
        merged_count=len(purchases) - len(interactions),
    )


def write_raw_import(result: RawImport, path: Path) -> None:
    """Write the dataset folder, with the refused lines in ``refused.parquet`` beside the rest.

    Raises:
        DatasetError: when ``path`` exists and is not a dataset folder.
    """
    with staged_folder(path) as staged:
        write_tables(result.dataset, staged)
        write_frame(result.refused, staged / REFUSED_FILE)


def write_refused_alone(refused: pd.DataFrame, path: Path) -> Path:
    """Write refused lines where no dataset folder came of an import, and return the file.

    It lies beside the folder that was wanted, which stays as it is: ``<path>.refused.parquet``.
    """
    file = path.with_name(f"{path.name}.{REFUSED_FILE}")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_frame(refused, file)
    return file


def _told_refusals(refused: pd.DataFrame, mapping: ColumnMapping) -> list[str]:
    """Return each reason, the most frequent first, with its count and the first value at fault."""
    told = []
    for reason, count in refused["reason"].value_counts().items():
        original = json.loads(refused.loc[refused["reason"] == reason, "original"].iloc[0])
        word = REASON_WORDS.get(str(reason))
        column = mapping.columns.get(word) if word else None
        value = original.get(column) if column else ", ".join(map(str, original.values()))
        told.append(f"{reason}: {count:,}, such as {str(value)[:_SHOWN_CHARACTERS]!r}")
    return told


def _refused(raw: RawLines, reasons: pd.Series) -> pd.DataFrame:
    refused = reasons.dropna()
    unread = pd.Series(raw.malformed, dtype="str")
    originals = _as_json(raw.values.loc[refused.index]) + _as_json(pd.DataFrame({"line": unread}))
    frame = pd.DataFrame(
        {
            "line_number": [*refused.index, *unread.index],
            "reason": [*refused, *["malformed_line"] * len(unread)],
            "original": originals,
        }
    )
    return frame.astype({"line_number": "int64", "reason": "str", "original": "str"}).sort_values(
        "line_number", ignore_index=True
    )


def _as_json(rows: pd.DataFrame) -> list[str]:
    """Return each row as a JSON object."""
    text = rows.to_json(orient="records", lines=True, date_format="iso", double_precision=15)
    return [line for line in text.split("\n") if line]


def _items(purchases: pd.DataFrame) -> pd.DataFrame:
    """Return each item with its most frequent name, category and brand, and median price."""
    items = purchases.groupby("item_id")["unit_price"].median().rename("price").to_frame()
    for name in ("name", "category", "brand"):
        told = purchases[["item_id", name]].dropna()
        counts = (
            told.value_counts()
            .reset_index()
            .sort_values(["item_id", "count", name], ascending=[True, False, True])
        )
        items[name] = counts.drop_duplicates("item_id").set_index("item_id")[name]
    return items.reset_index()
