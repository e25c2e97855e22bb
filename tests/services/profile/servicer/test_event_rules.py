"""Every rule of an event, each with the input that breaks it, over a real channel."""

import math
from collections.abc import Callable, Iterator

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.ingestion import Outcome
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import NOW_SECONDS, Desk, card, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore

Change = Callable[[event_pb2.Event], object]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as desk:
        yield desk


def setting(**fields: object) -> Change:
    def change(event: event_pb2.Event) -> None:
        for name, value in fields.items():
            event.ClearField(name)  # type: ignore[arg-type]
            event.MergeFrom(event_pb2.Event(**{name: value}))  # type: ignore[arg-type]

    return change


def line(**fields: object) -> Change:
    def change(event: event_pb2.Event) -> None:
        event.lines[1].MergeFrom(event_pb2.EventLine(**fields))  # type: ignore[arg-type]

    return change


def many_lines(event: event_pb2.Event) -> None:
    event.lines.extend(event.lines[0] for _ in range(2_000))


RULES: list[tuple[str, str, Change]] = [
    ("source", "MALFORMED", setting(source="Till 1")),
    ("source", "MALFORMED", lambda e: e.ClearField("source")),
    ("event_id", "REQUIRED", lambda e: e.ClearField("event_id")),
    ("event_id", "MALFORMED", setting(event_id="a/b")),
    ("event_id", "MALFORMED", setting(event_id="x" * 129)),
    ("type", "REQUIRED", lambda e: e.ClearField("type")),
    ("type", "UNKNOWN_TYPE", setting(type=99)),
    ("occurred_at", "REQUIRED", lambda e: e.ClearField("occurred_at")),
    ("occurred_at", "IN_THE_FUTURE", setting(occurred_at=Timestamp(seconds=NOW_SECONDS + 86_401))),
    ("occurred_at", "TOO_EARLY", setting(occurred_at=Timestamp(seconds=0))),
    ("occurred_at", "TOO_EARLY", setting(occurred_at=Timestamp(seconds=-62_135_596_800))),
    ("occurred_at", "MALFORMED", setting(occurred_at=Timestamp(seconds=5, nanos=-1))),
    ("identifiers", "REQUIRED", lambda e: e.ClearField("identifiers")),
    ("identifiers", "TOO_MANY", lambda e: e.identifiers.extend([card("1")] * 8)),
    ("identifiers[0].kind", "REQUIRED", setting(identifiers=[event_pb2.Identifier(value="1")])),
    (
        "identifiers[0].kind",
        "UNKNOWN_KIND",
        setting(identifiers=[event_pb2.Identifier(kind=99, value="1")]),  # type: ignore[arg-type]
    ),
    ("identifiers[0].value", "REQUIRED", setting(identifiers=[card(" ")])),
    ("identifiers[0].value", "TOO_LONG", setting(identifiers=[card("1" * 257)])),
    (
        "identifiers[0].value",
        "MALFORMED",
        setting(identifiers=[event_pb2.Identifier(kind=3, value="call me")]),  # type: ignore[arg-type]
    ),
    ("customer", "MALFORMED_NAME", setting(customer="anna")),
    ("channel", "TOO_LONG", setting(channel="x" * 65)),
    ("store", "TOO_LONG", setting(store="x" * 65)),
    ("place", "TOO_LONG", setting(place="x" * 129)),
    ("party", "UNKNOWN_PARTY", setting(party=99)),
    ("text", "TOO_LONG", setting(text="x" * 1_000_000)),
    ("rating", "NOT_FINITE", setting(rating=math.nan)),
    ("rating", "TOO_LARGE", setting(rating=5.1)),
    ("rating", "REQUIRED", setting(type=event_pb2.EVENT_TYPE_RATING)),
    ("offer", "REQUIRED", setting(type=event_pb2.EVENT_TYPE_OFFER_CLICK)),
    ("offer", "MALFORMED_NAME", setting(offer="coffee")),
    ("decision", "MALFORMED_NAME", setting(decision="decisions/")),
    ("lines", "REQUIRED", lambda e: e.ClearField("lines")),
    ("lines", "TOO_MANY", many_lines),
    ("lines[1].item", "MALFORMED_NAME", line(item="milk")),
    ("lines[1].item", "MALFORMED_NAME", line(item="items/" + "x" * 129)),
    ("lines[1].quantity", "NEGATIVE", line(quantity=-1)),
    ("lines[1].quantity", "TOO_SMALL", line(quantity=1e-9)),
    ("lines[1].quantity", "TOO_LARGE", line(quantity=1e7)),
    ("lines[1].quantity", "NOT_FINITE", line(quantity=math.nan)),
    ("lines[1].quantity", "NOT_FINITE", line(quantity=math.inf)),
    ("lines[1].unit_price", "NEGATIVE", line(unit_price=-0.01)),
    ("lines[1].unit_price", "NOT_FINITE", line(unit_price=-math.inf)),
    ("lines[1].discount", "NEGATIVE", line(discount=-0.01)),
    ("lines[1].discount", "NOT_FINITE", line(discount=math.nan)),
    ("lines[1].category", "TOO_LONG", line(category="x" * 65)),
    ("lines[1].brand", "TOO_LONG", line(brand="x" * 65)),
]


@pytest.mark.parametrize(("field", "rule", "broken"), RULES)
def test_a_broken_rule_is_named_and_stops_nothing_else(
    desk: Desk, field: str, rule: str, broken: Change, request: pytest.FixtureRequest
) -> None:
    before = purchase(f"before {rule} {field} {id(broken)}", "tea")
    after = purchase(f"after {rule} {field} {id(broken)}", "tea")
    bad = purchase("bad", "tea", "milk")
    broken(bad)
    results = desk.ingest(before, bad, after)
    assert (results[1].reason, results[1].field) == (rule, field)
    assert results[1].outcome == pb.EVENT_OUTCOME_REFUSED
    assert results[1].message
    assert not results[1].customer
    assert results[0].outcome == results[2].outcome == pb.EVENT_OUTCOME_STORED


@pytest.mark.parametrize("count", [0, 1_001])
def test_an_empty_or_huge_batch_is_refused_whole(desk: Desk, count: int) -> None:
    events = [purchase(f"{count} {n}", "tea", who="nobody else") for n in range(count)]
    with pytest.raises(Failure) as refusal:
        desk.ingest(*events)
    assert refusal.value.kind is Kind.INVALID
    assert refusal.value.violations[0].field == "events"
    lookup = pb.LookupCustomerRequest(identifier=card("nobody else"))
    with pytest.raises(Failure) as missing:
        desk.stub.LookupCustomer(lookup)
    assert missing.value.kind is Kind.NOT_FOUND


def test_no_quantity_is_one_and_a_day_ahead_is_tolerated(desk: Desk) -> None:
    event = purchase("generous", "tea", who="generous")
    event.lines[0].ClearField("quantity")
    event.occurred_at.seconds = NOW_SECONDS + 86_400
    (result,) = desk.ingest(event)
    assert result.outcome == pb.EVENT_OUTCOME_STORED
    request = pb.GetSnapshotRequest(customer=result.customer)
    assert list(desk.stub.GetSnapshot(request).snapshot.quantities) == [1.0]
    event.lines[0].quantity = 1
    assert desk.ingest(event)[0].outcome == pb.EVENT_OUTCOME_DUPLICATE


def test_category_and_brand_come_back_as_they_were_told(desk: Desk) -> None:
    event = purchase("grouped", "tea", "cup", who="grouped")
    event.lines[0].MergeFrom(event_pb2.EventLine(category="x" * 64, brand="Harbour"))
    (result,) = desk.ingest(event)
    (told,) = desk.stub.ListEvents(pb.ListEventsRequest(parent=result.customer)).events
    assert [(line.category, line.brand) for line in told.lines] == [("x" * 64, "Harbour"), ("", "")]


def test_outcomes_are_counted_by_type(desk: Desk) -> None:
    bad = purchase("counted", "tea")
    bad.type = 99  # type: ignore[assignment]
    desk.meter.outcomes.clear()
    desk.ingest(purchase("counted", "tea"), purchase("counted", "tea"), bad)
    assert desk.meter.outcomes == {
        (Outcome.STORED, "PURCHASE"): 1,
        (Outcome.DUPLICATE, "PURCHASE"): 1,
        (Outcome.REFUSED, "UNSPECIFIED"): 1,
    }
