"""Numbers and moments in plain words, for the sentence that every trait carries."""

from datetime import datetime, timedelta

_WEEK = 7


def counted(count: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun, such as ``1 visit`` or ``1,204 visits``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def times(count: int) -> str:
    """Return how often, such as ``once``, ``twice`` or ``7 times``."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def percent(share: float) -> str:
    """Return a share, such as ``25 %``."""
    return f"{share * 100:.0f} %"


def every(gap_days: float) -> str:
    """Return a rhythm, such as ``about every 8 days``."""
    if gap_days < 0.75:
        return "several times a day"
    whole = round(gap_days)
    return "about every day" if whole == 1 else f"about every {whole:,} days"


def ago(days: float) -> str:
    """Return how long ago something was, to the day."""
    whole = int(max(days, 0.0))
    return {0: "today", 1: "yesterday"}.get(whole, f"{whole:,} days ago")


def around(moment: datetime, now: datetime) -> str:
    """Return when something is expected: today, a day of the week, or a date."""
    days = (moment.date() - now.date()).days
    if days <= 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if days < _WEEK:
        return f"around {moment:%A}"
    return f"around {moment.day} {moment:%B}" + (
        "" if moment - now < timedelta(days=300) else f" {moment.year}"
    )


def amount(value: float) -> str:
    """Return an amount of the deployment's currency, such as ``1,204.50``."""
    return f"{value:,.2f}"
