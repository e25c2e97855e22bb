"""Where events stand in a timeline, and which lie within a period."""

from services.profile.domain.history.events import Event
from services.profile.ports.customers import Period, TimelinePosition


def position(event: Event) -> TimelinePosition:
    return TimelinePosition(event.occurred_micros, event.source, event.event_id)


def within(event: Event, period: Period) -> bool:
    return period.start_micros <= event.occurred_micros < period.end_micros
