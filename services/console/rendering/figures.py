"""Numbers and times in words; pure, so that every command and every page says them alike."""

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

_DAY_SECONDS = 86_400.0


def count_in_words(count: int, singular: str, plural: str = "") -> str:
    """Return the count with its noun, such as ``1 basket`` or ``1,204 baskets``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def times_in_words(count: int) -> str:
    """Return how often, such as ``once``, ``twice`` or ``7 times``."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")


def ago_in_words(days: float) -> str:
    """Return how long ago ``days`` is, to the day; what lies ahead is said as such."""
    whole = int(abs(days))
    if whole == 0:
        return "today"
    if days < 0:
        return "tomorrow" if whole == 1 else f"in {whole:,} days"
    return "yesterday" if whole == 1 else f"{whole:,} days ago"


def every_in_words(gap_days: float) -> str:
    """Return a rhythm, such as ``every 12 days``; the empty string for none (0)."""
    if gap_days <= 0:
        return ""
    if gap_days < 0.75:
        return "several times a day"
    whole = round(gap_days)
    return "every day" if whole == 1 else f"every {whole:,} days"


def expected_in_words(gap_days: float) -> str:
    """Return a rhythm that is estimated, such as ``about every 12 days``; empty for none (0)."""
    rhythm = every_in_words(gap_days)
    return f"about {rhythm}" if rhythm.startswith("every") else rhythm


def plain_number(value: float) -> str:
    """Return a number without needless zeros, such as ``15``, ``2.5`` or ``1,204``."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")


def money(amount: float) -> str:
    """Return an amount of the deployment's currency, such as ``1,204.50``."""
    return f"{amount:,.2f}"


def share_in_percent(share: float) -> str:
    """Return a share of 0 to 1, such as ``25 %``."""
    return f"{share:.0%}".replace("%", " %")


def listed(words: Sequence[str], *, most: int) -> str:
    """Return at most so many of the words in a row, and how many more there are."""
    shown = ", ".join(words[:most])
    left = len(words) - most
    return f"{shown} and {left:,} more" if left > 0 else shown


def at(moment: Timestamp) -> datetime:
    """Return the moment as an aware UTC datetime."""
    return moment.ToDatetime(tzinfo=UTC)


def day(moment: datetime) -> str:
    """Return the date, such as ``3 March 2026``."""
    return f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    """Return date and time of day in UTC, such as ``2026-03-03 17:45``."""
    return f"{moment:%Y-%m-%d %H:%M}"


def days_between(earlier: datetime, later: datetime) -> float:
    """Return the days from ``earlier`` to ``later``; negative when they are the other way round."""
    return (later - earlier).total_seconds() / _DAY_SECONDS
