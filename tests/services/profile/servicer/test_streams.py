"""Batches of events in a stream: each answered by itself, until one cannot be."""

from collections.abc import Iterator
from threading import Event

import pytest
from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.servicer.intake import MAX_STREAMS
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import Desk, card, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as desk:
        yield desk


def batch(number: int, *events: event_pb2.Event) -> pb.StreamEventsRequest:
    return pb.StreamEventsRequest(batch_id=number, events=events)


def test_streamed_batches_are_answered_in_order(desk: Desk) -> None:
    batches = [batch(7 + n, purchase(str(n % 2), "tea")) for n in range(3)]
    answers = list(desk.stub.StreamEvents(iter(batches)))
    assert [(answer.batch_id, answer.results[0].outcome) for answer in answers] == [
        (7, pb.EVENT_OUTCOME_STORED),
        (8, pb.EVENT_OUTCOME_STORED),
        (9, pb.EVENT_OUTCOME_DUPLICATE),
    ]


def test_a_refused_event_stops_neither_its_batch_nor_the_stream(desk: Desk) -> None:
    bad = purchase("bad", "tea")
    bad.lines[0].quantity = -1
    answers = desk.stub.StreamEvents(
        iter([batch(-1, bad, purchase("1", "tea")), batch(0, purchase("2", "tea"))])
    )
    found = [
        (answer.batch_id, [(each.outcome, each.field) for each in answer.results])
        for answer in answers
    ]
    assert found == [
        (-1, [(pb.EVENT_OUTCOME_REFUSED, "lines[0].quantity"), (pb.EVENT_OUTCOME_STORED, "")]),
        (0, [(pb.EVENT_OUTCOME_STORED, "")]),
    ]


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_batch_that_cannot_be_taken_ends_the_stream_after_what_was_acknowledged(
    desk: Desk, count: int
) -> None:
    broken = batch(2, *(purchase(f"{n}", "rice") for n in range(count)))
    answers = desk.stub.StreamEvents(
        iter([batch(1, purchase("one", "tea")), broken, batch(3, purchase("three", "milk"))])
    )
    assert next(answers).batch_id == 1
    with pytest.raises(Failure) as refusal:
        next(answers)
    assert refusal.value.kind is Kind.INVALID
    assert [each.field for each in refusal.value.violations] == ["events"]
    request = pb.GetSnapshotRequest(identifier=card("1"))
    assert list(desk.stub.GetSnapshot(request).snapshot.item_ids) == ["tea"]


def test_open_streams_leave_threads_for_everybody_else(desk: Desk) -> None:
    over = Event()

    def slow(number: int) -> Iterator[pb.StreamEventsRequest]:
        yield batch(number, purchase(f"{number}", "tea"))
        over.wait()

    streams = [desk.stub.StreamEvents(slow(n)) for n in range(MAX_STREAMS)]
    try:
        assert [next(each).batch_id for each in streams] == list(range(MAX_STREAMS))
        with pytest.raises(Failure) as refusal:
            next(desk.stub.StreamEvents(iter([batch(9, purchase("9", "tea"))])))
        assert (refusal.value.kind, refusal.value.reason) == (Kind.EXHAUSTED, "TOO_MANY_STREAMS")
        assert refusal.value.retry_after_seconds
        request = pb.GetSnapshotRequest(identifier=card("1"))
        assert desk.stub.GetSnapshot(request).snapshot.version == MAX_STREAMS
    finally:
        over.set()
    assert [list(each) for each in streams] == [[]] * MAX_STREAMS
    (answer,) = desk.stub.StreamEvents(iter([batch(9, purchase("9", "tea"))]))
    assert answer.results[0].outcome == pb.EVENT_OUTCOME_STORED
