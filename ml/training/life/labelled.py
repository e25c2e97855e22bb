"""Customers of whom it is known when their lives changed, and what they had bought by then."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset
from ml.model.life_stages.history import Kind, MonthlyHistory, daypart_of

LABEL_COLUMNS = ("customer_id", "life_change", "changed_at")

_HOURS_PER_WEEK = 168
_SECONDS_PER_DAY, _SECONDS_PER_HOUR = 86_400, 3_600
_FIRST_WEEKDAY = 3
"""The first day of 1970 was a Thursday."""
_MOST_MONTHS = 10_000
"""More than there will be since 1970: makes one number of a name and a month."""


Whole = NDArray[np.int64]


class LabelError(ValueError):
    """Nothing can be learned of life stages here; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """One customer; L lines in B baskets, in order of time."""

    customer_id: str
    change: str
    """What happened, such as ``new home``; empty for nothing."""
    changed_seconds: float
    """When, since 1970; infinite for never."""
    line_seconds: Whole
    """(L,)"""
    line_codes: Whole
    """(L,): category and month of each line as one number."""
    basket_seconds: Whole
    """(B,)"""
    basket_codes: Whole
    """(B,): part of the week and month of each basket as one number."""
    categories: Sequence[str]
    """The names behind the numbers."""
    dayparts: Sequence[str]

    @property
    def start_seconds(self) -> float:
        """Return when the first line was bought."""
        return float(self.line_seconds[0])

    @property
    def end_seconds(self) -> float:
        """Return just after the last line."""
        return float(self.line_seconds[-1]) + 1.0

    def seconds_of(self, kind: Kind, name: str) -> Whole:
        """Return when something was bought, ascending; of a part of the week, each visit in it."""
        if kind is Kind.CATEGORY:
            return self.line_seconds[_is(self.line_codes, self.categories, name)]
        return self.basket_seconds[_is(self.basket_codes, self.dayparts, name)]

    def history(self, until_seconds: float) -> MonthlyHistory:
        """Return what was known just before a moment."""
        lines = self.line_codes[: int(np.searchsorted(self.line_seconds, until_seconds))]
        baskets = self.basket_codes[: int(np.searchsorted(self.basket_seconds, until_seconds))]
        return MonthlyHistory(_counted(lines, self.categories), _counted(baskets, self.dayparts))


def month_at(seconds: float) -> int:
    """Return the months from January 1970 to a moment."""
    moment = np.int64(seconds).astype("datetime64[s]").astype("datetime64[M]")
    return int(moment.astype(np.int64))


def labelled_lives(dataset: Dataset, labels: pd.DataFrame) -> list[Life]:
    """Return the customers, sorted by id; lines of no category are left out.

    Args:
        dataset: dated purchases, and the items' categories.
        labels: ``customer_id``, ``life_change`` (null for none), ``changed_at`` (null for never);
            further rows of a customer are passed over, customers without purchases too.

    Raises:
        LabelError: when there are no dates, no categories, or a column is missing.
    """
    missing = [name for name in LABEL_COLUMNS if name not in labels.columns]
    if missing:
        raise LabelError(f"labels lack the columns {', '.join(missing)}")
    if not dataset.description.dated or dataset.items["category"].isna().all():
        raise LabelError("life stages need dated purchases of items with categories")
    bought = dataset.interactions.merge(dataset.items[["item_id", "category"]], on="item_id")
    bought = bought.dropna(subset="category").sort_values(["customer_id", "occurred_at"])
    rows, categories = pd.factorize(bought["category"], sort=True)
    times = bought["occurred_at"].dt.tz_localize(None).to_numpy()
    seconds: Whole = times.astype("datetime64[s]").astype(np.int64)
    months: Whole = times.astype("datetime64[M]").astype(np.int64)
    codes: Whole = rows * _MOST_MONTHS + months
    is_first = ~bought["basket_id"].duplicated().to_numpy()
    parts, dayparts = _dayparts(seconds)
    part_codes: Whole = parts * _MOST_MONTHS + months
    changes = _changes(labels)
    places = bought.groupby("customer_id", sort=True).indices
    lives = []
    for customer, place in places.items():
        if customer not in changes:
            continue
        change, changed_seconds = changes[str(customer)]
        firsts = place[is_first[place]]
        lives.append(
            Life(
                str(customer),
                change,
                changed_seconds,
                seconds[place],
                codes[place],
                seconds[firsts],
                part_codes[firsts],
                list(categories),
                dayparts,
            )
        )
    return lives


def _changes(labels: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Return the change of each customer and when; an empty name and never for those without."""
    about = labels.drop_duplicates("customer_id")
    is_known = about["life_change"].notna() & about["changed_at"].notna()
    names = about["life_change"].where(is_known, "").tolist()
    moments = [
        when.timestamp() if known else np.inf
        for when, known in zip(about["changed_at"], is_known, strict=True)
    ]
    return dict(zip(about["customer_id"], zip(names, moments, strict=True), strict=True))


def _dayparts(seconds: Whole) -> tuple[Whole, list[str]]:
    """Return the part of the week of each moment as a number, and the names of the numbers."""
    parts = [daypart_of(hour) for hour in range(_HOURS_PER_WEEK)]
    names = sorted(set(parts))
    by_hour = np.array([names.index(part) for part in parts])
    days, rest = np.divmod(seconds, _SECONDS_PER_DAY)
    hours = (days + _FIRST_WEEKDAY) % 7 * 24 + rest // _SECONDS_PER_HOUR
    return by_hour[hours], names


def _is(codes: Whole, names: Sequence[str], name: str) -> NDArray[np.bool_]:
    row = names.index(name) if name in names else -1
    return np.asarray(codes // _MOST_MONTHS == row)


def _counted(codes: Whole, names: Sequence[str]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
        row, month = divmod(int(code), _MOST_MONTHS)
        found.setdefault(names[row], {})[month] = int(count)
    return found
