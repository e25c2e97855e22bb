"""The methods of the service over a real channel."""

from collections.abc import Iterator
from typing import cast

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.privacy.consent import Purpose
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import NOW_SECONDS, Desk, card, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore

PERSONALISATION = customer_pb2.CONSENT_PURPOSE_PERSONALISATION
SMS = customer_pb2.CONSENT_PURPOSE_MARKETING_SMS
GRANTED = customer_pb2.CONSENT_STATE_GRANTED
DENIED = customer_pb2.CONSENT_STATE_DENIED
UNKNOWN_TYPE = cast("event_pb2.EventType.ValueType", 99)
DAY = 86_400


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as desk:
        yield desk


def consent(
    purpose: customer_pb2.ConsentPurpose.ValueType,
    state: customer_pb2.ConsentState.ValueType,
    *,
    seconds: int = NOW_SECONDS,
) -> customer_pb2.Consent:
    stated_at = Timestamp(seconds=seconds)
    return customer_pb2.Consent(purpose=purpose, state=state, source="app", stated_at=stated_at)


def export(desk: Desk, **request: object) -> list[pb.ExportInteractionsResponse]:
    return list(desk.stub.ExportInteractions(pb.ExportInteractionsRequest(**request)))  # type: ignore[arg-type]


def test_an_acknowledged_purchase_is_in_the_next_snapshot(desk: Desk) -> None:
    (result,) = desk.ingest(purchase("1", "tea", "milk"))
    by_name = desk.stub.GetSnapshot(pb.GetSnapshotRequest(customer=result.customer)).snapshot
    by_card = desk.stub.GetSnapshot(pb.GetSnapshotRequest(identifier=card("1"))).snapshot
    assert by_name == by_card
    assert by_name.customer == result.customer
    assert by_name.version == 1
    assert by_name.update_time == Timestamp(seconds=NOW_SECONDS)
    assert by_name.personalisation_allowed
    assert list(by_name.item_ids) == ["milk", "tea"]
    assert list(by_name.last_bought_seconds) == [NOW_SECONDS] * 2
    assert by_name.traits.total_spend == 4.0
    assert by_name.traits.last_purchase_time.seconds == NOW_SECONDS
    assert desk.meter.snapshots == [2, 2]


def test_withdrawn_consent_empties_the_snapshot_but_for_exposures(desk: Desk) -> None:
    shown = purchase("2")
    shown.type, shown.offer = event_pb2.EVENT_TYPE_OFFER_IMPRESSION, "offers/coffee"
    name = desk.ingest(purchase("1", "tea"), shown)[0].customer
    request = pb.SetConsentRequest(customer=name, consent=consent(PERSONALISATION, DENIED))
    assert desk.stub.SetConsent(request).consent == request.consent
    snapshot = desk.stub.GetSnapshot(pb.GetSnapshotRequest(customer=name)).snapshot
    assert not snapshot.personalisation_allowed
    assert snapshot.version == 3
    assert not snapshot.item_ids
    assert not snapshot.recent_basket_seconds
    assert snapshot.traits == customer_pb2.Traits()
    assert [exposure.offer_id for exposure in snapshot.exposures] == ["coffee"]
    assert export(desk) == []


def test_nobody_is_personalised_by_default_where_the_deployment_says_so() -> None:
    with serving(MemoryProfileStore(), personalisation_default=False) as desk:
        name = desk.ingest(purchase("1", "tea"))[0].customer
        assert export(desk) == []
        request = pb.SetConsentRequest(customer=name, consent=consent(PERSONALISATION, GRANTED))
        desk.stub.SetConsent(request)
        snapshot = desk.stub.GetSnapshot(pb.GetSnapshotRequest(customer=name)).snapshot
        assert list(snapshot.item_ids) == ["tea"]
        assert len(export(desk)) == 1


def test_consents_are_listed_with_the_default_where_nothing_was_said(desk: Desk) -> None:
    name = desk.ingest(purchase("1", "tea"))[0].customer
    said = consent(SMS, GRANTED, seconds=NOW_SECONDS - 5)
    desk.stub.SetConsent(pb.SetConsentRequest(customer=name, consent=said))
    late = pb.SetConsentRequest(customer=name, consent=consent(SMS, DENIED, seconds=5))
    assert desk.stub.SetConsent(late).consent == said  # an older statement changes nothing
    listed = desk.stub.ListConsents(pb.ListConsentsRequest(parent=name)).consents
    assert [(each.purpose, each.state, each.source) for each in listed] == [
        (PERSONALISATION, GRANTED, "default"),
        (customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL, DENIED, "default"),
        (SMS, GRANTED, "app"),
        (customer_pb2.CONSENT_PURPOSE_MARKETING_PUSH, DENIED, "default"),
        (customer_pb2.CONSENT_PURPOSE_PROFILING, DENIED, "default"),
        (customer_pb2.CONSENT_PURPOSE_SENSITIVE_INFERENCE, DENIED, "default"),
        (customer_pb2.CONSENT_PURPOSE_THIRD_PARTY_DATA, DENIED, "default"),
        (customer_pb2.CONSENT_PURPOSE_MARKETING_PHONE, DENIED, "default"),
        (customer_pb2.CONSENT_PURPOSE_MARKETING_POST, DENIED, "default"),
        (customer_pb2.CONSENT_PURPOSE_HOUSEHOLD_SHARING, DENIED, "default"),
    ]
    assert not listed[0].HasField("stated_at")
    snapshot = desk.stub.GetSnapshot(pb.GetSnapshotRequest(customer=name)).snapshot
    assert list(snapshot.marketing_allowed) == [SMS]


@pytest.mark.parametrize(
    ("path", "rule", "broken"),
    [
        ("customer", "MALFORMED_NAME", {"customer": "anna"}),
        ("consent.purpose", "REQUIRED", {"purpose": 0}),
        ("consent.purpose", "UNKNOWN_PURPOSE", {"purpose": 99}),
        ("consent.state", "REQUIRED", {"state": 0}),
        ("consent.source", "MALFORMED", {"source": "The App"}),
        ("consent.stated_at", "REQUIRED", {"stated_at": None}),
        ("consent.stated_at", "IN_THE_FUTURE", {"stated_at": Timestamp(seconds=2**40)}),
    ],
)
def test_a_broken_statement_is_refused(
    desk: Desk, path: str, rule: str, broken: dict[str, object]
) -> None:
    customer = broken.get("customer", desk.ingest(purchase("1", "tea"))[0].customer)
    statement = {
        "purpose": PERSONALISATION,
        "state": DENIED,
        "source": "app",
        "stated_at": Timestamp(seconds=NOW_SECONDS),
    } | {name: value for name, value in broken.items() if name != "customer"}
    request = pb.SetConsentRequest(
        customer=str(customer),
        consent=customer_pb2.Consent(**statement),  # type: ignore[arg-type]
    )
    with pytest.raises(Failure) as refusal:
        desk.stub.SetConsent(request)
    assert [(each.field, each.rule) for each in refusal.value.violations] == [(path, rule)]


def test_a_customer_is_seen_from_all_sides(desk: Desk) -> None:
    mail = event_pb2.Identifier(kind=event_pb2.IDENTIFIER_KIND_EMAIL, value="Anna@example.org")
    both = purchase("2", "tea", day=2)
    both.identifiers.append(mail)
    names = {result.customer for result in desk.ingest(purchase("1", "tea", day=12), both)}
    (name,) = names
    customer = desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)).customer
    assert customer.name == name
    assert len({identifier.fingerprint for identifier in customer.identifiers}) == 2
    assert all(len(identifier.fingerprint) == 8 for identifier in customer.identifiers)
    assert [(item.item, item.basket_count, item.mean_gap_days) for item in customer.items] == [
        ("items/tea", 2, 10.0)
    ]
    assert customer.traits.mean_gap_days == 10.0
    assert len(customer.consents) == len(Purpose)
    assert customer.version == 2
    assert customer.create_time == customer.update_time == Timestamp(seconds=NOW_SECONDS)
    assert "example" not in str(customer)


def test_only_the_fields_that_were_asked_for_are_read(desk: Desk) -> None:
    name = desk.ingest(purchase("1", "tea"))[0].customer
    mask = FieldMask(paths=["version", "items"])
    customer = desk.stub.GetCustomer(pb.GetCustomerRequest(name=name, read_mask=mask)).customer
    assert sorted(field.name for field, _ in customer.ListFields()) == ["items", "version"]
    unknown = FieldMask(paths=["traits.total_spend"])
    with pytest.raises(Failure) as refusal:
        desk.stub.GetCustomer(pb.GetCustomerRequest(name=name, read_mask=unknown))
    assert refusal.value.violations[0].field == "read_mask"


def test_former_names_find_the_customer_they_became(desk: Desk) -> None:
    first = desk.ingest(purchase("1", "tea", who="1"))[0].customer
    second = desk.ingest(purchase("2", "milk", who="2"))[0].customer
    both = purchase("3", "rice", who="1")
    both.identifiers.append(card("2"))
    (result,) = desk.ingest(both)
    assert result.customer == min(first, second)
    assert desk.meter.merge_count == 1
    for name in (first, second):
        customer = desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)).customer
        assert customer.name == result.customer
        assert list(customer.former_names) == [max(first, second)]
        assert len(desk.stub.ListEvents(pb.ListEventsRequest(parent=name)).events) == 3


@pytest.mark.parametrize(
    ("method", "request_message", "kind", "field"),
    [
        ("GetSnapshot", pb.GetSnapshotRequest(), Kind.INVALID, "customer"),
        ("GetSnapshot", pb.GetSnapshotRequest(customer="anna"), Kind.INVALID, "customer"),
        ("GetSnapshot", pb.GetSnapshotRequest(customer="customers/x"), Kind.NOT_FOUND, ""),
        ("GetSnapshot", pb.GetSnapshotRequest(identifier=card("x")), Kind.NOT_FOUND, ""),
        ("LookupCustomer", pb.LookupCustomerRequest(), Kind.INVALID, "identifier.kind"),
        (
            "LookupCustomer",
            pb.LookupCustomerRequest(identifier=card("")),
            Kind.INVALID,
            "identifier.value",
        ),
        ("GetCustomer", pb.GetCustomerRequest(name="customers/x"), Kind.NOT_FOUND, ""),
        ("ListEvents", pb.ListEventsRequest(parent="customers/x"), Kind.NOT_FOUND, ""),
        (
            "ListEvents",
            pb.ListEventsRequest(parent="customers/x", page_size=-1),
            Kind.INVALID,
            "page_size",
        ),
        (
            "ListEvents",
            pb.ListEventsRequest(parent="customers/x", page_token="§"),
            Kind.INVALID,
            "page_token",
        ),
        (
            "ListEvents",
            pb.ListEventsRequest(parent="customers/x", types=[UNKNOWN_TYPE]),
            Kind.INVALID,
            "types[0]",
        ),
        (
            "ListEvents",
            pb.ListEventsRequest(
                parent="customers/x", start_time=Timestamp(seconds=9), end_time=Timestamp(seconds=8)
            ),
            Kind.INVALID,
            "end_time",
        ),
        ("ListConsents", pb.ListConsentsRequest(parent="customers/x"), Kind.NOT_FOUND, ""),
    ],
)
def test_requests_that_cannot_be_answered_are_refused_in_words(
    desk: Desk, method: str, request_message: object, kind: Kind, field: str
) -> None:
    with pytest.raises(Failure) as refusal:
        getattr(desk.stub, method)(request_message)
    assert refusal.value.kind is kind
    assert [each.field for each in refusal.value.violations] == ([field] if field else [])


def test_an_unknown_identifier_is_not_repeated_in_the_answer(desk: Desk) -> None:
    with pytest.raises(Failure) as refusal:
        desk.stub.LookupCustomer(pb.LookupCustomerRequest(identifier=card("4711-secret")))
    assert "4711" not in str(refusal.value)
    assert "4711" not in str(refusal.value.metadata)
