"""Timelines page by page and the export chunk by chunk, over a real channel."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb
from sqlalchemy import Engine

from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.ports.customers import Period
from services.profile.servicer.messages.listing_messages import MAX_PAGE_BYTES
from services.serving.failures import Failure
from services.serving.paging import encode_token
from tests.services.profile.desk import NOW_SECONDS, Desk, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore

DAY = 86_400


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as desk:
        yield desk


def export(desk: Desk, **request: object) -> list[pb.ExportInteractionsResponse]:
    return list(desk.stub.ExportInteractions(pb.ExportInteractionsRequest(**request)))  # type: ignore[arg-type]


def pages(desk: Desk, request: pb.ListEventsRequest) -> Iterator[pb.ListEventsResponse]:
    while True:
        page = desk.stub.ListEvents(request)
        yield page
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def test_the_timeline_is_paged_and_a_token_belongs_to_its_query(desk: Desk) -> None:
    events = [purchase(str(n), "tea", day=n) for n in range(5)]
    name = desk.ingest(*events)[0].customer
    for event in events:
        event.ClearField("identifiers")
        event.party = event_pb2.PARTY_FIRST
    request = pb.ListEventsRequest(parent=name, page_size=2)
    assert [event for page in pages(desk, request) for event in page.events] == events
    request.types.append(event_pb2.EVENT_TYPE_PURCHASE)
    with pytest.raises(Failure) as refusal:
        desk.stub.ListEvents(request)
    assert refusal.value.reason == "BAD_PAGE_TOKEN"


def test_a_page_of_huge_events_still_fits_into_a_message(desk: Desk) -> None:
    items = ["x" * 120 + str(n) for n in range(2_000)]
    for n in range(12):
        (result,) = desk.ingest(purchase(f"{n}", *items, day=n))
    found = list(pages(desk, pb.ListEventsRequest(parent=result.customer)))
    assert [event.event_id for page in found for event in page.events] == [
        f"{n}" for n in range(12)
    ]
    assert len(found) == 2  # of a hundred events each, were they small
    assert all(page.ByteSize() < MAX_PAGE_BYTES + 500 for page in found)


def test_the_timeline_is_filtered_by_type_and_period(desk: Desk) -> None:
    back = purchase("back", "tea", day=1)
    back.type = event_pb2.EVENT_TYPE_RETURN
    name = desk.ingest(purchase("1", "tea", day=2), back, purchase("2", "tea"))[0].customer

    def read(**fields: object) -> list[str]:
        request = pb.ListEventsRequest(parent=name, **fields)  # type: ignore[arg-type]
        return [event.event_id for event in desk.stub.ListEvents(request).events]

    assert read(types=[event_pb2.EVENT_TYPE_RETURN]) == ["back"]
    assert read(start_time=Timestamp(seconds=NOW_SECONDS - DAY)) == ["2", "back"]
    assert read(end_time=Timestamp(seconds=NOW_SECONDS - DAY)) == ["1"]


def test_the_export_goes_on_where_it_was_cut(desk: Desk) -> None:
    items = [f"item{n}" for n in range(1_500)]
    desk.ingest(*(purchase(str(n), *items, who=str(n % 3)) for n in range(12)))
    chunks = export(desk)
    sizes = [len(chunk.interactions) for chunk in chunks]
    assert sizes == [4_500] * 4  # whole baskets, at most 5,000 lines
    for n, chunk in enumerate(chunks):
        assert export(desk, resume_token=chunk.resume_token) == chunks[n + 1 :]
    rows = [row for chunk in chunks for row in chunk.interactions]
    keys = [(row.customer_id, row.occurred_at.seconds, row.basket_id) for row in rows]
    assert keys == sorted(keys)
    assert rows[0].basket_id.startswith("till/")
    assert (rows[0].quantity, rows[0].unit_price) == (1.0, 2.0)
    with pytest.raises(Failure) as refusal:
        export(desk, resume_token=chunks[0].resume_token, start_time=Timestamp(seconds=5))
    assert refusal.value.violations[0].field == "resume_token"


@pytest.fixture
def stored(migrated: Callable[[str], Engine], database_url: str) -> SqlProfileStore:
    return SqlProfileStore(migrated(database_url))


def test_a_forged_token_fails_in_no_database(stored: SqlProfileStore) -> None:
    with serving(stored) as desk:
        name = desk.ingest(purchase("1", "tea"))[0].customer
        customer_id = name.removeprefix("customers/")

        def listed(micros: int) -> list[event_pb2.Event]:
            query = ("ListEvents", customer_id, (), Period())
            token = encode_token([micros, "till", "1"], query=query)
            request = pb.ListEventsRequest(parent=name, page_token=token)
            return list(desk.stub.ListEvents(request).events)

        def exported(micros: int) -> list[pb.ExportInteractionsResponse]:
            query = ("ExportInteractions", Period())
            token = encode_token([customer_id, micros, "till", "1"], query=query)
            return export(desk, resume_token=token)

        for read in (listed, exported):
            for micros in (2**70, -(2**70), True):
                with pytest.raises(Failure) as refusal:
                    read(micros)
                assert refusal.value.reason == "BAD_PAGE_TOKEN"


def test_an_export_goes_on_after_a_restart_with_what_came_meanwhile(
    stored: SqlProfileStore,
) -> None:
    items = [f"item{n}" for n in range(1_500)]
    cards = {}
    with serving(stored) as desk:
        for who in ("1", "2", "3", "4"):
            old = [purchase(f"{who}-{n}", *items, who=who, day=2 - n) for n in range(2)]
            cards[desk.ingest(*old)[0].customer] = who
        stream = desk.stub.ExportInteractions(pb.ExportInteractionsRequest())
        first = next(stream)
        stream.cancel()
    one, two, three, four = (cards[name] for name in sorted(cards))
    with serving(stored) as desk:  # another process, as far as the token can tell
        desk.ingest(*(purchase(f"{who}-2", "tea", who=who) for who in cards.values()))
        no = customer_pb2.Consent(
            purpose=customer_pb2.CONSENT_PURPOSE_PERSONALISATION,
            state=customer_pb2.CONSENT_STATE_DENIED,
            source="app",
            stated_at=Timestamp(seconds=NOW_SECONDS),
        )
        desk.stub.SetConsent(pb.SetConsentRequest(customer=max(cards), consent=no))
        rest = export(desk, resume_token=first.resume_token)
    rows = [row.basket_id for chunk in (first, *rest) for row in chunk.interactions]
    assert list(Counter(rows).items()) == [
        *((f"till/{one}-{n}", 1_500) for n in range(2)),  # the new one lies behind the point
        *((f"till/{two}-{n}", lines) for n, lines in enumerate((1_500, 1_500, 1))),
        *((f"till/{three}-{n}", lines) for n, lines in enumerate((1_500, 1_500, 1))),
    ]
    assert not any(row.startswith(f"till/{four}") for row in rows)
