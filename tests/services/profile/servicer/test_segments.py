"""Groups of customers: who may be in them, and that none is too small."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pytest
from ofone.profile.v1 import customer_pb2
from ofone.profile.v1 import segment_service_pb2 as pb
from ofone.profile.v1 import segment_service_pb2_grpc as pb_grpc
from sqlalchemy import Engine, select

from services.conditions.cel_conditions import CelConditions
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_segments import SqlSegmentStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import accesses
from services.profile.domain.history.events import MICROS, NOBODY
from services.profile.domain.personas.membership import VOCABULARY
from services.profile.domain.privacy.consent import ConsentPolicy, Purpose, Statement
from services.profile.domain.privacy.erasure import Access
from services.profile.servicer.segment_service import NAME, SegmentServicer
from services.serving.bootstrap import Application, Service, running
from services.serving.channel import ChannelSettings, connect
from services.serving.failures import Failure, Kind
from tests.services.profile.told import IDENTITY, NOW, bought, card, told

LEAST = 3
CARDS = sorted((card(str(number)) for number in range(25)), key=lambda each: each.customer_id)
MARKETING = customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL


@dataclass
class Office:
    """A running service over a database with twenty-five customers, and how to speak to it."""

    stub: pb_grpc.SegmentServiceStub
    engine: Engine
    store: SqlProfileStore
    privacy: SqlPrivacyStore

    def count(self, rule: str, **asked: object) -> int:
        segment = pb.Segment(rule=rule, **asked)  # type: ignore[arg-type]  # a test's own
        return self.stub.CountSegment(pb.CountSegmentRequest(segment=segment)).rounded_count

    def names(self, rule: str, **asked: object) -> list[str]:
        segment = pb.Segment(rule=rule, **asked)  # type: ignore[arg-type]  # a test's own
        parts = self.stub.ExportSegment(pb.ExportSegmentRequest(segment=segment))
        return [name for part in parts for name in part.customers]

    def say(self, number: int, purpose: Purpose, *, denied: bool) -> None:
        statement = Statement(NOW + denied, denied, "app")
        name = CARDS[number].customer_id
        self.store.state_consent(name, purpose, statement, now_micros=NOW)


@pytest.fixture
def office(migrated: Callable[[str], Engine], database_url: str) -> Iterator[Office]:
    engine = migrated(database_url)
    store = SqlProfileStore(engine)
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=())
    policy = ConsentPolicy(personalisation_default=True)
    servicer = SegmentServicer(
        SqlSegmentStore(engine), privacy, CelConditions(VOCABULARY), policy, _now, LEAST
    )
    add = partial(pb_grpc.add_SegmentServiceServicer_to_server, servicer)
    with running(Application(name="profile", services=(Service(NAME, add),))) as server:
        assert server.wait_ready()
        with connect(server.address, ChannelSettings(service=NAME, caller="test")) as channel:
            office = Office(pb_grpc.SegmentServiceStub(channel), engine, store, privacy)
            for number, each in enumerate(CARDS):  # the n-th bought n + 1 times
                store.ingest(
                    [told(bought(f"{number}-{one}", "tea"), each) for one in range(number + 1)],
                    now_micros=NOW,
                )
                office.say(number, Purpose.PROFILING, denied=False)
            yield office


def _now() -> datetime:
    return datetime.fromtimestamp(NOW // MICROS, UTC)


def named(*numbers: int) -> list[str]:
    return [f"customers/{CARDS[number].customer_id}" for number in numbers]


def test_a_group_is_counted_in_tens_and_named(office: Office) -> None:
    assert office.count("traits.basket_count > 0") == 20
    assert office.names("traits.basket_count > 22") == named(22, 23, 24)


def test_a_group_that_is_too_small_is_not_told_and_not_how_small(office: Office) -> None:
    messages = set()
    for rule in ("traits.basket_count > 23", "traits.basket_count > 99"):
        for ask in (office.count, office.names):
            with pytest.raises(Failure) as refused:
                ask(rule)
            assert (refused.value.kind, refused.value.reason) == (
                Kind.PRECONDITION,
                "GROUP_TOO_SMALL",
            )
            messages.add(refused.value.message)
    assert messages == {"a group of fewer than 3 customers is not told"}


@pytest.mark.parametrize("purpose", [Purpose.PERSONALISATION, Purpose.PROFILING])
def test_who_withdraws_consent_is_not_in_the_next_group(office: Office, purpose: Purpose) -> None:
    assert named(20)[0] in office.names("traits.basket_count > 20")
    office.say(20, purpose, denied=True)
    assert office.names("traits.basket_count > 20") == named(21, 22, 23, 24)


def test_for_marketing_only_those_are_named_who_allow_it(office: Office) -> None:
    for number in (3, 5, 7):
        office.say(number, Purpose.MARKETING_EMAIL, denied=False)
    assert office.names("true", marketing=MARKETING) == named(3, 5, 7)


def test_each_look_is_logged_with_the_customer(office: Office) -> None:
    office.names("traits.basket_count > 22")
    looked = office.privacy.accesses(CARDS[24].customer_id, skipped=0, most=9) or []
    assert [(each.method, each.caller) for each in looked] == [("ExportSegment", "test")]
    assert office.privacy.accesses(CARDS[0].customer_id, skipped=0, most=9) == []


def test_who_is_erased_while_a_group_is_named_is_neither_named_nor_logged(office: Office) -> None:
    segments = SqlSegmentStore(office.engine)
    page = [each.customer_id for each in segments.records(after=NOBODY, most=3)]
    request = str(uuid.UUID(int=1))
    assert office.privacy.erase(page[1], request, is_rehearsal=False, now_micros=NOW)
    access = Access("ExportSegment", "test", NOW)
    assert office.privacy.note_accesses(page, access, "a1") == [page[0], page[2]]
    assert office.privacy.note_accesses(page[1:2], access, "a2") == []
    with office.engine.connect() as connection:
        logged = connection.execute(select(accesses.c.customer_id)).scalars().all()
    assert sorted(logged) == [page[0], page[2]]


@pytest.mark.parametrize(
    ("segment", "path", "rule"),
    [
        (pb.Segment(), "segment.rule", "REQUIRED"),
        (pb.Segment(rule="traits.weight > 1"), "segment.rule", "UNKNOWN_FIELD"),
        (
            pb.Segment(rule="true", marketing=customer_pb2.CONSENT_PURPOSE_PROFILING),
            "segment.marketing",
            "NO_MARKETING",
        ),
    ],
)
def test_a_group_that_cannot_be_meant_is_refused(
    office: Office, segment: pb.Segment, path: str, rule: str
) -> None:
    with pytest.raises(Failure) as refused:
        office.stub.CountSegment(pb.CountSegmentRequest(segment=segment))
    assert [(each.field, each.rule) for each in refused.value.violations] == [(path, rule)]
