"""Facts over a real channel: recorded, read back, withheld."""

from collections.abc import Iterator

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2, fact_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.history.events import Party
from services.profile.domain.ingestion import Outcome
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import NOW_SECONDS, Desk, card, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore

DAY_SECONDS = 86_400
OTHERS_DATA = customer_pb2.CONSENT_PURPOSE_THIRD_PARTY_DATA


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as desk:
        yield desk


def size(fact_id: str, number: float, *, source: str = "app", day: int = 0) -> fact_pb2.Fact:
    return fact_pb2.Fact(
        source=source,
        fact_id=fact_id,
        identifier=card("1"),
        key="household_size",
        value=fact_pb2.FactValue(number=number),
        observed_at=Timestamp(seconds=NOW_SECONDS - day * DAY_SECONDS),
    )


def record(desk: Desk, *facts: fact_pb2.Fact) -> list[pb.FactResult]:
    return list(desk.stub.RecordFacts(pb.RecordFactsRequest(facts=facts)).results)


def listed(desk: Desk, name: str) -> pb.ListFactsResponse:
    return desk.stub.ListFacts(pb.ListFactsRequest(parent=name))


def allow_third_parties(desk: Desk, name: str) -> None:
    say(desk, name, OTHERS_DATA, customer_pb2.CONSENT_STATE_GRANTED)


def say(
    desk: Desk,
    name: str,
    purpose: customer_pb2.ConsentPurpose.ValueType,
    state: customer_pb2.ConsentState.ValueType,
) -> None:
    consent = customer_pb2.Consent(
        purpose=purpose,
        state=state,
        source="app",
        stated_at=Timestamp(seconds=NOW_SECONDS),
    )
    desk.stub.SetConsent(pb.SetConsentRequest(customer=name, consent=consent))


def test_both_sides_of_a_conflict_are_told_with_the_rule_that_decided(desk: Desk) -> None:
    results = record(desk, size("1", 3, day=730), size("2", 2, source="register"))
    assert [each.outcome for each in results] == [pb.FACT_OUTCOME_STORED] * 2
    name = results[0].customer
    allow_third_parties(desk, name)
    (held,) = listed(desk, name).facts
    assert (held.key, held.rule) == ("household_size", fact_pb2.FACT_RULE_BASIS)
    assert (held.winner.value.number, held.winner.words) == (3, "Household of 3")
    (app,) = held.winner.witnesses
    assert (app.source_words, app.basis, app.freshness) == ("the app", 1, 0.5)
    (other,) = held.others
    assert [each.source_words for each in other.witnesses] == ["the bought-in register"]
    assert other.witnesses[0].party == event_pb2.PARTY_THIRD
    customer = desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)).customer
    assert list(customer.facts) == [held]
    masked = pb.GetCustomerRequest(name=name, read_mask=FieldMask(paths=["version"]))
    assert desk.stub.GetCustomer(masked).customer == customer_pb2.Customer(version=3)


def test_a_decision_is_told_what_holds_where_it_asks_and_may_use_it(desk: Desk) -> None:
    garden = fact_pb2.Fact(
        source="app",
        fact_id="3",
        identifier=card("1"),
        key="garden",
        value=fact_pb2.FactValue(flag=True),
        observed_at=Timestamp(seconds=NOW_SECONDS),
    )
    name = record(desk, size("1", 3), size("2", 2, source="till", day=9), garden)[0].customer

    def told(*, asked: bool = True) -> list[tuple[str, fact_pb2.FactValue]]:
        request = pb.GetSnapshotRequest(customer=name, with_facts=asked)
        found = desk.stub.GetSnapshot(request).snapshot.facts
        return [(each.key, each.value) for each in found]

    both = [("garden", fact_pb2.FactValue(flag=True))]
    both.append(("household_size", fact_pb2.FactValue(number=3)))
    assert told() == both
    assert told(asked=False) == []
    personalisation = customer_pb2.CONSENT_PURPOSE_PERSONALISATION
    say(desk, name, personalisation, customer_pb2.CONSENT_STATE_DENIED)
    assert told() == []


def test_the_catalogue_names_every_key_with_its_kind(desk: Desk) -> None:
    keys = desk.stub.GetFactCatalogue(pb.GetFactCatalogueRequest()).keys
    names = [each.key for each in keys]
    assert names == sorted(names)
    kinds = {each.key: each.kind for each in keys}
    assert kinds["garden"] == fact_pb2.FACT_KIND_FLAG
    assert kinds["household_size"] == fact_pb2.FACT_KIND_WHOLE
    assert kinds["household_income"] == fact_pb2.FACT_KIND_NUMBER
    assert kinds["pet"] == fact_pb2.FACT_KIND_TEXT


def test_without_consent_what_others_say_is_counted_and_not_told(desk: Desk) -> None:
    name = record(desk, size("1", 2, source="register"))[0].customer
    answer = listed(desk, name)
    assert list(answer.facts) == []
    assert [(each.purpose, each.fact_count) for each in answer.withheld] == [(OTHERS_DATA, 1)]
    assert not desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)).customer.facts
    allow_third_parties(desk, name)
    assert len(listed(desk, name).facts) == 1


def test_each_fact_is_answered_for_by_itself_and_counted(desk: Desk) -> None:
    bad, unknown = size("2", 2.5), size("3", 2, source="kiosk")
    unknown.party = event_pb2.PARTY_REAL_TIME
    first, refused, kiosk, again = record(desk, size("1", 3), bad, unknown, size("1", 3))
    assert (first.outcome, again.outcome) == (pb.FACT_OUTCOME_STORED, pb.FACT_OUTCOME_DUPLICATE)
    assert (refused.reason, refused.field) == ("NOT_WHOLE", "value")
    assert refused.message == "must be a whole number, is 2.5"
    assert kiosk.customer == first.customer
    assert desk.meter.fact_outcomes == {
        Outcome.STORED: 2,
        Outcome.REFUSED: 1,
        Outcome.DUPLICATE: 1,
    }
    assert desk.meter.unknown == {("fact", Party.REAL_TIME): 1}


@pytest.mark.parametrize(
    ("field", "rule", "change"),
    [
        ("customer", "REQUIRED", {"customer": ""}),
        ("identifier.value", "REQUIRED", {"identifier": card("")}),
        ("source", "MALFORMED", {"source": "The App"}),
        ("fact_id", "REQUIRED", {"fact_id": ""}),
        ("key", "UNKNOWN_KEY", {"key": "star_sign"}),
        ("key", "REQUIRED", {"key": ""}),
        ("value", "REQUIRED", {"value": fact_pb2.FactValue()}),
        ("value", "NOT_A_NUMBER", {"value": fact_pb2.FactValue(text="3")}),
        ("observed_at", "IN_THE_FUTURE", {"observed_at": Timestamp(seconds=2**40)}),
        ("party", "UNKNOWN_PARTY", {"party": 9}),
        ("basis", "UNKNOWN_BASIS", {"basis": 9}),
        ("basis", "THIRD_PARTY", {"party": 2, "basis": 1}),
    ],
)
def test_every_rule_of_a_fact_is_named_with_its_field(
    desk: Desk, field: str, rule: str, change: dict[str, object]
) -> None:
    parts = {
        each.name: getattr(size("1", 3), each.name)
        for each, _ in size("1", 3).ListFields()
        if each.name not in change and not ("customer" in change and each.name == "identifier")
    }
    (result,) = record(desk, fact_pb2.Fact(**(parts | change)))
    assert (result.outcome, result.field, result.reason) == (pb.FACT_OUTCOME_REFUSED, field, rule)


def test_a_batch_of_nothing_and_a_stranger_are_refused(desk: Desk) -> None:
    with pytest.raises(Failure, match="facts") as nothing:
        record(desk)
    assert nothing.value.kind is Kind.INVALID
    with pytest.raises(Failure, match="CUSTOMER_NOT_FOUND"):
        listed(desk, "customers/stranger")


def test_an_event_of_an_unknown_source_is_counted(desk: Desk) -> None:
    event = purchase("1", "tea")
    event.source = "kiosk"
    desk.ingest(event, purchase("2", "tea"))
    assert desk.meter.unknown == {("event", Party.FIRST): 1}
