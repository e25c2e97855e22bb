"""Where a moment stands in the calendar, in UTC: its month, its hour of the week, its day.

Days with a purchase are kept for ever, as one integer a month with a bit for each day: joining two
such months is an *or*, so that the whole sequence of days stays exact in any order of arrival, at
eight bytes a month.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600
HOURS_PER_WEEK = 168

_FIRST_YEAR = 1970
_FIRST_WEEKDAY = 3  # the first day of 1970 was a Thursday
_FIRST_ORDINAL = date(_FIRST_YEAR, 1, 1).toordinal()

Days = Mapping[int, int]
"""By month since 1970 the days of it: bit 0 is the first of the month."""


def month_of(seconds: int) -> int:
    """Return the months from January 1970 to a moment in seconds since 1970."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return (moment.year - _FIRST_YEAR) * 12 + moment.month - 1


def hour_of_week(seconds: int) -> int:
    """Return the hours from the last Monday's midnight to a moment: 0 to 167."""
    day, rest = divmod(seconds, SECONDS_PER_DAY)
    return (day + _FIRST_WEEKDAY) % 7 * 24 + rest // SECONDS_PER_HOUR


def day_of(seconds: int) -> Days:
    """Return the one day on which a moment lies."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return {(moment.year - _FIRST_YEAR) * 12 + moment.month - 1: 1 << (moment.day - 1)}


def both(one: int, other: int) -> int:
    """Return the days of a month that either holds."""
    return one | other


def day_count(days: Days) -> int:
    """Return how many days there are."""
    return sum(mask.bit_count() for mask in days.values())


def day_gaps(days: Days) -> list[int]:
    """Return the days between each day and the next."""
    if not days:
        return []
    start = _first_day(min(days))
    line = sum(mask << (_first_day(month) - start) for month, mask in days.items())
    return [len(between) + 1 for between in f"{line:b}".rstrip("0").split("1")[1:-1]][::-1]


def seconds_of_month(month: int) -> int:
    """Return when a month since 1970 begins, in seconds since 1970."""
    return _first_day(month) * SECONDS_PER_DAY


def _first_day(month: int) -> int:
    """Return the days from 1970 to the first of a month."""
    year, place = divmod(month, 12)
    return date(_FIRST_YEAR + year, place + 1, 1).toordinal() - _FIRST_ORDINAL
