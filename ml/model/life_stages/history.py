"""What one customer bought month by month, as far as signs of a life stage look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

WINDOW_MONTHS = 24
"""How far back is looked: two years show every season twice."""

MONTHS = 12


class Kind(StrEnum):
    """What is counted."""

    CATEGORY = "category"
    """Lines of a category, among all lines."""
    DAYPART = "daypart"
    """Baskets of a part of the week, among all baskets."""
    STORE = "store"
    """Baskets bought in the usual store or in another, among all that were bought in a store."""


WORKING_HOURS = "Working hours"
"""Monday to Friday, from 9 to 16 o'clock on the shop's clocks: when few who work can shop."""
OTHER_HOURS = "Other hours"

USUAL_STORE = "The usual store"
ANOTHER_STORE = "Another store"
_SETTLED_MONTHS = 6
"""The usual store is the one visited most in the first half year that is looked at."""

HOURS_PER_DAY = 24
HOURS_PER_WEEK = 168
_WORKING_DAYS = 5
_FIRST_YEAR = 1970
_MIDDLE_DAY = 15


def daypart_of(hour_of_week: int) -> str:
    """Return the part of the week of an hour, 0 to 167 from Monday's midnight on."""
    day, hour = divmod(hour_of_week, HOURS_PER_DAY)
    return WORKING_HOURS if day < _WORKING_DAYS and 9 <= hour < 16 else OTHER_HOURS


Counts = Mapping[str, Mapping[int, int]]
"""How often, by name and by month; months are counted from January 1970."""


def daypart_counts(hours: Mapping[int, Mapping[int, int]], zone: tzinfo) -> Counts:
    """Return baskets by part of the week and month.

    The clocks of a month are those of its middle: where they are changed within it, some baskets
    are told an hour off. In whole hours, so a zone half an hour off is half an hour off here.

    Args:
        hours: baskets by hour of the week in UTC, 0 to 167 from Monday's midnight on, and by month.
        zone: where the shop is.
    """
    offsets: dict[int, int] = {}
    found: dict[str, dict[int, int]] = {}
    for hour, months in hours.items():
        for month, count in months.items():
            if month not in offsets:
                offsets[month] = _offset_hours(month, zone)
            part = daypart_of((hour + offsets[month]) % HOURS_PER_WEEK)
            of_part = found.setdefault(part, {})
            of_part[month] = of_part.get(month, 0) + count
    return found


def _offset_hours(month: int, zone: tzinfo) -> int:
    year, place = divmod(month, MONTHS)
    middle = datetime(_FIRST_YEAR + year, place + 1, _MIDDLE_DAY, tzinfo=zone)
    return (middle.utcoffset() or timedelta()) // timedelta(hours=1)


def store_changes(visits: Counts) -> Counts:
    """Return visits to the usual store and to any other, by month.

    Args:
        visits: by store and month.
    """
    usual = usual_store(visits)
    if usual is None:
        return {}
    elsewhere: dict[int, int] = {}
    for store, counts in visits.items():
        if store != usual:
            for month, count in counts.items():
                elsewhere[month] = elsewhere.get(month, 0) + count
    return {USUAL_STORE: visits[usual], ANOTHER_STORE: elsewhere}


def usual_store(visits: Counts) -> str | None:
    """Return the store visited most in the first half year that is looked at, ``None`` for none.

    Of equally usual ones it is the one that sorts first.
    """
    months = sorted({month for each in visits.values() for month in each})
    recent = [month for month in months if month > months[-1] - WINDOW_MONTHS]
    settled = recent[:_SETTLED_MONTHS]
    return min(
        visits,
        key=lambda store: (-sum(visits[store].get(month, 0) for month in settled), store),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class MonthlyHistory:
    """Everything that signs are looked for in; only months with purchases need be there."""

    lines: Counts = field(default_factory=dict)
    """By category: how many lines. All categories, for a sign is a share of everything."""
    dayparts: Counts = field(default_factory=dict)
    """By part of the week: how many baskets."""
    stores: Counts = field(default_factory=dict)
    """As ``store_changes`` returns them."""

    def of(self, kind: Kind) -> Counts:
        """Return what is counted of a kind."""
        match kind:
            case Kind.CATEGORY:
                return self.lines
            case Kind.DAYPART:
                return self.dayparts
            case Kind.STORE:
                return self.stores


@dataclass(frozen=True, slots=True)
class Window:
    """The months that are looked at; M of them, without gaps."""

    first_month: int
    """Since January 1970."""
    totals: Mapping[Kind, Sequence[int]]
    """[M] each: how much was counted of a kind, all names together."""

    @property
    def length(self) -> int:
        """Return M."""
        return len(self.totals[Kind.CATEGORY])

    def row(self, counts: Mapping[int, int]) -> list[int]:
        """Return the counts of one name in each of the months, [M]."""
        row = [0] * self.length
        for month, count in counts.items():
            place = month - self.first_month
            if 0 <= place < len(row):
                row[place] = count
        return row

    def calendar_months(self) -> list[int]:
        """Return which month of the year each is, January is 0; [M]."""
        return [(self.first_month + place) % MONTHS for place in range(self.length)]


def window_of(history: MonthlyHistory, *, now_month: int) -> Window | None:
    """Return the months from the first purchase until now, at most ``WINDOW_MONTHS``.

    ``None`` where nothing was bought in them.
    """
    oldest = now_month - WINDOW_MONTHS + 1
    totals = {kind: _totals(history.of(kind), oldest, now_month) for kind in Kind}
    bought = totals[Kind.CATEGORY]
    first = next((place for place, count in enumerate(bought) if count), None)
    if first is None:
        return None
    return Window(oldest + first, {kind: row[first:] for kind, row in totals.items()})


def _totals(counts: Counts, oldest: int, latest: int) -> list[int]:
    row = [0] * (latest - oldest + 1)
    for months in counts.values():
        for month, count in months.items():
            if oldest <= month <= latest:
                row[month - oldest] += count
    return row
