"""Somebody is forgotten: in every row, in the file, in every answer; and does not come back."""

import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from ofone.profile.v1 import profile_service_pb2 as pb
from sqlalchemy import Engine, MetaData, select

from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_linkage import SqlLinkageStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.facts.fact import Fact, ToldFact
from services.profile.domain.history.events import Handle, Report
from services.profile.domain.ingestion import Outcome
from services.profile.domain.linkage.probable_links import (
    FoundLink,
    Likeness,
    LinkageRun,
    Weight,
)
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.identity import IdentifierKind
from services.profile.domain.privacy.consent import Purpose, Statement
from services.profile.domain.privacy.erasure import TRAINING, Access, Erasure, Removal, Waiting
from services.profile.ports.customers import Period, Purchase
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import Desk, purchase, serving
from tests.services.profile.desk import card as card_message
from tests.services.profile.told import DAY, IDENTITY, NOW, bought, card, email, house, told

ANNA, HERS = card("anna"), email("anna@home.example")
BERT, CARL = card("bert"), card("carl")
TABLET = IDENTITY.handle(IdentifierKind.DEVICE, "tablet")
PHONE = IDENTITY.handle(IdentifierKind.PHONE, "+491234")
REQUEST = str(uuid.UUID(int=7))


def annas_life() -> list[Report]:
    return [
        told(bought("anna-1", "tea", day=30), ANNA, TABLET),
        told(bought("anna-2", "milk", day=20), HERS),
        told(bought("anna-3", "secret", day=10), ANNA, HERS),
        told(bought("anna-4", "rice", day=9), ANNA, PHONE, household=house("12 Elm Road")),
    ]


def others_lives() -> list[Report]:
    return [
        told(bought("bert-1", "tea", day=29), BERT, TABLET),
        told(bought("bert-2", "oil", day=5), BERT),
        told(bought("carl-1", "salt", day=8), CARL, household=house("12 Elm Road")),
    ]


class Shop:
    """All stores over one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store, self.people = SqlProfileStore(engine), SqlIdentityStore(engine)
        self.households = SqlHouseholdStore(engine)
        holders = ("recommendation", TRAINING)
        self.privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=holders)

    def live(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self.store.ingest([report], now_micros=NOW)

    def erase(self, who: Handle = ANNA, *, is_rehearsal: bool = False) -> Erasure:
        found = self.privacy.erase(
            who.customer_id, REQUEST, is_rehearsal=is_rehearsal, now_micros=NOW
        )
        assert found is not None
        return found

    def confirm(self, erasure: Erasure, holder: str, version: str = "") -> Erasure:
        found = self.privacy.confirm(
            erasure.erasure_id,
            holder,
            [Removal(holder, "decisions", 3)],
            model_version=version,
            now_micros=NOW + 9,
        )
        assert found is not None
        return found

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of every table that there is."""
        metadata = MetaData()
        metadata.reflect(self.engine)
        with self.engine.connect() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
                for table in metadata.sorted_tables
            }

    def purchases(self) -> list[Purchase]:
        return self.store.purchases(period=Period(), after=None, unspoken_allowed=True, most=1_000)


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, migrated: Callable[[str], Engine], tmp_path: Path) -> Shop:
    if request.param == "postgresql":
        return Shop(migrated(request.getfixturevalue("postgres_url")))
    return Shop(migrated(f"sqlite:///{tmp_path}/shop.sqlite"))


def secrets() -> list[bytes]:
    """Return everything by which Anna could be found."""
    handles = (ANNA, HERS, PHONE)
    return [
        *(handle.customer_id.encode() for handle in handles),
        *(handle.digest for handle in handles),
        *(f"anna-{number}".encode() for number in range(1, 5)),
        b"anna-fact",
        b"secret",
        b"moved out",
        b"anna@home.example",
    ]


def traces_in(text: bytes) -> list[bytes]:
    return [each for each in secrets() if each in text or each.hex().encode() in text]


def live_and_decide(shop: Shop) -> None:
    """Live through joins, partings, consents and looks, so that every table knows Anna."""
    shop.live(annas_life()[:2])
    shop.live(others_lives())
    shop.live(annas_life()[2:])
    statement = Statement(NOW, denied=False, source="app")
    shop.store.state_consent(HERS.customer_id, Purpose.PERSONALISATION, statement, now_micros=NOW)
    fact = Fact("crm", "anna-fact", "postcode", "secret", NOW)
    shop.store.record_facts([ToldFact(fact, HERS)], now_micros=NOW)
    decision = Decision("a colleague", "looks alike", str(uuid.uuid4()))
    (name,) = (
        shop.people.merge((ANNA.customer_id, BERT.customer_id), decision, now_micros=NOW) or ()
    )
    log = shop.people.changes(name, skipped=0, most=1)
    assert log
    decision = Decision("a colleague", "was wrong", str(uuid.uuid4()))
    shop.people.unmerge((name, log[0].change.former_id), decision, now_micros=NOW)
    shop.privacy.note_access(ANNA.customer_id, Access("GetCustomer", "a colleague", NOW), "1")
    left = Decision("a colleague", "moved out", str(uuid.uuid4()))
    shop.households.leave(ANNA.customer_id, left, now_micros=NOW)
    ends = (min(ANNA.customer_id, CARL.customer_id), max(ANNA.customer_id, CARL.customer_id))
    link = FoundLink(ends, 0.9, (Weight("postcode", Likeness.SAME, 9.0),))
    run = LinkageRun(REQUEST, "linkage-1", NOW)
    SqlLinkageStore(shop.engine).keep(run, [link], is_last=True)


def test_nothing_is_left_in_any_row_or_file(shop: Shop, tmp_path: Path) -> None:
    live_and_decide(shop)
    before = {name: repr(rows).encode() for name, rows in shop.dump().items()}
    knowing = [name for name, rows in before.items() if traces_in(rows)]
    assert set(knowing) >= {
        *("customers", "events", "consent_statements", "traces", "links", "seen_events"),
        *("identity_changes", "decided_pairs", "answered_requests", "accesses"),
        *("facts", "seen_facts", "probable_links", "household_members"),
    }
    erasure = shop.erase()
    assert erasure.pending_holders == ("recommendation", TRAINING)
    assert ANNA.customer_id in erasure.customer_ids  # told to holders until they confirm
    shop.confirm(erasure, "recommendation")
    done = shop.confirm(erasure, TRAINING, "model-7")
    assert (done.pending_holders, done.customer_ids, done.model_version) == ((), (), "model-7")
    for name, rows in shop.dump().items():
        binary = b"".join(
            value if isinstance(value, bytes) else str(value).encode()
            for row in rows
            for value in row
        )
        assert traces_in(binary) == [], name
    for path in tmp_path.glob("shop.sqlite*"):
        assert traces_in(path.read_bytes()) == [], path
    counted = {each.place: each.removed_count for each in done.removals}
    assert counted["events"] == counted["seen_events"] == 4
    assert counted["facts"] == counted["seen_facts"] == 1
    assert counted["customers"] == counted["consent_statements"] == counted["accesses"] == 1
    confirmed = [each for each in done.removals if each.place == "decisions"]
    assert confirmed == [Removal(each, "decisions", 3) for each in ("recommendation", TRAINING)]


def test_others_are_as_if_the_erased_had_never_been(
    shop: Shop, migrated: Callable[[str], Engine], tmp_path: Path
) -> None:
    never = Shop(migrated(f"sqlite:///{tmp_path}/never.sqlite"))
    shop.live([*annas_life(), *others_lives()])
    never.live(others_lives())
    shop.erase()
    assert shop.purchases() == never.purchases()
    for handle in (BERT, CARL):
        assert shop.store.snapshot_behind(handle) == never.store.snapshot_behind(handle)


def test_what_happened_before_does_not_come_back(shop: Shop) -> None:
    shop.live(annas_life())
    shop.erase()
    retold = [*annas_life(), told(bought("anna-5", "tea", day=1), HERS, BERT)]
    results = shop.store.ingest(retold, now_micros=NOW + DAY).results
    assert {(each.outcome, each.reason) for each in results} == {(Outcome.REFUSED, "ERASED")}
    fact = ToldFact(Fact("crm", "anna-fact", "postcode", "secret", NOW - DAY), HERS)
    (refused,) = shop.store.record_facts([fact], now_micros=NOW + DAY)
    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "ERASED")
    assert shop.store.customer_behind(ANNA) is None
    (back,) = shop.store.ingest(
        [told(bought("anna-6", "tea", day=-1), ANNA)], now_micros=NOW + DAY
    ).results
    assert back.outcome is Outcome.STORED  # who comes again is a new customer
    found = shop.store.snapshot_behind(ANNA)
    assert found is not None
    assert found.version == 1


def test_an_erasure_is_asked_for_once_and_a_rehearsal_removes_nothing(shop: Shop) -> None:
    shop.live(annas_life())
    rehearsed = shop.erase(is_rehearsal=True)
    assert shop.store.customer_behind(ANNA) is not None
    erasure = shop.erase()
    assert rehearsed.removals == erasure.removals
    assert shop.erase() == erasure
    assert shop.privacy.erasure(erasure.erasure_id) == erasure
    nobody = shop.privacy.erase(
        ANNA.customer_id, str(uuid.uuid4()), is_rehearsal=False, now_micros=NOW
    )
    assert nobody is None


def test_a_holder_is_told_until_it_confirms(shop: Shop) -> None:
    shop.live([*annas_life(), *others_lives()])
    first = shop.erase()
    second = shop.privacy.erase(
        BERT.customer_id, str(uuid.uuid4()), is_rehearsal=False, now_micros=NOW + 1
    )
    assert second is not None

    def pending(holder: str) -> list[str]:
        found = shop.privacy.erasures(pending_holder=holder, after=None, most=9)
        return [each.erasure_id for each in found]

    assert pending("recommendation") == pending("") == [first.erasure_id, second.erasure_id]
    shop.confirm(first, "recommendation")
    assert pending("recommendation") == [second.erasure_id]
    assert shop.confirm(first, "recommendation") == shop.privacy.erasure(first.erasure_id)
    later = (first.created_micros, first.erasure_id)
    found = shop.privacy.erasures(pending_holder="", after=later, most=9)
    assert [each.erasure_id for each in found] == [second.erasure_id]


def test_what_waits_is_told_by_holder(shop: Shop) -> None:
    shop.live([*annas_life(), *others_lives()])
    assert shop.privacy.waiting() == {}
    first = shop.erase()
    shop.privacy.erase(BERT.customer_id, str(uuid.uuid4()), is_rehearsal=False, now_micros=NOW + 1)
    both = Waiting(2, NOW)
    assert shop.privacy.waiting() == {"recommendation": both, TRAINING: both}
    shop.confirm(first, "recommendation")
    assert shop.privacy.waiting() == {"recommendation": Waiting(1, NOW + 1), TRAINING: both}


@pytest.fixture
def desk(shop: Shop) -> Iterable[Desk]:
    with serving(shop.store, identities=shop.people, privacy=shop.privacy) as desk:
        yield desk


def test_every_method_forgets_over_the_wire(desk: Desk) -> None:
    ((name,),) = ([each.customer for each in desk.ingest(purchase("1", "secret"))],)
    kept = b"".join(
        each.SerializeToString()
        for each in desk.stub.ExportCustomer(pb.ExportCustomerRequest(name=name))
    )
    assert b"secret" in kept
    request = pb.EraseCustomerRequest(name=name, request_id=REQUEST)
    erasure = desk.stub.EraseCustomer(request).erasure
    for holder in list(erasure.pending_holders):
        desk.stub.ConfirmErasure(pb.ConfirmErasureRequest(name=erasure.name, holder=holder))
    done = desk.stub.GetErasure(pb.GetErasureRequest(name=erasure.name)).erasure
    assert done.HasField("done_time")
    asked: list[Callable[[], object]] = [
        lambda: desk.stub.GetSnapshot(pb.GetSnapshotRequest(customer=name)),
        lambda: desk.stub.GetSnapshot(pb.GetSnapshotRequest(identifier=card_message("1"))),
        lambda: desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)),
        lambda: desk.stub.LookupCustomer(pb.LookupCustomerRequest(identifier=card_message("1"))),
        lambda: desk.stub.ListEvents(pb.ListEventsRequest(parent=name)),
        lambda: desk.stub.ListConsents(pb.ListConsentsRequest(parent=name)),
        lambda: desk.stub.ListAccesses(pb.ListAccessesRequest(parent=name)),
        lambda: desk.stub.ListIdentityChanges(pb.ListIdentityChangesRequest(parent=name)),
        lambda: desk.stub.ListIdentitySuggestions(pb.ListIdentitySuggestionsRequest(parent=name)),
        lambda: list(desk.stub.ExportCustomer(pb.ExportCustomerRequest(name=name))),
    ]
    for ask in asked:
        with pytest.raises(Failure) as gone:
            ask()
        assert gone.value.kind is Kind.NOT_FOUND
    exported = list(desk.stub.ExportInteractions(pb.ExportInteractionsRequest()))
    assert [each for part in exported for each in part.interactions] == []
    listed = desk.stub.ListErasures(pb.ListErasuresRequest())
    bare = name.removeprefix("customers/")
    assert bare not in str(listed)


def test_who_looked_is_kept_and_told(desk: Desk) -> None:
    (result,) = desk.ingest(purchase("1", "tea"))
    name = result.customer
    desk.stub.GetCustomer(pb.GetCustomerRequest(name=name))
    desk.stub.ListEvents(pb.ListEventsRequest(parent=name))
    list(desk.stub.ExportCustomer(pb.ExportCustomerRequest(name=name)))
    first = desk.stub.ListAccesses(pb.ListAccessesRequest(parent=name, page_size=2))
    rest = desk.stub.ListAccesses(
        pb.ListAccessesRequest(parent=name, page_size=2, page_token=first.next_page_token)
    )
    methods = [each.method for each in (*first.accesses, *rest.accesses)]
    assert sorted(methods) == ["ExportCustomer", "GetCustomer", "ListEvents"]
    assert {each.caller for each in first.accesses} == {"test"}
    assert not rest.next_page_token


def test_a_look_at_what_another_service_holds_is_kept_with_who_looked(desk: Desk) -> None:
    (result,) = desk.ingest(purchase("1", "tea"))
    name = result.customer
    for parent in (name, "customers/nobody"):
        request = pb.RecordAccessRequest(parent=parent, method="ListDecisions", caller="a till")
        desk.stub.RecordAccess(request)
    (told,) = desk.stub.ListAccesses(pb.ListAccessesRequest(parent=name)).accesses
    assert (told.method, told.caller) == ("ListDecisions", "a till")
    assert told.access_time.ToMicroseconds() == NOW


def test_a_look_by_nobody_at_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(Failure) as refused:
        desk.stub.RecordAccess(pb.RecordAccessRequest(parent="ada", caller="a" * 129))
    found = [(each.field, each.rule) for each in refused.value.violations]
    assert found == [
        ("parent", "MALFORMED_NAME"),
        ("method", "REQUIRED"),
        ("caller", "TOO_LONG"),
    ]


@pytest.mark.parametrize(
    ("request_", "field", "rule"),
    [
        (pb.EraseCustomerRequest(name="customers/a"), "request_id", "REQUIRED"),
        (pb.EraseCustomerRequest(name="customers/a", request_id="7"), "request_id", "MALFORMED"),
        (pb.EraseCustomerRequest(name="a", request_id=REQUEST), "name", "MALFORMED_NAME"),
    ],
)
def test_an_erasure_that_nobody_can_carry_out_is_refused(
    desk: Desk, request_: pb.EraseCustomerRequest, field: str, rule: str
) -> None:
    with pytest.raises(Failure) as refused:
        desk.stub.EraseCustomer(request_)
    assert [(each.field, each.rule) for each in refused.value.violations] == [(field, rule)]


def test_only_training_knows_of_models(desk: Desk) -> None:
    request = pb.ConfirmErasureRequest(
        name="erasures/a", holder="recommendation", model_version="7"
    )
    with pytest.raises(Failure) as refused:
        desk.stub.ConfirmErasure(request)
    assert [each.rule for each in refused.value.violations] == ["NOT_TRAINING"]
