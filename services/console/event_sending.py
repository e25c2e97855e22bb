"""Sends the events of a file; each line is answered for by itself."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ofone.profile.v1 import profile_service_pb2
from ofone.profile.v1.event_pb2 import Event
from ofone.profile.v1.profile_service_pb2 import EventResult, IngestEventsRequest
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.console.batches import Placed, in_batches
from services.console.reading.plain_messages import read_message
from services.console.reading.records import Record
from services.console.rendering.refusals import Refusal
from services.serving.failures import Failure, FieldViolation


@dataclass(slots=True)
class Tally:
    """What became of the events so far."""

    stored_count: int = 0
    duplicate_count: int = 0
    last_line: int = 0
    """Up to this line everything has been answered for."""
    refusals: list[Refusal] = field(default_factory=list)


def send_events(
    stub: ProfileServiceStub,
    records: Iterable[Record],
    *,
    source: str,
    tally: Tally,
    on_read: Callable[[int], None] = lambda _: None,
) -> None:
    """Send the events of ``records``, at most 1,000 a call.

    Args:
        stub: The service, on a channel that raises ``Failure``.
        records: Lines of a file.
        source: For events that do not name theirs.
        tally: Is kept current, so that it holds what was done when a call fails.
        on_read: Told the size in bytes of each record read, for a progress bar.

    Raises:
        Failure: when a call fails as a whole. Sending the same file again is harmless.
    """
    for batch in in_batches(_events(records, source, tally, on_read)):
        request = IngestEventsRequest(events=[placed.message for placed in batch])
        results = stub.IngestEvents(request).results
        for placed, result in zip(batch, results, strict=True):
            _count(tally, placed.line, result)
    tally.refusals.sort(key=lambda refusal: refusal.line)


def _events(
    records: Iterable[Record], source: str, tally: Tally, on_read: Callable[[int], None]
) -> Iterator[Placed[Event]]:
    """Yield the events that can be read; the others are refused here."""
    for record in records:
        on_read(record.size_bytes)
        if record.mistake is not None:
            tally.refusals.append(Refusal(record.line, record.mistake))
            continue
        try:
            event = read_message(Event, record.value)
        except Failure as failure:
            tally.refusals += [Refusal(record.line, each) for each in failure.violations]
            continue
        event.source = event.source or source
        yield Placed(record.line, event)


def _count(tally: Tally, line: int, result: EventResult) -> None:
    tally.last_line = line
    match result.outcome:
        case profile_service_pb2.EVENT_OUTCOME_STORED:
            tally.stored_count += 1
        case profile_service_pb2.EVENT_OUTCOME_DUPLICATE:
            tally.duplicate_count += 1
        case _:
            violation = FieldViolation(result.field, result.reason, result.message)
            tally.refusals.append(Refusal(line, violation))
