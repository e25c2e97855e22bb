"""Sends what a file says, message by message answered for; what is refused goes into a file."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TextIO, cast

from google.protobuf.message import Message
from ofone.profile.v1.event_pb2 import Event
from ofone.profile.v1.fact_pb2 import Fact
from ofone.profile.v1.profile_service_pb2 import (
    EVENT_OUTCOME_DUPLICATE,
    EVENT_OUTCOME_STORED,
    FACT_OUTCOME_DUPLICATE,
    FACT_OUTCOME_STORED,
    EventResult,
    FactResult,
    IngestEventsRequest,
    RecordFactsRequest,
)
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.console.batches import Placed, in_batches
from services.console.importing.drafts import Draft, Refused
from services.console.importing.mapping import ImportMapping
from services.serving.failures import FieldViolation

SHOWN_COUNT = 20
"""More refused lines than this are only counted on the screen; the file has them all."""

Send = Callable[[Sequence[Message]], Sequence[EventResult | FactResult]]


@dataclass(slots=True)
class ImportTally:
    """What became of a file so far."""

    stored_count: int = 0
    duplicate_count: int = 0
    last_line: int = 0
    """Up to this line everything has been answered for."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Refused lines by the rule."""
    shown: list[Refused] = field(default_factory=list)
    """The first refused lines."""

    def refuse(self, refused: Refused) -> None:
        """Count a refused line."""
        self.reasons[refused.violation.rule] += 1
        if len(self.shown) < SHOWN_COUNT:
            self.shown.append(refused)


class RefusedFile:
    """The file beside an import that holds what was refused of it, one JSON object a line.

    It is made with the first refused line. One that an earlier import left is replaced, unless
    this one goes on where that one stopped.
    """

    def __init__(self, path: Path, *, goes_on: bool) -> None:
        """Write to ``path``."""
        self.path = path
        self._goes_on = goes_on
        self._stream: TextIO | None = None

    def __enter__(self) -> Self:
        if not self._goes_on:
            self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def write(self, refused: Refused) -> None:
        """Add a refused line."""
        if self._stream is None:
            self._stream = self.path.open("a" if self._goes_on else "w", encoding="utf-8")
        entry = {
            "line": refused.row.line,
            "column": refused.column,
            "reason": refused.violation.rule,
            "message": refused.violation.message,
            "original": refused.row.cells,
        }
        text = json.dumps(entry, ensure_ascii=False, default=str)
        self._stream.write(text.encode(errors="replace").decode() + "\n")


def sender(stub: ProfileServiceStub, mapping: ImportMapping) -> Send:
    """Return what sends a batch of messages of a mapping's kind."""

    def events(messages: Sequence[Message]) -> Sequence[EventResult]:
        request = IngestEventsRequest(events=cast("Sequence[Event]", messages))
        return stub.IngestEvents(request).results

    def facts(messages: Sequence[Message]) -> Sequence[FactResult]:
        request = RecordFactsRequest(facts=cast("Sequence[Fact]", messages))
        return stub.RecordFacts(request).results

    return events if mapping.kind == "events" else facts


def send_drafts(
    drafts: Iterable[Draft | Refused],
    mapping: ImportMapping,
    *,
    send: Send,
    tally: ImportTally,
    refused: RefusedFile,
) -> None:
    """Send what a file says, at most 1,000 messages a call.

    Args:
        drafts: what it says, and what of it cannot be sent.
        mapping: how it was read.
        send: stores a batch and answers for each message.
        tally: is kept current, so that it holds what was done when a call fails.
        refused: where refused lines go.

    Raises:
        Failure: when a call fails as a whole. Sending the same file again is harmless.
    """
    waiting: list[Draft] = []

    def refuse(each: Refused) -> None:
        tally.refuse(each)
        refused.write(each)

    def sendable() -> Iterator[Placed[Message]]:
        for each in drafts:
            if isinstance(each, Refused):
                refuse(each)
            else:
                waiting.append(each)
                yield Placed(each.rows[0].line, each.message)

    for batch in in_batches(sendable()):
        results = send([placed.message for placed in batch])
        answered, waiting[:] = waiting[: len(batch)], waiting[len(batch) :]
        for draft, result in zip(answered, results, strict=True):
            tally.last_line = draft.rows[-1].line
            if result.outcome in (EVENT_OUTCOME_STORED, FACT_OUTCOME_STORED):
                tally.stored_count += 1
            elif result.outcome in (EVENT_OUTCOME_DUPLICATE, FACT_OUTCOME_DUPLICATE):
                tally.duplicate_count += 1
            else:
                violation = FieldViolation(result.field, result.reason, result.message)
                for each in draft.blame(violation, mapping):
                    refuse(each)
