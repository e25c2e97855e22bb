"""Households over the wire: told in events, found by nobody, shared by those who agreed."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2, privacy_pb2
from ofone.profile.v1 import profile_service_pb2 as pb
from sqlalchemy import Connection, Engine, event

from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.history.events import CustomerId
from services.profile.domain.people.households import HouseholdId, Member, Membership
from services.profile.domain.privacy.consent import Consents
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import NOW_SECONDS, Desk, card, purchase, serving
from tests.services.profile.told import IDENTITY, NOW
from tests.services.profile.told import card as handle_of_card

SHARING = customer_pb2.CONSENT_PURPOSE_HOUSEHOLD_SHARING
ANNA, BERT, CARL = "1", "2", "3"


@pytest.fixture
def engine(migrated: Callable[[str], Engine], sqlite_url: str) -> Engine:
    return migrated(sqlite_url)


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=())
    with serving(
        SqlProfileStore(engine),
        households=SqlHouseholdStore(engine),
        identities=SqlIdentityStore(engine),
        privacy=privacy,
    ) as desk:
        yield desk


def home(address: str = "12 Elm Road") -> event_pb2.Identifier:
    return event_pb2.Identifier(kind=event_pb2.IDENTIFIER_KIND_HOUSEHOLD, value=address)


def at_home(event_id: str, who: str, *items: str, day: int = 0) -> event_pb2.Event:
    """Return a purchase of one who lives in Elm Road; items are their own categories."""
    event = purchase(event_id, *items, who=who, day=day)
    for line in event.lines:
        line.category = line.item.removeprefix("items/")
    event.identifiers.append(home())
    return event


class AskedHomes(SqlHouseholdStore):
    """Keeps of whom it was asked where they live."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.asked: list[CustomerId] = []

    def home(self, customer_id: CustomerId) -> Membership | None:
        self.asked.append(customer_id)
        return super().home(customer_id)


def agree(
    desk: Desk,
    who: str,
    *,
    to: customer_pb2.ConsentPurpose.ValueType = SHARING,
    says: bool = True,
) -> None:
    granted, denied = customer_pb2.CONSENT_STATE_GRANTED, customer_pb2.CONSENT_STATE_DENIED
    said = customer_pb2.Consent(
        purpose=to,
        state=granted if says else denied,
        source="app",
        stated_at=Timestamp(seconds=NOW_SECONDS - says),
    )
    desk.stub.SetConsent(pb.SetConsentRequest(customer=name(desk, who), consent=said))


def name(desk: Desk, who: str) -> str:
    return desk.stub.LookupCustomer(pb.LookupCustomerRequest(identifier=card(who))).customer


def shared(desk: Desk, who: str) -> list[str]:
    asked = pb.GetSnapshotRequest(identifier=card(who), with_household=True)
    return list(desk.stub.GetSnapshot(asked).snapshot.household_purchases.item_ids)


def household(desk: Desk, who: str) -> str:
    asked = pb.GetCustomerRequest(name=name(desk, who))
    return desk.stub.GetCustomer(asked).customer.household.household


def members(desk: Desk, **paging: object) -> pb.ListHouseholdMembersResponse:
    request = pb.ListHouseholdMembersRequest(parent=household(desk, ANNA), **paging)  # type: ignore[arg-type]
    return desk.stub.ListHouseholdMembers(request)


def leave(desk: Desk, who: str) -> None:
    desk.stub.LeaveHousehold(
        pb.LeaveHouseholdRequest(
            customer=name(desk, who), reason="moved out", request_id=str(uuid.uuid4())
        )
    )


def held_households(desk: Desk, who: str) -> list[privacy_pb2.HeldHousehold]:
    parts = desk.stub.ExportCustomer(pb.ExportCustomerRequest(name=name(desk, who)))
    records = [each for part in parts for each in part.records]
    return [each.household for each in records if each.HasField("household")]


def test_what_is_for_the_house_is_told_to_those_who_share(desk: Desk) -> None:
    desk.ingest(
        at_home("a", ANNA, "Milk", "Wine"),
        at_home("b", BERT, "Bread", "Beer", day=2),
        at_home("c", CARL, "Laundry"),
        at_home("d", BERT, "Paper", day=90),
    )
    assert shared(desk, ANNA) == []
    for who in (ANNA, BERT):
        agree(desk, who)
    assert shared(desk, ANNA) == ["Bread"]
    assert shared(desk, BERT) == ["Milk"]
    assert shared(desk, CARL) == []
    agree(desk, BERT, says=False)
    assert shared(desk, ANNA) == []


def test_nobody_looks_where_somebody_lives_who_does_not_share(
    migrated: Callable[[str], Engine], sqlite_url: str
) -> None:
    engine = migrated(sqlite_url)
    homes = AskedHomes(engine)
    with serving(SqlProfileStore(engine), households=homes) as desk:
        desk.ingest(at_home("a", ANNA, "Milk"), at_home("b", BERT, "Bread"))
        agree(desk, BERT)
        assert shared(desk, ANNA) == []
        assert homes.asked == []
        agree(desk, ANNA)
        assert shared(desk, ANNA) == ["Bread"]
        assert len(homes.asked) == 1
        agree(desk, ANNA, to=customer_pb2.CONSENT_PURPOSE_PERSONALISATION, says=False)
        assert shared(desk, ANNA) == shared(desk, BERT) == []
        agree(desk, BERT, says=False)
        assert shared(desk, BERT) == []
        assert [f"customers/{each}" for each in homes.asked[1:]] == [name(desk, BERT)]


def test_nothing_is_told_unless_it_is_asked_for(desk: Desk) -> None:
    desk.ingest(at_home("a", ANNA, "Milk"), at_home("b", BERT, "Bread"))
    for who in (ANNA, BERT):
        agree(desk, who)
    snapshot = desk.stub.GetSnapshot(pb.GetSnapshotRequest(identifier=card(ANNA))).snapshot
    assert not snapshot.HasField("household_purchases")


def test_when_an_event_told_last_of_a_household_is_told(desk: Desk) -> None:
    desk.ingest(at_home("a", ANNA, "Milk", day=9), at_home("b", ANNA, "Milk", day=2))
    desk.ingest(at_home("c", BERT, "Milk", day=5))
    asked = pb.GetCustomerRequest(name=name(desk, ANNA))
    days_ago = {day: Timestamp(seconds=NOW_SECONDS - day * 86_400) for day in (2, 5)}
    assert desk.stub.GetCustomer(asked).customer.household.told_time == days_ago[2]
    assert {each.customer: each.told_time for each in members(desk).members} == {
        name(desk, ANNA): days_ago[2],
        name(desk, BERT): days_ago[5],
    }


def test_members_are_told_page_by_page_and_each_look_is_kept(desk: Desk) -> None:
    desk.ingest(*(at_home(who, who, "Milk") for who in (ANNA, BERT, CARL)))
    agree(desk, ANNA)
    agree(desk, BERT)
    first = members(desk, page_size=2)
    second = members(desk, page_size=2, page_token=first.next_page_token)
    found = [*first.members, *second.members]
    assert second.next_page_token == ""
    shares = {each.customer: each.shares for each in found}
    assert shares == {name(desk, ANNA): True, name(desk, BERT): True, name(desk, CARL): False}
    assert [each.customer for each in found] == sorted(shares)
    accesses = desk.stub.ListAccesses(pb.ListAccessesRequest(parent=name(desk, CARL))).accesses
    assert [each.method for each in accesses] == ["ListHouseholdMembers"]


def test_looks_at_many_members_are_kept_at_once(desk: Desk, engine: Engine) -> None:
    desk.ingest(*(at_home(who, who, "Milk") for who in (ANNA, BERT, CARL)))
    elm, commits = household(desk, ANNA), list[Connection]()
    event.listen(engine, "commit", commits.append)
    needed = []
    for size in (1, 3):
        commits.clear()
        request = pb.ListHouseholdMembersRequest(parent=elm, page_size=size)
        assert len(desk.stub.ListHouseholdMembers(request).members) == size
        needed.append(len(commits))
    assert needed[0] == needed[1] > 0
    for who in (ANNA, BERT, CARL):
        looked = desk.stub.ListAccesses(pb.ListAccessesRequest(parent=name(desk, who))).accesses
        assert "ListHouseholdMembers" in {each.method for each in looked}


class Overtaken(SqlHouseholdStore):
    """A store that is overtaken: after members are read, somebody among them is erased."""

    def __init__(self, engine: Engine, privacy: SqlPrivacyStore, gone: CustomerId) -> None:
        super().__init__(engine)
        self.privacy, self.gone = privacy, gone

    def members(self, household_id: HouseholdId) -> list[tuple[Member, Consents]]:
        found = super().members(household_id)
        request_id = str(uuid.UUID(int=1))
        self.privacy.erase(self.gone, request_id, is_rehearsal=False, now_micros=NOW)
        return found


def test_who_is_erased_meanwhile_is_no_member_in_the_answer(engine: Engine) -> None:
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=())
    bert = handle_of_card(BERT).customer_id
    homes = Overtaken(engine, privacy, bert)
    with serving(SqlProfileStore(engine), households=homes, privacy=privacy) as desk:
        anna, _ = desk.ingest(*(at_home(who, who, "Milk") for who in (ANNA, BERT)))
        assert [each.customer for each in members(desk).members] == [anna.customer]


def test_who_leaves_shares_no_more(desk: Desk) -> None:
    desk.ingest(at_home("a", ANNA, "Milk"), at_home("b", BERT, "Bread"))
    for who in (ANNA, BERT):
        agree(desk, who)
    request = pb.LeaveHouseholdRequest(
        customer=name(desk, BERT), reason="moved out", request_id=str(uuid.uuid4())
    )
    left = desk.stub.LeaveHousehold(request)
    assert desk.stub.LeaveHousehold(request) == left
    assert left.household == household(desk, ANNA)
    assert shared(desk, ANNA) == []
    assert household(desk, BERT) == ""
    request.request_id = str(uuid.uuid4())
    with pytest.raises(Failure) as told:
        desk.stub.LeaveHousehold(request)
    assert told.value.kind is Kind.NOT_FOUND


def test_an_export_tells_every_household_and_who_said_that_it_was_left(desk: Desk) -> None:
    former = at_home("a", ANNA, "Milk", day=30)
    former.identifiers[1].value = "3 Oak Lane"
    desk.ingest(former, at_home("b", ANNA, "Milk", day=2), at_home("c", BERT, "Milk"))
    elm = household(desk, ANNA)
    leave(desk, ANNA)
    oak_held, elm_held = held_households(desk, ANNA)
    assert oak_held.household not in ("", elm)
    assert oak_held.told_time.seconds == NOW_SECONDS - 30 * 86_400
    assert not oak_held.HasField("left_time")
    assert (oak_held.actor, oak_held.reason) == ("", "")
    assert elm_held == privacy_pb2.HeldHousehold(
        household=elm,
        told_time=Timestamp(seconds=NOW_SECONDS - 2 * 86_400),
        left_time=Timestamp(seconds=NOW_SECONDS),
        actor="test",
        reason="moved out",
    )
    (of_bert,) = held_households(desk, BERT)
    assert not of_bert.HasField("left_time")


def test_a_later_event_tells_of_the_household_beside_who_had_said_that_it_was_left(
    desk: Desk,
) -> None:
    desk.ingest(at_home("a", ANNA, "Milk", day=2))
    leave(desk, ANNA)
    desk.ingest(at_home("b", ANNA, "Milk", day=-1))
    (held,) = held_households(desk, ANNA)
    assert held.told_time.seconds == NOW_SECONDS + 86_400
    assert held.left_time.seconds == NOW_SECONDS
    assert (held.actor, held.reason) == ("test", "moved out")


def test_a_household_names_no_person(desk: Desk) -> None:
    alone = at_home("a", ANNA, "Milk")
    del alone.identifiers[0]
    (refused,) = desk.ingest(alone)
    assert (refused.reason, refused.field) == ("REQUIRED", "identifiers")
    twice = at_home("b", ANNA, "Milk")
    twice.identifiers.append(home("3 Oak Lane"))
    (refused,) = desk.ingest(twice)
    assert refused.reason == "SEVERAL_HOUSEHOLDS"
    for ask in (
        lambda: desk.stub.LookupCustomer(pb.LookupCustomerRequest(identifier=home())),
        lambda: desk.stub.GetSnapshot(pb.GetSnapshotRequest(identifier=home())),
        lambda: desk.stub.BlockIdentifier(
            pb.BlockIdentifierRequest(
                identifier=home(), reason="a school", request_id=str(uuid.uuid4())
            )
        ),
    ):
        with pytest.raises(Failure, match="household"):
            ask()


def test_an_unknown_household_is_told_so(desk: Desk) -> None:
    with pytest.raises(Failure) as told:
        desk.stub.ListHouseholdMembers(pb.ListHouseholdMembersRequest(parent="households/none"))
    assert told.value.kind is Kind.NOT_FOUND


def test_the_same_event_with_another_household_is_another_event(desk: Desk) -> None:
    (first,) = desk.ingest(at_home("a", ANNA, "Milk"))
    (again,) = desk.ingest(at_home("a", ANNA, "Milk"))
    moved = at_home("a", ANNA, "Milk")
    moved.identifiers[1].value = "3 Oak Lane"
    (other,) = desk.ingest(moved)
    assert (first.reason, again.reason, other.reason) == ("", "", "EVENT_ID_REUSED")
