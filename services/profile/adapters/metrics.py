"""What the service counts."""

from collections import Counter
from collections.abc import Sequence

import prometheus_client

from services.profile.domain.history.events import EventType, Party
from services.profile.domain.ingestion import Outcome

EVENTS = prometheus_client.Counter(
    "ofone_profile_events", "Events by what became of them.", ("outcome", "type")
)
BATCH = prometheus_client.Histogram(
    "ofone_profile_batch_events",
    "Events in one batch.",
    buckets=(1, 3, 10, 30, 100, 300, 1_000),
)
FACTS = prometheus_client.Counter(
    "ofone_profile_facts", "Facts about people by what became of them.", ("outcome",)
)
UNKNOWN_SOURCES = prometheus_client.Counter(
    "ofone_profile_unknown_sources",
    "Events and facts of sources that the catalogue does not hold.",
    ("what", "party"),
)
MERGES = prometheus_client.Counter(
    "ofone_profile_merges", "Customers that turned out to be another one."
)
SNAPSHOT = prometheus_client.Histogram(
    "ofone_profile_snapshot_items",
    "Items in one snapshot.",
    buckets=(0, 1, 3, 10, 30, 100, 300, 1_000),
)

_PARTY_WORDS = {Party.FIRST: "first", Party.THIRD: "third", Party.REAL_TIME: "real_time"}


class PrometheusProfileMeter:
    """A ``ProfileMeter`` on the process's metrics page."""

    def __init__(self) -> None:
        """Start every series at 0."""
        for outcome in Outcome:
            for name in (*(each.name for each in EventType), "UNSPECIFIED"):
                EVENTS.labels(outcome.value, name)
            FACTS.labels(outcome.value)
        for party in Party:
            for what in ("event", "fact"):
                UNKNOWN_SOURCES.labels(what, _PARTY_WORDS[party])

    def count_batch(self, outcomes: Sequence[tuple[Outcome, str]]) -> None:
        """Count a batch of events by what became of each and by the name of its type."""
        BATCH.observe(len(outcomes))
        for (outcome, name), count in Counter(outcomes).items():
            EVENTS.labels(outcome.value, name).inc(count)

    def count_facts(self, outcomes: Sequence[Outcome]) -> None:
        """Count a batch of facts by what became of each."""
        for outcome, count in Counter(outcomes).items():
            FACTS.labels(outcome.value).inc(count)

    def count_unknown_sources(self, what: str, parties: Sequence[Party]) -> None:
        """Count events or facts (``what``) of sources that the catalogue does not hold."""
        for party, count in Counter(parties).items():
            UNKNOWN_SOURCES.labels(what, _PARTY_WORDS[party]).inc(count)

    def count_merges(self, merge_count: int) -> None:
        """Count customers that became part of another."""
        MERGES.inc(merge_count)

    def count_snapshot(self, item_count: int) -> None:
        """Count a snapshot of so many items."""
        SNAPSHOT.observe(item_count)
