"""The time zone of a deployment, by its name."""

import zoneinfo
from datetime import UTC, tzinfo


def zone_of(name: str, *, variable: str) -> tzinfo:
    """Return the time zone of that name.

    Raises:
        ValueError: when there is none, naming the variable that asks for it.
    """
    if name == "UTC":
        return UTC  # known without a database of zones
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{variable} names no time zone: {name!r}") from None
