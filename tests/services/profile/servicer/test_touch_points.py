"""One timeline across channels: where each event was told, and by whom."""

from collections.abc import Iterator

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from tests.services.profile.desk import NOW_SECONDS, Desk, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore

HALF_LIFE_DAYS = 90


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as desk:
        yield desk


def told(source: str, event_id: str, *, day: int = 0, party: int = 0) -> event_pb2.Event:
    event = purchase(event_id, "tea", day=day)
    event.source = source
    event.party = event_pb2.Party.ValueType(party)
    return event


def timeline(desk: Desk, name: str) -> pb.ListEventsResponse:
    return desk.stub.ListEvents(pb.ListEventsRequest(parent=name))


def test_every_touch_point_says_who_told_it_when_and_how_fresh_it_is(desk: Desk) -> None:
    returned = told("returns", "1", day=HALF_LIFE_DAYS)
    returned.type = event_pb2.EVENT_TYPE_RETURN
    seen = told("weather", "1", day=1, party=event_pb2.PARTY_REAL_TIME)
    name = desk.ingest(told("app", "1"), seen, returned, told("kiosk", "1", day=200))[0].customer
    answer = timeline(desk, name)
    assert [each.source for each in answer.events] == ["app", "weather", "returns", "kiosk"]
    words = [each.source_words for each in answer.touch_points]
    assert words == ["the app", "the weather service", "the returns desk", "kiosk"]
    assert [each.trust for each in answer.touch_points] == [0.9, 0.6, 0.9, 0.7]
    freshness = [each.freshness for each in answer.touch_points]
    assert freshness[0] == 1
    assert freshness[2] == 0.5
    assert freshness == sorted(freshness, reverse=True)
    assert {each.stored_time.seconds for each in answer.touch_points} == {NOW_SECONDS}


def test_what_other_companies_told_is_shown_only_with_consent(desk: Desk) -> None:
    bought_in = told("register", "1", party=event_pb2.PARTY_THIRD)
    name = desk.ingest(told("till", "1", day=1), bought_in)[0].customer
    for state, shown in ((0, ["the till"]), (1, ["the bought-in register", "the till"])):
        if state:
            consent = customer_pb2.Consent(
                purpose=customer_pb2.CONSENT_PURPOSE_THIRD_PARTY_DATA,
                state=customer_pb2.CONSENT_STATE_GRANTED,
                source="app",
                stated_at=Timestamp(seconds=NOW_SECONDS),
            )
            desk.stub.SetConsent(pb.SetConsentRequest(customer=name, consent=consent))
        answer = timeline(desk, name)
        assert [each.source_words for each in answer.touch_points] == shown
        assert len(answer.events) == len(shown)


def test_what_another_company_tells_is_refused_when_it_is_told_as_our_own(desk: Desk) -> None:
    ours, theirs = desk.ingest(told("till", "1"), told("register", "1"))
    assert ours.outcome == pb.EVENT_OUTCOME_STORED
    assert (theirs.reason, theirs.field) == ("THIRD_PARTY", "party")
