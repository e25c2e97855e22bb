"""Who lives where, who shares, and what of their purchases is for the house."""

from dataclasses import replace
from itertools import permutations

from services.profile.domain.history.events import (
    MICROS,
    CustomerId,
    Event,
    EventLine,
    ItemId,
    Party,
)
from services.profile.domain.people.households import (
    MOST_MEMBERS,
    HouseholdId,
    HousePurchases,
    Member,
    Membership,
    for_the_house,
    home_of,
    sharers,
)
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose, Statement
from tests.services.profile.told import DAY, NOW, bought, returned

ELM, OAK = HouseholdId("elm"), HouseholdId("oak")
POLICY = ConsentPolicy(personalisation_default=True)
AGREED: Consents = {Purpose.HOUSEHOLD_SHARING: Statement(NOW, denied=False, source="app")}
ANNA, BERT, CARL = map(CustomerId, ("anna", "bert", "carl"))


def test_a_person_lives_where_an_event_told_last_whatever_the_order() -> None:
    told = [Membership(ELM, 1), Membership(OAK, 3), Membership(ELM, 2)]
    for order in permutations(told):
        home = home_of(order)
        assert home is not None
        assert home.household_id == OAK
    assert home_of(()) is None


def test_who_left_lives_nowhere_until_a_later_event_tells() -> None:
    told = [Membership(ELM, 5, left_micros=7), Membership(OAK, 3)]
    for order in permutations(told):
        assert home_of(order) is None
    assert home_of([*told, Membership(ELM, 6)]) is None
    assert home_of([*told, Membership(ELM, 7)]) is None
    assert home_of([*told, Membership(ELM, 8)]) == Membership(ELM, 8, left_micros=7)
    assert home_of([*told, Membership(OAK, 8)]) == Membership(OAK, 8)


def test_who_moved_on_before_leaving_a_former_home_lives_where_they_moved_to() -> None:
    told = [Membership(ELM, 3, left_micros=7), Membership(OAK, 5)]
    assert home_of(told) == Membership(OAK, 5)


Told = list[tuple[Member, Consents]]


def members(*agreed: CustomerId, silent: tuple[CustomerId, ...] = ()) -> Told:
    said: dict[CustomerId, Consents] = {
        **dict.fromkeys(agreed, AGREED),
        **{name: {} for name in silent},
    }
    return [(Member(name, NOW), consents) for name, consents in said.items()]


def test_who_agreed_shares_with_the_others_who_did() -> None:
    assert sharers(ANNA, members(ANNA, BERT, silent=(CARL,)), POLICY) == [BERT]


def test_who_does_not_give_does_not_get() -> None:
    assert sharers(CARL, members(ANNA, BERT, silent=(CARL,)), POLICY) == []


def test_who_is_not_personalised_does_not_share() -> None:
    denied = {**AGREED, Purpose.PERSONALISATION: Statement(NOW, denied=True, source="app")}
    assert sharers(ANNA, [*members(ANNA), (Member(BERT, NOW), denied)], POLICY) == []


def test_in_a_barracks_nobody_shares() -> None:
    many = [CustomerId(str(number)) for number in range(MOST_MEMBERS + 1)]
    assert sharers(many[0], members(*many), POLICY) == []
    assert sharers(many[0], members(*many[:-1]), POLICY) == many[1:-1]


def test_what_is_for_the_house_is_shared_and_the_rest_is_not() -> None:
    def basket(number: str, day: int, **items: str) -> Event:
        lines = tuple(
            EventLine(ItemId(item), 1.0, 2.0, None, category) for item, category in items.items()
        )
        return replace(bought(number, day=day), lines=lines)

    baskets = [
        basket("1", 9, milk="Milk", wine="Wine"),
        basket("2", 2, milk="Milk", soap="Laundry"),
        replace(basket("3", 1, milk="Milk"), party=Party.THIRD),
        returned("4", "milk"),
    ]
    assert for_the_house(baskets, {"Milk", "Laundry"}) == HousePurchases(
        item_ids=("milk", "soap"),
        last_seconds=((NOW - 2 * DAY) // MICROS,) * 2,
    )
    assert for_the_house(baskets, {"Milk", "Laundry"}, most=1).item_ids == ("milk",)
    assert for_the_house(baskets, ()) == HousePurchases()
