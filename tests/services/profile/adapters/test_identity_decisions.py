"""Who is one person: limits, blocked values, what people decide, and what is logged of it."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import consent_statements, customers, events
from services.profile.domain.history.events import CustomerId, EventKey, Handle, Report, TraceId
from services.profile.domain.people.decisions import Decision, Standing
from services.profile.domain.people.identifier_rules import LINK_RULES, RULES, LinkRules
from services.profile.domain.people.identity import IdentifierKind
from services.profile.domain.people.linking import crowded
from services.profile.domain.people.regrouping import ChangeKind
from services.profile.domain.privacy.consent import Purpose, Statement
from services.serving.failures import Failure, Kind
from tests.services.profile.told import IDENTITY, NOW, bought, card, email, told

ANNA, BERT, TABLET = card("1"), card("2"), IDENTITY.handle(IdentifierKind.DEVICE, "tablet")


class Shop:
    """A profile store, the decisions of its people, and what lies in its tables."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store, self.people = SqlProfileStore(engine), SqlIdentityStore(engine)

    def tell(self, *reports: Report, now: int = NOW) -> None:
        self.store.ingest(reports, now_micros=now)

    def who(self, handle: Handle) -> CustomerId | None:
        return self.store.customer_behind(handle)

    def items(self, handle: Handle) -> list[str]:
        found = self.store.snapshot_behind(handle)
        return sorted(found.columns.item_ids) if found else []

    def merge(
        self, one: Handle, other: Handle, decision: Decision
    ) -> tuple[CustomerId, ...] | None:
        ends = (one.customer_id, other.customer_id)
        return self.people.merge(ends, decision, now_micros=NOW + 7)

    def unmerge(self, one: CustomerId, former: CustomerId) -> tuple[CustomerId, ...] | None:
        return self.people.unmerge((one, former), why("they are two"), now_micros=NOW + 8)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row about customers but when it was told who is who."""
        with self.engine.connect() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(select(table))))
                for table in (customers, events, consent_statements)
            }


@pytest.fixture(params=["sqlite", "postgresql"])
def new_shop(
    request: pytest.FixtureRequest, migrated: Callable[[str], Engine], tmp_path: Path
) -> Callable[[], Shop]:
    if request.param == "postgresql":
        new_url = request.getfixturevalue("new_postgres_url")
        return lambda: Shop(migrated(new_url()))
    numbers = count()
    return lambda: Shop(migrated(f"sqlite:///{tmp_path}/{next(numbers)}.sqlite"))


@pytest.fixture
def shop(new_shop: Callable[[], Shop]) -> Shop:
    return new_shop()


def why(reason: str) -> Decision:
    return Decision("a colleague", reason, str(uuid.uuid4()))


def test_anonymous_history_is_joined_at_recognition(shop: Shop) -> None:
    shop.tell(told(bought("1", "tea", day=9), TABLET), told(bought("2", "milk", day=8), TABLET))
    shop.tell(told(bought("3", "rice"), ANNA, TABLET))
    assert shop.items(ANNA) == ["milk", "rice", "tea"]
    assert shop.who(ANNA) == shop.who(TABLET)


def test_a_tablet_of_two_cards_is_nobodys(shop: Shop) -> None:
    shop.tell(told(bought("1", "tea"), ANNA, TABLET), told(bought("2", "games"), TABLET))
    assert shop.items(ANNA) == ["games", "tea"]
    shop.tell(told(bought("3", "rice"), BERT, TABLET))
    assert shop.items(ANNA) == ["tea"]
    assert shop.items(BERT) == ["rice"]
    assert shop.items(TABLET) == ["games"]
    (suggested,) = shop.people.suggestions(ANNA.customer_id) or []
    assert suggested.standing is Standing.SHARED
    assert (suggested.other_id, suggested.witness.event_id) == (TABLET.customer_id, "1")


@pytest.mark.parametrize("number", range(4))
def test_a_refusal_stays_with_the_person_when_their_tablet_turns_out_to_be_the_familys(
    shop: Shop, number: int
) -> None:
    tablet = IDENTITY.handle(IdentifierKind.DEVICE, f"tablet-{number}")
    shop.tell(told(bought("1", "tea"), tablet, BERT))
    name = shop.who(tablet)
    assert name == shop.who(BERT) == BERT.customer_id  # whatever the letters of the tablet's name
    refusal = Statement(NOW, denied=True, source="app")
    shop.store.state_consent(name, Purpose.PERSONALISATION, refusal, now_micros=NOW)
    shop.tell(told(bought("2", "rice"), ANNA, tablet))
    found = shop.store.view(BERT.customer_id)
    assert found is not None
    assert found.record.consents == {Purpose.PERSONALISATION: refusal}
    assert shop.who(tablet) is None


def test_who_was_called_as_a_device_before_is_called_as_the_card_once_something_is_learned(
    shop: Shop,
) -> None:
    device_first = {
        **RULES,
        IdentifierKind.DEVICE: replace(RULES[IdentifierKind.DEVICE], strength=-1),
    }
    before = SqlProfileStore(shop.engine, LinkRules(device_first))
    before.ingest([told(bought("1", "tea"), ANNA, TABLET)], now_micros=NOW)
    former = TABLET.customer_id
    refusal = Statement(NOW, denied=True, source="app")
    before.state_consent(former, Purpose.PERSONALISATION, refusal, now_micros=NOW)
    shop.tell(told(bought("2", "milk"), ANNA))
    assert shop.who(ANNA) == former  # nothing is new about who they are
    shop.tell(told(bought("3", "rice"), ANNA, email("a@a.org")))
    found = shop.store.view(former)
    assert found is not None
    assert found.record.customer_id == ANNA.customer_id
    assert found.record.consents == {Purpose.PERSONALISATION: refusal}
    assert found.record.state.event_count == 3


def test_what_was_told_of_a_shared_card_and_an_address_is_the_addresss(shop: Shop) -> None:
    till, addresses = card("till"), [email(f"{n}@example.org") for n in range(4)]
    for number, address in enumerate(addresses):
        shop.tell(told(bought(f"{number}", f"item{number}"), till, address))
    assert [shop.items(address) for address in addresses] == [[f"item{n}"] for n in range(4)]
    assert shop.who(till) is None  # nothing was told of it alone


def test_too_many_identifiers_of_a_kind_are_not_one_person(shop: Shop) -> None:
    cards = [card(f"card{n}") for n in range(7)]
    links = [IDENTITY.handle(IdentifierKind.PHONE, f"+4{n}") for n in range(6)]
    for number, link in enumerate(links):  # a chain: each telephone was seen with two cards
        for held in cards[number : number + 2]:
            shop.tell(told(bought(f"{number}-{held.digest.hex()}", "tea"), held, link))
    assert len({shop.who(each) for each in cards}) == 7
    found = shop.people.suggestions(cards[0].customer_id)
    assert [each.standing for each in found or []] == [Standing.OVER_LIMIT]


def test_a_merge_by_hand_and_its_end_leave_both_as_if_it_had_never_been(
    new_shop: Callable[[], Shop],
) -> None:
    shops = new_shop(), new_shop()
    for shop in shops:
        shop.tell(told(bought("1", "tea", "milk", day=5), ANNA), now=NOW)
        shop.tell(told(bought("2", "rice", day=4), BERT, email("b@b.org")), now=NOW + 1)
    merged, never = shops
    (name,) = merged.merge(ANNA, BERT, why("he told us")) or ()
    assert merged.items(ANNA) == ["milk", "rice", "tea"]
    for shop in shops:  # life goes on while they are one
        shop.tell(told(bought("3", "oil", day=3), BERT), now=NOW + 2)
        shop.tell(told(bought("4", "salt", day=2), ANNA, TABLET), now=NOW + 3)
        statement = Statement(NOW, denied=True, source="app")
        shop.store.state_consent(
            BERT.customer_id, Purpose.PERSONALISATION, statement, now_micros=NOW + 4
        )
    former = ({ANNA.customer_id, never.who(BERT)} - {name}).pop()
    assert former is not None
    assert merged.rows() != never.rows()
    assert merged.unmerge(name, former) is not None
    assert merged.rows() == never.rows()


def test_a_link_that_was_wrong_is_undone_and_stays_so(new_shop: Callable[[], Shop]) -> None:
    shop, never = new_shop(), new_shop()
    phone = IDENTITY.handle(IdentifierKind.PHONE, "+491")
    shop.tell(told(bought("1", "tea", day=5), ANNA, phone), told(bought("2", "rice"), BERT))
    never.tell(told(bought("1", "tea", day=5), ANNA, phone), told(bought("2", "rice"), BERT))
    shop.tell(told(bought("3", "oil"), BERT, phone))  # a typing mistake at the till
    never.tell(told(bought("3", "oil"), BERT))
    name = min(ANNA.customer_id, BERT.customer_id, phone.customer_id)
    assert shop.who(ANNA) == shop.who(BERT) == name
    logged = shop.people.changes(name, skipped=0, most=9)
    assert logged
    line = logged[0]
    assert line.change.kind is ChangeKind.JOINED
    assert line.cause.event is not None
    assert line.cause.event.event_id == "3"
    shop.unmerge(name, line.change.former_id)
    customer_rows = shop.rows()["customers"]
    assert customer_rows == never.rows()["customers"]
    shop.tell(told(bought("4", "salt"), BERT, phone))  # the same mistake again
    assert shop.who(ANNA) != shop.who(BERT)
    (suggested,) = shop.people.suggestions(BERT.customer_id) or []
    assert suggested.standing is Standing.TAKEN_APART
    shop.merge(ANNA, BERT, why("they are one after all"))
    assert shop.who(ANNA) == shop.who(BERT)


def test_each_join_of_a_batch_names_the_event_that_told_of_it(shop: Shop) -> None:
    pairs = [(card(f"c{number}"), email(f"{number}@home.example")) for number in range(3)]
    for number, (held, address) in enumerate(pairs):
        shop.tell(
            told(bought(f"a{number}", "tea"), held), told(bought(f"b{number}", "tea"), address)
        )
    shop.tell(*(told(bought(f"both{number}", "milk"), *pair) for number, pair in enumerate(pairs)))
    for number, (held, _) in enumerate(pairs):
        log = shop.people.changes(held.customer_id, skipped=0, most=9) or []
        assert [line.cause.event for line in log] == [EventKey("till", f"both{number}")]


def test_a_parting_names_the_event_that_showed_what_was_shared(shop: Shop) -> None:
    shop.tell(told(bought("1", "tea"), ANNA, TABLET))
    shop.tell(told(bought("2", "rice"), BERT, TABLET), told(bought("3", "oil"), card("3")))
    log = shop.people.changes(ANNA.customer_id, skipped=0, most=9) or []
    parted = [line for line in log if line.change.kind is ChangeKind.PARTED]
    assert [line.cause.event for line in parted] == [EventKey("till", "2")]


def test_a_decision_is_carried_out_once(shop: Shop) -> None:
    shop.tell(told(bought("1", "tea"), ANNA), told(bought("2", "milk"), BERT))
    decision = why("he told us")
    first = shop.merge(ANNA, BERT, decision)
    assert first == (min(ANNA.customer_id, BERT.customer_id),)
    assert shop.merge(ANNA, BERT, decision) == first
    with pytest.raises(Failure) as reused:
        shop.people.unmerge((ANNA.customer_id, BERT.customer_id), decision, now_micros=NOW)
    assert (reused.value.kind, reused.value.reason) == (Kind.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    with pytest.raises(Failure) as again:
        shop.merge(ANNA, BERT, why("again"))
    assert (again.value.kind, again.value.reason) == (Kind.PRECONDITION, "SAME_CUSTOMER")
    rehearsed = Decision("a colleague", "only asked", str(uuid.uuid4()), is_rehearsal=True)
    ends = (ANNA.customer_id, max(ANNA.customer_id, BERT.customer_id))
    parted = shop.people.unmerge(ends, rehearsed, now_micros=NOW)
    assert parted == tuple(sorted((ANNA.customer_id, BERT.customer_id)))
    assert shop.who(ANNA) == shop.who(BERT)


def test_the_log_goes_on_behind_lines_that_an_erasure_took_out(shop: Shop) -> None:
    first, second, last = sorted(map(card, "123"), key=lambda each: each.customer_id)
    shop.tell(*(told(bought(each.customer_id, "tea"), each) for each in (first, second, last)))
    for each in (first, second):
        shop.merge(each, last, why("he told us"))
        shop.unmerge(each.customer_id, last.customer_id)
    privacy = SqlPrivacyStore(shop.engine, IDENTITY.tombstone, holders=())
    privacy.erase(first.customer_id, str(uuid.uuid4()), is_rehearsal=False, now_micros=NOW)
    assert shop.merge(second, last, why("after all")) == (second.customer_id,)
    log = shop.people.changes(second.customer_id, skipped=0, most=9) or []
    assert [line.change.kind for line in log].count(ChangeKind.JOINED) == 2


def test_nobody_can_be_parted_who_was_never_joined(shop: Shop) -> None:
    shop.tell(told(bought("1", "tea"), ANNA), told(bought("2", "milk"), BERT))
    with pytest.raises(Failure) as refused:
        shop.unmerge(ANNA.customer_id, BERT.customer_id)
    assert (refused.value.kind, refused.value.reason) == (Kind.PRECONDITION, "NOT_MERGED")
    assert shop.unmerge(ANNA.customer_id, CustomerId("nobody")) is None


def test_a_blocked_identifier_parts_whom_it_had_linked_and_can_be_given_back(shop: Shop) -> None:
    phone = IDENTITY.handle(IdentifierKind.PHONE, "+49")
    shop.tell(told(bought("1", "tea"), ANNA, phone), told(bought("2", "milk"), BERT, phone))
    shop.tell(told(bought("3", "rice"), phone))
    assert shop.items(ANNA) == ["milk", "rice", "tea"]
    before = shop.rows()
    concerned = shop.people.block(phone, why("it is the shop's"), is_blocked=True, now_micros=NOW)
    assert concerned == tuple(sorted(each.customer_id for each in (ANNA, BERT, phone)))
    assert [shop.items(each) for each in (ANNA, BERT, phone)] == [["tea"], ["milk"], ["rice"]]
    shop.people.block(phone, why("it is not"), is_blocked=False, now_micros=NOW)
    assert shop.rows() == before


def test_an_identifier_may_be_blocked_before_it_is_seen(shop: Shop) -> None:
    shop.people.block(TABLET, why("the tablet in the shop"), is_blocked=True, now_micros=NOW)
    shop.tell(told(bought("1", "tea"), ANNA, TABLET), told(bought("2", "games"), TABLET))
    assert (shop.items(ANNA), shop.items(TABLET)) == (["tea"], ["games"])


def test_a_batch_of_many_links_forgets_nobody(shop: Shop) -> None:
    people = range(LINK_RULES.most_connected + 50)
    cards = [card(f"card {number}") for number in people]
    phones = [IDENTITY.handle(IdentifierKind.PHONE, f"+49{number}") for number in people]
    addresses = [email(f"{number}@home.example") for number in people]
    for start in range(0, len(people), 500):  # each has a card with a telephone
        part = [
            told(bought(f"a{number}", "tea"), cards[number], phones[number])
            for number in people[start : start + 500]
        ]
        shop.tell(*part)
    shop.tell(
        *(told(bought(f"b{number}", "milk"), cards[number], addresses[number]) for number in people)
    )
    for number in (0, 1, 500, people[-1]):
        assert shop.items(addresses[number]) == shop.items(phones[number]) == ["milk", "tea"]
        assert shop.who(cards[number]) == shop.who(phones[number])


def test_a_crowd_is_told_from_many_who_stand_apart() -> None:
    names = [TraceId(f"{number:04}") for number in range(40)]
    chain = list(pairwise(names[:20]))
    apart = list(zip(names[20:30], names[30:], strict=True))
    assert crowded([*chain, *apart], most=19) == set(names[:20])
    assert crowded([*chain, *apart], most=20) == frozenset()


def test_what_was_told_of_what_is_nobodys_goes_with_the_first_of_it_when_people_part(
    new_shop: Callable[[], Shop],
) -> None:
    other, till = sorted((ANNA, BERT), key=lambda each: each.customer_id)

    def life(shop: Shop) -> None:
        shop.tell(told(bought("1", "tea"), till, email("a@a.org"), TABLET))
        shop.tell(told(bought("2", "milk"), other))
        for each in (till, email("a@a.org"), TABLET):
            shop.people.block(each, why("of the shop"), is_blocked=True, now_micros=NOW)

    shop, never_joined = new_shop(), new_shop()
    life(shop)
    life(never_joined)
    assert shop.merge(till, other, why("seemed to be one")) == (other.customer_id,)
    shop.unmerge(other.customer_id, till.customer_id)
    assert shop.items(till) == ["tea"]
    assert shop.items(other) == ["milk"]
    assert shop.rows() == never_joined.rows()
