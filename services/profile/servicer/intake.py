"""Batches of events on their way in: each event checked by itself, the rest stored together.

Open streams are counted, because each occupies one of the process's threads, also while nothing
comes: as many as there are threads would keep every other call waiting.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import BoundedSemaphore

from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.facts.catalogue import Catalogue
from services.profile.domain.history.events import MICROS, Event, Party
from services.profile.domain.ingestion import Result
from services.profile.domain.people.identity import IdentityKey
from services.profile.ports.customers import ProfileMeter, ProfileStore
from services.profile.servicer.messages.event_messages import report_of
from services.profile.servicer.messages.result_messages import event_result, refusal
from services.serving.failures import Failure, FieldViolation, Kind, invalid
from services.serving.validation import Check

MAX_BATCH = 1_000
MAX_STREAMS = 4
"""Streams of events open at once in one process: half of its threads, unless told otherwise."""
RETRY_AFTER_SECONDS = 1.0
"""When a refused stream may try again; another replica may have room at once."""


class Intake:
    """Takes batches of events."""

    def __init__(
        self,
        store: ProfileStore,
        identity: IdentityKey,
        catalogue: Catalogue,
        *,
        meter: ProfileMeter,
        clock: Callable[[], datetime],
    ) -> None:
        """Put events into ``store``; everything else is how."""
        self._store = store
        self._identity = identity
        self._catalogue = catalogue
        self._meter = meter
        self._clock = clock
        self._streams = BoundedSemaphore(MAX_STREAMS)

    @contextmanager
    def open_stream(self) -> Iterator[None]:
        """Count a stream for the length of a ``with`` block.

        Raises:
            Failure: of kind ``EXHAUSTED``, when too many are open.
        """
        if not self._streams.acquire(blocking=False):
            raise Failure(
                Kind.EXHAUSTED,
                "TOO_MANY_STREAMS",
                f"{MAX_STREAMS} streams of events are open here; try again or send batches",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        try:
            yield
        finally:
            self._streams.release()

    def take(self, messages: Sequence[event_pb2.Event]) -> list[pb.EventResult]:
        """Store events and return what became of each, in order; what is STORED is durable.

        Raises:
            Failure: of kind ``INVALID``, when there are none or too many; of kind
                ``UNAVAILABLE``, when the database is away.
        """
        check = Check()
        check.count("events", messages, least=1, most=MAX_BATCH)
        check.done()
        now_micros = round(self._clock().timestamp() * MICROS)
        results: list[Result | None] = []
        reports = []
        for message in messages:
            try:
                report = report_of(message, self._identity, now_micros=now_micros)
                self._check_party(report.event)
                reports.append(report)
                results.append(None)
            except Failure as failure:
                results.append(refusal(failure))
        told = ((each.event.source, each.event.party) for each in reports)
        self._meter.count_unknown_sources("event", self._catalogue.sources.unknown_parties(told))
        if reports:
            ingested = self._store.ingest(reports, now_micros=now_micros)
            self._meter.count_merges(ingested.merge_count)
            stored = iter(ingested.results)
            results = [next(stored) if each is None else each for each in results]
        answered = [each for each in results if each is not None]
        self._meter.count_batch(
            [
                (result.outcome, _type_name(message))
                for result, message in zip(answered, messages, strict=True)
            ]
        )
        return [event_result(result) for result in answered]

    def _check_party(self, event: Event) -> None:
        """Check that what another company tells is told as such: it is not used like our own.

        Raises:
            Failure: of kind ``INVALID``, when the catalogue knows the source better.
        """
        known = self._catalogue.sources.known.get(event.source)
        if known and known.party is Party.THIRD and event.party is not Party.THIRD:
            sentence = "must be third: the catalogue says that this source is another company's"
            raise invalid([FieldViolation("party", "THIRD_PARTY", sentence)])


def _type_name(message: event_pb2.Event) -> str:
    """Return ``PURCHASE`` and the like; ``UNSPECIFIED`` for a type nobody knows."""
    value = event_pb2.EventType.DESCRIPTOR.values_by_number.get(message.type)
    return value.name.removeprefix("EVENT_TYPE_") if value else "UNSPECIFIED"
