"""How long what happened is kept, by what it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.profile.domain.history.events import MICROS, EventType

DAY_MICROS = 86_400 * MICROS
ACCESSES = "ACCESSES"
"""The name of the log of who looked at whom, beside those of the types of events."""
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days each type of event is kept after it happened, and looks are logged."""

    event_days: Mapping[EventType, int]
    """Every type has a bound."""
    access_days: int

    def cutoffs(self, now_micros: int) -> dict[EventType, int]:
        """Return by type the moment before which what happened is not kept any more."""
        return {kind: now_micros - days * DAY_MICROS for kind, days in self.event_days.items()}

    def access_cutoff(self, now_micros: int) -> int:
        """Return the moment before which looks are not kept any more."""
        return now_micros - self.access_days * DAY_MICROS


_DEALINGS = 1_826
"""Five years: what was bought and brought back, said and answered is what a customer is."""
_PASSING = 396
"""Thirteen months: what passes by says something until its season has come round once."""

USUAL = Retention(
    {
        kind: _DEALINGS
        if kind
        in (EventType.PURCHASE, EventType.RETURN, EventType.ANSWER, EventType.OFFER_REDEMPTION)
        else _PASSING
        for kind in EventType
    },
    access_days=_PASSING,
)
"""The bounds where a deployment sets none."""


class RetentionError(ValueError):
    """Bounds that cannot be meant; names what is wrong."""


def with_bounds(listed: Mapping[str, object]) -> Retention:
    """Return the usual bounds with some of them set, in days, by the name of a type of event.

    Raises:
        RetentionError: when a name is no type, or a bound is no whole number of days from 1.
    """
    names = (*EventType.__members__, ACCESSES)
    for name, days in listed.items():
        if name not in names:
            raise RetentionError(f"{name} is no type of event; there are {', '.join(names)}")
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
            raise RetentionError(f"{name} must be a whole number of days from 1 to {MOST_DAYS}")
    days_of = {name: days for name, days in listed.items() if isinstance(days, int)}
    return Retention(
        {kind: days_of.get(kind.name, days) for kind, days in USUAL.event_days.items()},
        days_of.get(ACCESSES, USUAL.access_days),
    )
