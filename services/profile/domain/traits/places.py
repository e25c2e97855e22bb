"""Where and when somebody buys: channels, stores, parts of the day and of the week."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from services.profile.domain.history.moments import HOURS_PER_WEEK, SECONDS_PER_HOUR
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.priors import Priors
from services.profile.domain.traits.trait import Mix, Trait, Unit
from services.profile.domain.traits.wording import percent

DAYPARTS = ((6, "night"), (11, "morning"), (14, "midday"), (18, "afternoon"), (23, "evening"))
"""Until which hour of the day each part goes; what is later is night."""
_WEEKEND_HOUR = 5 * 24


def place_traits(state: CustomerState, now: datetime, _priors: Priors) -> Iterator[Trait]:
    """Yield the shares of purchases by channel, by store, and by part of day and week.

    ``channel_mix``, ``store_mix`` and ``daypart_mix`` are counts over their sum. Hours are kept in
    UTC and told in the time zone of ``now``, with the offset it has today.
    """
    for name, counts in (("channel_mix", state.channel_counts), ("store_mix", state.store_counts)):
        if counts:
            yield _mix(name, counts)
    if state.hour_counts:
        offset = (now.utcoffset() or timedelta()) // timedelta(seconds=SECONDS_PER_HOUR)
        parts: dict[str, int] = {}
        for hour, count in state.hour_counts.items():
            part = daypart((hour + offset) % HOURS_PER_WEEK)
            parts[part] = parts.get(part, 0) + count
        yield _mix("daypart_mix", parts)


def daypart(hour_of_week: int) -> str:
    """Return the part of day and week of an hour of the week, such as ``weekend morning``."""
    hour = hour_of_week % 24
    part = next((name for end, name in DAYPARTS if hour < end), "night")
    return f"{'weekend' if hour_of_week >= _WEEKEND_HOUR else 'weekday'} {part}"


def _mix(name: str, counts: Mapping[str, int]) -> Trait:
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    mix: Mix = tuple((each, count / total) for each, count in ordered)
    told = ", ".join(f"{each} {percent(share)}" for each, share in mix[:3])
    return Trait(name, mix, Unit.NONE, total, f"Mostly {told}." if len(mix) > 1 else f"{told}.")
