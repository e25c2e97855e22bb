"""What leaves the service to be compared: codes and coarse words, of those who allow it."""

from dataclasses import replace

import pytest

from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.defaults import Defaults
from services.profile.domain.facts.fact import Fact, StoredFact
from services.profile.domain.facts.keys import Value
from services.profile.domain.facts.sources import Basis
from services.profile.domain.history.events import Party
from services.profile.domain.history.state import fold
from services.profile.domain.linkage.linkage_record import (
    MOST_ITEMS,
    MOST_SHARED,
    LinkageRecord,
    LinkageSource,
    SharedTrace,
    linkage_record,
)
from services.profile.domain.people.identity import IdentifierKind, IdentityKey
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose, Statement
from tests.services.profile.told import IDENTITY, NOW, bought, card

DEFAULTS = Defaults(ConsentPolicy(personalisation_default=True), load_catalogue())
PROFILED = {Purpose.PROFILING: Statement(NOW, denied=False, source="app")}
ANNA = card("anna")
CARD = frozenset({int(IdentifierKind.LOYALTY_CARD)})


def said(key: str, value: Value, *, source: str = "crm") -> StoredFact:
    party = Party.THIRD if source == "register" else Party.FIRST
    fact = Fact(source, f"{source}-{key}", key, value, NOW, Basis.DECLARED, party)
    return StoredFact(fact, ANNA.trace_id, NOW)


def source(
    *facts: StoredFact,
    consents: Consents = PROFILED,
    kinds: frozenset[int] = CARD,
    shared: frozenset[SharedTrace] = frozenset(),
    baskets: tuple[tuple[str, ...], ...] = (("tea", "milk"), ("tea",)),
) -> LinkageSource:
    state = fold(bought(str(number), *items, day=number) for number, items in enumerate(baskets))
    return LinkageSource(CustomerRecord(ANNA.customer_id, state, consents), facts, kinds, shared)


def made(told: LinkageSource, identity: IdentityKey = IDENTITY) -> LinkageRecord:
    record = linkage_record(told, DEFAULTS, identity.code, now_micros=NOW)
    assert record is not None
    return record


def test_a_record_holds_no_word_that_was_told() -> None:
    shared = frozenset({SharedTrace(IdentifierKind.DEVICE, card("tablet").trace_id)})
    record = made(source(said("postcode", "10115"), shared=shared))
    told = repr(record)
    for secret in ("10115", "mitte", "tea", "milk", card("tablet").trace_id):
        assert secret not in told
    assert (record.kinds, record.basket_count) == ((1,), 2)
    assert [kind for kind, _ in record.shared] == [IdentifierKind.DEVICE]
    assert len(record.item_codes) == 2


def test_equal_values_have_equal_codes_under_one_key_and_label_alone() -> None:
    postcode = made(source(said("postcode", "SW1A 2AA"))).facts["postcode"]
    assert made(source(said("postcode", "sw1a 2aa"))).facts["postcode"] == postcode
    assert made(source(said("postcode", "SW1A 2AB"))).facts["postcode"] != postcode
    other_key = IdentityKey(b"another key of a test, long enough")
    assert made(source(said("postcode", "SW1A 2AA")), other_key).facts["postcode"] != postcode
    assert IDENTITY.code("store", "tea") != IDENTITY.code("item", "tea")


def test_a_year_of_birth_stays_a_number_so_that_a_slip_is_near() -> None:
    assert made(source(said("birth_year", 1980.0))).facts == {"birth_year": 1980.0}


def test_only_keys_that_the_catalogue_lets_be_compared_are_told() -> None:
    record = made(source(said("occupation", "baker"), said("postcode", "1")))
    assert set(record.facts) == {"postcode"}


def test_what_was_bought_in_is_compared_only_with_its_consent() -> None:
    told = said("postcode", "1", source="register")
    assert made(source(told)).facts == {}
    allowed = {**PROFILED, Purpose.THIRD_PARTY_DATA: Statement(NOW, denied=False, source="app")}
    assert set(made(source(told, consents=allowed)).facts) == {"postcode"}


@pytest.mark.parametrize("purpose", [Purpose.PERSONALISATION, Purpose.PROFILING])
def test_who_does_not_allow_it_is_not_compared(purpose: Purpose) -> None:
    consents = {**PROFILED, purpose: Statement(NOW, denied=True, source="app")}
    told = source(consents=consents)
    assert linkage_record(told, DEFAULTS, IDENTITY.code, now_micros=NOW) is None


def test_profiling_is_never_assumed() -> None:
    assert linkage_record(source(consents={}), DEFAULTS, IDENTITY.code, now_micros=NOW) is None


def test_whose_every_identifier_is_shared_is_nobody_in_particular() -> None:
    told = source(kinds=frozenset())
    assert linkage_record(told, DEFAULTS, IDENTITY.code, now_micros=NOW) is None


def test_the_most_frequent_items_come_first_and_a_record_is_bounded() -> None:
    items = tuple(f"item-{number}" for number in range(MOST_ITEMS + 5))
    shared = frozenset(
        SharedTrace(IdentifierKind.DEVICE, card(str(number)).trace_id)
        for number in range(MOST_SHARED + 5)
    )
    record = made(source(shared=shared, baskets=(items, ("item-24",))))
    assert record.item_codes[0] == IDENTITY.code("item", "item-24")
    assert (len(record.item_codes), len(record.shared)) == (MOST_ITEMS, MOST_SHARED)


def test_the_store_and_the_part_of_the_week_are_those_of_most_purchases() -> None:
    told = source()
    monday = {8: 2, 9: 2, 19: 3}  # four in the morning, three in the evening
    state = replace(told.customer.state, store_counts={"aachen": 1, "mitte": 6}, hour_counts=monday)
    record = made(replace(told, customer=replace(told.customer, state=state)))
    assert record.store_code == IDENTITY.code("store", "mitte")
    assert record.daypart == "weekday morning"


def test_somebody_who_bought_nothing_has_a_record_all_the_same() -> None:
    record = made(source(baskets=()))
    assert (record.store_code, record.daypart, record.item_codes) == ("", "", ())
