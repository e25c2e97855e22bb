"""Stages of life on the wire: there for whom the customer allows it, and in no answer else."""

from collections.abc import Iterator

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from tests.services.profile.desk import NOW_SECONDS, Desk, card, serving
from tests.services.profile.domain.test_life import SIGNS
from tests.services.profile.memory_store import MemoryProfileStore

PROFILING = customer_pb2.CONSENT_PURPOSE_PROFILING
SENSITIVE = customer_pb2.CONSENT_PURPOSE_SENSITIVE_INFERENCE
GRANTED, DENIED = customer_pb2.CONSENT_STATE_GRANTED, customer_pb2.CONSENT_STATE_DENIED
SECRET = b"expecting"
"""The name of the sensitive stage: it must be nowhere where it is not allowed."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A service that knows somebody who bought lamps and nappies since two months."""
    with serving(MemoryProfileStore(), signs=SIGNS) as desk:
        days = [(day, ("Bread", "Milk")) for day in range(0, 360, 7)]
        days += [(day, ("Lamps", "Nappies")) for day in range(1, 60, 7)]
        results = desk.ingest(
            *(
                event_pb2.Event(
                    source="till",
                    event_id=f"b-{day}-{categories[0]}",
                    type=event_pb2.EVENT_TYPE_PURCHASE,
                    occurred_at=Timestamp(seconds=NOW_SECONDS - day * 86_400),
                    identifiers=[card("1")],
                    lines=[
                        event_pb2.EventLine(item=f"items/{each.lower()}", category=each)
                        for each in categories
                    ],
                )
                for day, categories in days
            )
        )
        assert {each.outcome for each in results} == {pb.EVENT_OUTCOME_STORED}
        yield desk


def name_of(desk: Desk) -> str:
    return desk.stub.LookupCustomer(pb.LookupCustomerRequest(identifier=card("1"))).customer


def say(
    desk: Desk,
    purpose: customer_pb2.ConsentPurpose.ValueType,
    state: customer_pb2.ConsentState.ValueType,
    *,
    hour: int = 1,
) -> None:
    consent = customer_pb2.Consent(
        purpose=purpose,
        state=state,
        source="app",
        stated_at=Timestamp(seconds=NOW_SECONDS - 86_400 + hour * 3_600),
    )
    desk.stub.SetConsent(pb.SetConsentRequest(customer=name_of(desk), consent=consent))


def snapshot(desk: Desk, *, asked: bool = True) -> customer_pb2.Snapshot:
    request = pb.GetSnapshotRequest(customer=name_of(desk), with_life_stages=asked)
    return desk.stub.GetSnapshot(request).snapshot


def portrait(desk: Desk, *fields: str) -> customer_pb2.Customer:
    request = pb.GetCustomerRequest(name=name_of(desk), read_mask=FieldMask(paths=fields))
    return desk.stub.GetCustomer(request).customer


def every_answer(desk: Desk) -> list[Message]:
    """Everything that the service says of this customer."""
    name = name_of(desk)
    return [
        snapshot(desk),
        portrait(desk),
        portrait(desk, "life_stages"),
        desk.stub.ListEvents(pb.ListEventsRequest(parent=name)),
        desk.stub.ListConsents(pb.ListConsentsRequest(parent=name)),
        *desk.stub.ExportInteractions(pb.ExportInteractionsRequest()),
    ]


def test_who_allows_it_is_told_with_the_evidence(desk: Desk) -> None:
    say(desk, PROFILING, GRANTED)
    say(desk, SENSITIVE, GRANTED)

    home, child = portrait(desk).life_stages

    assert (home.name, home.sensitive) == ("new_home", False)
    assert (child.name, child.sensitive) == ("expecting", True)
    assert min(home.probability, child.probability) > 0.9
    assert home.earliest_time.seconds <= home.since_time.seconds <= home.latest_time.seconds
    assert home.evidence[0].count == 9
    assert home.evidence[0].explanation.startswith("Lamps 9 times since August 2025, never in the")
    assert [each.name for each in snapshot(desk).life_stages] == ["new_home", "expecting"]


def test_a_sensitive_stage_without_consent_is_in_no_answer(desk: Desk) -> None:
    say(desk, PROFILING, GRANTED)

    answers = every_answer(desk)

    assert b"new_home" in answers[0].SerializeToString()
    assert all(SECRET not in answer.SerializeToString() for answer in answers)


def test_a_withdrawal_holds_in_the_next_request(desk: Desk) -> None:
    say(desk, PROFILING, GRANTED)
    say(desk, SENSITIVE, GRANTED)
    assert SECRET in portrait(desk).SerializeToString()

    say(desk, SENSITIVE, DENIED, hour=2)

    assert all(SECRET not in answer.SerializeToString() for answer in every_answer(desk))


def test_who_said_nothing_of_profiling_has_no_stages(desk: Desk) -> None:
    say(desk, SENSITIVE, GRANTED)

    assert not portrait(desk).life_stages
    assert not snapshot(desk).life_stages


def test_a_snapshot_holds_stages_only_where_they_were_asked_for(desk: Desk) -> None:
    say(desk, PROFILING, GRANTED)

    assert not snapshot(desk, asked=False).life_stages
    assert snapshot(desk, asked=True).life_stages
