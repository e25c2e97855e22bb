"""The rules that a line of an export must hold to be a purchase."""

from datetime import datetime, timedelta
from typing import cast

import numpy as np
import pandas as pd

from ml.dataset.mapping import ColumnMapping
from ml.dataset.raw_lines import RawLines
from ml.dataset.rules import BASKET_PATTERN, ID_PATTERN

LARGEST_PRICE = 1e9
LEAST_QUANTITY, LARGEST_QUANTITY = 1e-6, 1e6
"""What is beyond is a slip of the keyboard or of the export; the services refuse it too."""

NAME_CHARACTERS, LABEL_CHARACTERS = 256, 128
"""What the services take of an item's name, and of its category or brand."""

EARLIEST = pd.Timestamp(1, unit="s", tz="UTC")
"""Whoever says 1970, or 1900 as spreadsheets do, does not know; the services refuse it too."""

CLOCK_LEEWAY = timedelta(days=1)
"""How far ahead of the import's clock a purchase may lie: zones and clocks differ."""

_GROUPED = r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?"
"""A number with a decimal comma whose thousands are grouped by points."""

_NAMED_ZONE = r"[T ]\d{2}.*(?:[Zz]|[+-]\d{2}:?(?:\d{2})?)$"
"""The end of an ISO 8601 time that names its zone; a date alone, 2026-01-01, names none."""

REASON_WORDS = {
    "misencoded": None,
    "no_customer": "customer",
    "no_basket": "basket",
    "no_item": "item",
    "not_an_item": "item",
    "malformed_customer": "customer",
    "malformed_basket": "basket",
    "malformed_item": "item",
    "malformed_store": "store",
    "unparsable_date": "occurred_at",
    "too_early": "occurred_at",
    "in_the_future": "occurred_at",
    "unparsable_quantity": "quantity",
    "implausible_quantity": "quantity",
    "return": "quantity",
    "no_quantity": "quantity",
    "unparsable_price": "unit_price",
    "implausible_price": "unit_price",
    "negative_price": "unit_price",
}
"""Each reason, and the word of the mapping whose column holds the value at fault."""


def read_purchases(
    raw: RawLines, mapping: ColumnMapping, *, now: datetime
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the lines that are purchases, and for each of the others why it is not.

    Args:
        raw: Lines with every column that ``mapping`` names.
        mapping: Which column is which.
        now: The import's present moment, aware.

    Returns:
        The purchases: ``customer_id``, ``basket_id``, ``item_id``, ``store``, ``name``,
        ``category``, ``brand`` str, ``occurred_at`` in UTC, ``quantity``, ``unit_price`` float64;
        and the reason of every line, null for a purchase. Both are indexed by line number.
    """
    lines = pd.DataFrame(
        {
            "customer_id": _ids(_column(raw, mapping, "customer")),
            "basket_id": _ids(_column(raw, mapping, "basket")),
            "item_id": _texts(_column(raw, mapping, "item")),
            "occurred_at": _times(_column(raw, mapping, "occurred_at"), mapping),
            "store": _texts(_column(raw, mapping, "store")),
            "name": _labels(_column(raw, mapping, "item_name"), NAME_CHARACTERS),
            "category": _labels(_column(raw, mapping, "item_category"), LABEL_CHARACTERS),
            "brand": _labels(_column(raw, mapping, "item_brand"), LABEL_CHARACTERS),
        }
    )
    amounts = _texts(_column(raw, mapping, "quantity"))
    if "quantity" not in mapping.columns:
        amounts = pd.Series("1", index=amounts.index, dtype="str")
    prices = _texts(_column(raw, mapping, "unit_price"))
    lines["quantity"] = _numbers(_with_point(amounts, raw, mapping, "quantity"))
    lines["unit_price"] = _numbers(_with_point(prices, raw, mapping, "unit_price"))
    reasons = pd.Series(None, index=lines.index, dtype="str")
    # The first rule that a line breaks is its reason; later ones are written first.
    broken_rules = _broken_rules(lines, raw, mapping, prices=prices, now=now)
    for reason, broken in reversed(broken_rules):
        reasons = reasons.mask(broken, reason)
    return lines[reasons.isna()], reasons


def _broken_rules(
    lines: pd.DataFrame,
    raw: RawLines,
    mapping: ColumnMapping,
    *,
    prices: pd.Series,
    now: datetime,
) -> list[tuple[str, pd.Series]]:
    """Return for each reason, in order of precedence, which lines it holds for."""
    customer, item, quantity = lines["customer_id"], lines["item_id"], lines["quantity"]
    price = lines["unit_price"]
    return [
        ("misencoded", _misencoded(raw, mapping)),
        ("no_customer", customer.isna() | customer.isin(list(mapping.anonymous_customers))),
        ("no_basket", lines["basket_id"].isna()),
        ("no_item", item.isna()),
        ("not_an_item", item.isin(list(mapping.refused_items))),
        ("malformed_customer", _malformed(customer)),
        ("malformed_basket", _malformed(lines["basket_id"], BASKET_PATTERN)),
        ("malformed_item", _malformed(item)),
        ("malformed_store", _malformed(lines["store"])),
        ("unparsable_date", lines["occurred_at"].isna()),
        ("too_early", lines["occurred_at"] < EARLIEST),
        ("in_the_future", lines["occurred_at"] > now + CLOCK_LEEWAY),
        ("unparsable_quantity", quantity.isna()),
        ("implausible_quantity", _is_implausible(quantity)),
        ("return", quantity < 0),
        ("no_quantity", quantity == 0),
        ("unparsable_price", prices.notna() & price.isna()),
        ("implausible_price", price.abs() > LARGEST_PRICE),
        ("negative_price", price < 0),
    ]


def _misencoded(raw: RawLines, mapping: ColumnMapping) -> pd.Series:
    """Return the lines with bytes that are no text where they matter."""
    numbers = frozenset[int]().union(
        *(raw.misencoded.get(column, ()) for column in mapping.columns.values())
    )
    return pd.Series(raw.values.index.isin(list(numbers)), index=raw.values.index)


def _column(raw: RawLines, mapping: ColumnMapping, word: str) -> pd.Series:
    column = mapping.columns.get(word)
    if column is None:
        return pd.Series(None, index=raw.values.index, dtype="str")
    return raw.values[column]


def _texts(values: pd.Series) -> pd.Series:
    """Return values as trimmed strings, null where there is nothing."""
    if pd.api.types.is_float_dtype(values):
        whole = values.notna() & (values % 1 == 0) & (values.abs() < 2**53)
        texts = values.astype("str").where(
            ~whole, values.where(whole, 0).astype("int64").astype("str")
        )
    else:
        texts = values.astype("str")
    texts = texts.str.strip()
    return texts.mask(values.isna() | (texts == ""))


def _ids(values: pd.Series) -> pd.Series:
    """Return ids as strings; ``17850.0``, a number that went through a spreadsheet, is 17850."""
    return _texts(values).str.replace(r"^(\d+)\.0+$", r"\1", regex=True)


def _labels(values: pd.Series, most: int) -> pd.Series:
    """Return texts for people: in one line, cut to ``most`` characters."""
    texts = _texts(values).str.replace(r"[\x00-\x1f\x7f]+", " ", regex=True)
    texts = texts.str.slice(0, most).str.strip()
    return texts.mask(texts == "")


def _is_implausible(quantity: pd.Series) -> pd.Series:
    size = quantity.abs()
    return (size > LARGEST_QUANTITY) | ((size > 0) & (size < LEAST_QUANTITY))


def _with_point(texts: pd.Series, raw: RawLines, mapping: ColumnMapping, word: str) -> pd.Series:
    """Return texts with a decimal point, null where a point stands that groups no thousands."""
    column = mapping.columns.get(word)
    if mapping.decimal == "." or column is None:
        return texts
    if pd.api.types.is_numeric_dtype(raw.values[column]):
        return texts
    is_odd = texts.str.contains(".", regex=False) & ~texts.str.fullmatch(_GROUPED)
    texts = texts.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return texts.mask(is_odd)


def _numbers(texts: pd.Series) -> pd.Series:
    """Return finite numbers, NaN for anything else."""
    values = pd.to_numeric(texts, errors="coerce").astype("float64")
    return values.where(np.isfinite(values))


def _times(values: pd.Series, mapping: ColumnMapping) -> pd.Series:
    """Return times in UTC, null where no format fits."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _in_utc(values)
    if pd.api.types.is_datetime64_dtype(values):
        return _placed(values, mapping.timezone)
    texts = _texts(values)
    times = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us, UTC]")
    for form in mapping.date_formats or ("ISO8601",):
        if form == "ISO8601":
            parsed = _iso_times(texts, mapping.timezone)
        elif "%z" in form:
            parsed = _in_utc(pd.to_datetime(texts, format=form, errors="coerce", utc=True))
        else:
            parsed = _placed(pd.to_datetime(texts, format=form, errors="coerce"), mapping.timezone)
        times = times.fillna(parsed)
    return times


def _iso_times(texts: pd.Series, timezone: str) -> pd.Series:
    """Return ISO 8601 times in UTC; those that name no zone are of ``timezone``."""
    parsed = _in_utc(pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True))
    is_zoned = texts.str.contains(_NAMED_ZONE, regex=True, na=False)
    return parsed.where(is_zoned, _placed(parsed.dt.tz_localize(None), timezone))


def _placed(values: pd.Series, timezone: str) -> pd.Series:
    """Give naive times their zone; of an hour that comes twice a year the earlier is meant."""
    is_earlier = np.ones(len(values), dtype=bool)
    placed = values.dt.tz_localize(timezone, ambiguous=is_earlier, nonexistent="shift_forward")
    return _in_utc(placed)


def _in_utc(times: pd.Series) -> pd.Series:
    return cast("pd.Series", times.dt.tz_convert("UTC").dt.as_unit("us"))


def _malformed(ids: pd.Series, pattern: str = ID_PATTERN) -> pd.Series:
    known = pd.Series(ids.dropna().unique(), dtype="str")
    return ids.isin(known[~known.str.fullmatch(pattern)])
