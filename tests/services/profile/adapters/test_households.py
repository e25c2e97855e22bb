"""Who lives together, on both engines: in any order, through merges, partings and leaving."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count, permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.history.events import CustomerId, EventType, Handle, Party, Report
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.households import MOST_TOLD, HouseholdId, Membership
from services.profile.domain.people.identity import IdentifierKind
from services.serving.failures import Failure
from tests.services.profile.told import DAY, IDENTITY, NOW, bought, card, email, house, told

ANNA, BERT, HERS = card("1"), card("2"), email("anna@home.example")
TILL = card("0000")
TABLET = IDENTITY.handle(IdentifierKind.DEVICE, "tablet")
ELM, OAK = house("12 Elm Road"), house("3 Oak Lane")


class Street:
    """The stores over one database."""

    def __init__(self, engine: Engine) -> None:
        self.profiles, self.people = SqlProfileStore(engine), SqlIdentityStore(engine)
        self.homes = SqlHouseholdStore(engine)

    def tell(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self.profiles.ingest([report], now_micros=NOW)

    def home(self, who: Handle) -> str | None:
        found = self.homes.home(who.customer_id)
        return found.household_id if found else None

    def members(self, where: Handle) -> list[CustomerId]:
        return [each.customer_id for each, _ in self.homes.members(HouseholdId(where.customer_id))]

    def leave(self, who: Handle, request_id: str = "") -> str | None:
        decision = Decision("a colleague", "moved out", request_id or str(uuid.uuid4()))
        return self.homes.leave(who.customer_id, decision, now_micros=NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_street(
    request: pytest.FixtureRequest, migrated: Callable[[str], Engine], tmp_path: Path
) -> Callable[[], Street]:
    if request.param == "postgresql":
        new_url = request.getfixturevalue("new_postgres_url")
        return lambda: Street(migrated(new_url()))
    numbers = count()
    return lambda: Street(migrated(f"sqlite:///{tmp_path}/{next(numbers)}.sqlite"))


@pytest.fixture
def street(new_street: Callable[[], Street]) -> Street:
    return new_street()


def living() -> list[Report]:
    """Anna moves from Elm Road to Oak Lane, where Bert lives."""
    return [
        told(bought("1", "tea", day=30), ANNA, household=ELM),
        told(bought("2", "tea", day=20), BERT, household=OAK),
        told(bought("3", "tea", day=10), ANNA, household=OAK),
    ]


def test_people_of_one_household_stay_different_people(street: Street) -> None:
    street.tell(living())
    assert street.profiles.customer_behind(ANNA) == ANNA.customer_id
    assert street.profiles.customer_behind(BERT) == BERT.customer_id
    assert street.profiles.customer_behind(OAK) is None
    assert street.people.suggestions(ANNA.customer_id) == []


def test_who_lives_where_does_not_depend_on_the_order_of_events(
    new_street: Callable[[], Street],
) -> None:
    for order in permutations(living()):
        street = new_street()
        street.tell([*order, *order])
        assert street.members(OAK) == sorted([ANNA.customer_id, BERT.customer_id])
        assert street.members(ELM) == []
        assert street.home(ANNA) == OAK.customer_id


def test_a_household_told_late_by_an_older_event_was_told_last_by_the_newest(
    new_street: Callable[[], Street],
) -> None:
    old, new = (
        told(bought(f"on day {day}", "tea", day=day), ANNA, household=ELM) for day in (9, 2)
    )
    for batches in ([[new], [old]], [[old], [new]], [[new, old]], [[old, new]]):
        street = new_street()
        for batch in batches:
            street.profiles.ingest(batch, now_micros=NOW)
        assert street.homes.home(ANNA.customer_id) == Membership(
            HouseholdId(ELM.customer_id), NOW - 2 * DAY
        )


def test_what_another_company_tells_makes_no_home(street: Street) -> None:
    elsewhere = replace(bought("1", "tea", day=1), party=Party.THIRD)
    street.tell([told(elsewhere, ANNA, household=ELM)])
    assert street.home(ANNA) is None
    assert street.members(ELM) == []
    street.tell([told(bought("2", "tea", day=2), ANNA, household=ELM)])
    assert street.home(ANNA) == ELM.customer_id


def test_who_joined_another_brings_their_home_and_takes_it_when_they_part(street: Street) -> None:
    street.tell(living())
    street.tell([told(bought("4", "rice", day=1), HERS)])
    assert street.home(HERS) is None
    ends = (ANNA.customer_id, HERS.customer_id)
    street.people.merge(ends, Decision("a", "one", str(uuid.uuid4())), now_micros=NOW)
    assert street.home(HERS) == street.home(ANNA) == OAK.customer_id
    one, former = min(ends), max(ends)
    apart = Decision("a", "two", str(uuid.uuid4()))
    street.people.unmerge((one, former), apart, now_micros=NOW)
    assert street.home(HERS) is None
    assert street.home(ANNA) == OAK.customer_id


def test_what_is_nobodys_own_lives_nowhere(street: Street) -> None:
    street.tell(
        [
            told(bought("1", "tea", day=4), ANNA, TABLET, household=ELM),
            told(bought("2", "tea", day=3), BERT, TABLET, household=ELM),
            told(bought("3", "tea", day=2), TABLET, household=ELM),
            told(bought("4", "tea", day=1), TILL, household=ELM),
        ]
    )
    assert street.profiles.customer_behind(TABLET) == TABLET.customer_id
    both = sorted([ANNA.customer_id, BERT.customer_id])
    assert street.members(ELM) == sorted([*both, TILL.customer_id])
    decision = Decision("a colleague", "the card of the till", str(uuid.uuid4()))
    street.people.block(TILL, decision, is_blocked=True, now_micros=NOW)
    assert street.members(ELM) == both


def test_of_a_barracks_those_told_last_are_looked_at(street: Street) -> None:
    soldiers = [card(f"soldier {number}") for number in range(MOST_TOLD + 1)]
    street.tell(
        told(bought(f"s{number}", "tea", day=number), each, household=ELM)
        for number, each in enumerate(soldiers)
    )
    assert street.members(ELM) == sorted(each.customer_id for each in soldiers[:-1])


def test_who_left_is_no_member_until_told_again(street: Street) -> None:
    street.tell(living())
    request_id = str(uuid.uuid4())
    assert street.leave(ANNA, request_id) == OAK.customer_id
    assert street.leave(ANNA, request_id) == OAK.customer_id  # told again, once carried out
    assert street.home(ANNA) is None  # she moved out of the former one before
    assert street.members(ELM) == []
    assert street.members(OAK) == [BERT.customer_id]
    street.tell([told(bought("5", "tea", day=5), ANNA, household=OAK)])  # late news of before
    assert street.home(ANNA) is None
    street.tell([told(bought("6", "tea", day=-1), ANNA, household=OAK)])
    assert street.home(ANNA) == OAK.customer_id


def test_who_leaves_what_an_event_ahead_of_the_clock_told_is_no_member_either(
    street: Street,
) -> None:
    street.tell([*living(), told(bought("4", "tea", day=-1), ANNA, household=OAK)])
    assert street.leave(ANNA) == OAK.customer_id
    assert street.home(ANNA) is None
    assert street.leave(ANNA) is None
    assert street.members(OAK) == [BERT.customer_id]
    street.tell([told(bought("5", "tea", day=-2), ANNA, household=OAK)])
    assert street.home(ANNA) == OAK.customer_id


def test_who_has_no_home_cannot_leave_it(street: Street) -> None:
    street.tell([told(bought("1", "tea"), ANNA)])
    assert street.leave(ANNA) is None
    assert street.leave(BERT) is None
    assert street.members(ELM) == []


def test_a_request_id_is_of_one_request(street: Street) -> None:
    street.tell(living())
    request_id = str(uuid.uuid4())
    street.leave(ANNA, request_id)
    with pytest.raises(Failure, match="another request"):
        street.leave(BERT, request_id)


def test_a_household_called_unknown_is_nobodys_home(street: Street) -> None:
    nowhere = house("unknown")._replace(is_nobodys=True)
    street.tell([told(bought("1", "tea"), ANNA, household=nowhere)])
    assert street.home(ANNA) is None


def test_the_latest_baskets_of_each_are_told_and_none_of_others(street: Street) -> None:
    events = [
        bought(f"{who.customer_id[:4]}-{day}", "tea", day=day)
        for who in (ANNA, BERT)
        for day in (1, 2, 3, 90)
    ]
    street.tell(told(each, who) for who, each in zip([ANNA] * 4 + [BERT] * 4, events, strict=True))
    visits = [
        replace(bought(f"visit-{hour}", "tea"), type=EventType.VISIT, lines=()) for hour in range(5)
    ]
    street.tell(told(each, ANNA) for each in visits)
    found = street.homes.baskets([ANNA.customer_id], since_micros=NOW - 60 * DAY, most=2)
    assert found == events[:2]
    assert (
        len(
            street.homes.baskets(
                [ANNA.customer_id, BERT.customer_id], since_micros=NOW - 60 * DAY, most=9
            )
        )
        == 6
    )
