"""Of several things said of one person, which holds, and what stays visible beside it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.domain.facts.catalogue import freshness
from services.profile.domain.facts.fact import Fact
from services.profile.domain.facts.keys import Value
from services.profile.domain.facts.resolution import HeldFact, Rule, readable, resolve
from services.profile.domain.facts.sources import Basis
from services.profile.domain.history.events import MICROS, Party
from services.profile.domain.privacy.consent import ConsentPolicy, Purpose, Statement
from tests.services.profile.told import DAY, NOW

CATALOGUE = load_catalogue()
POLICY = ConsentPolicy(personalisation_default=True)
HOUR = 3_600 * MICROS


def size(value: float, source: str, *, days: int = 0, basis: Basis | None = None) -> Fact:
    return Fact(
        source, f"{source}-{value}-{days}", "household_size", value, NOW - days * DAY, basis
    )


def held(*facts: Fact) -> HeldFact:
    (found,) = resolve(facts, CATALOGUE, now_micros=NOW)
    return found


def values(found: HeldFact) -> list[Value]:
    return [each.value for each in (found.winner, *found.others)]


def test_the_same_from_two_sources_is_one_fact_with_two_witnesses() -> None:
    found = held(size(3, "app", days=9), size(3, "crm", days=1), size(3, "app", days=2))
    assert (found.rule, found.others) == (Rule.UNCONTESTED, ())
    crm, app = found.winner.witnesses
    assert (crm.source.name, crm.told_count) == ("crm", 1)
    assert (app.source.name, app.told_count) == ("app", 2)
    assert (app.first_micros, app.last_micros) == (NOW - 9 * DAY, NOW - 2 * DAY)
    assert (app.source.trust, app.source.words) == (0.9, "the app")


@pytest.mark.parametrize(
    ("wins", "loses", "rule"),
    [
        (size(3, "app", days=900), size(2, "till"), Rule.BASIS),
        (size(3, "till", days=900), size(2, "register"), Rule.BASIS),
        (size(3, "app", days=5), size(2, "app", basis=Basis.OBSERVED), Rule.BASIS),
        (size(3, "crm", days=1), size(2, "app", days=2), Rule.NEWER),
        (size(3, "app"), size(2, "crm"), Rule.TRUST),
        (size(2, "app"), size(3, "app"), Rule.ORDER),
    ],
)
def test_declared_before_observed_before_bought_in_then_newer_then_trusted(
    wins: Fact, loses: Fact, rule: Rule
) -> None:
    for found in (held(wins, loses), held(loses, wins)):
        assert (values(found), found.rule) == ([wins.value, loses.value], rule)


def test_within_a_day_and_with_equal_trust_the_later_moment_holds() -> None:
    later, earlier = size(2, "app"), size(3, "app")
    earlier = earlier._replace(observed_micros=NOW - HOUR)
    assert earlier.observed_micros // DAY == NOW // DAY
    found = held(earlier, later)
    assert (found.winner.value, found.rule) == (2, Rule.FRESHER)


def test_a_source_of_more_trust_says_nothing_against_a_newer_day() -> None:
    found = held(size(3, "app", days=1), size(2, "crm"))
    assert (values(found), found.rule) == ([2, 3], Rule.NEWER)


def test_a_value_stands_where_its_strongest_witness_stands() -> None:
    found = held(size(2, "register"), size(3, "till", days=3), size(2, "app", days=8))
    assert values(found) == [2, 3]
    assert [each.source.name for each in found.winner.witnesses] == ["app", "register"]


def test_texts_are_the_same_whatever_their_case_and_the_strongest_spelling_is_shown() -> None:
    told = [
        Fact("register", "1", "first_language", "turkish", NOW),
        Fact("app", "1", "first_language", "Turkish", NOW - DAY),
    ]
    assert values(held(*told)) == ["Turkish"]


def test_a_yes_is_not_a_one() -> None:
    told = [Fact("app", "1", "car", True, NOW), Fact("app", "2", "car", 1.0, NOW)]
    assert len(values(held(*told))) == 2


def test_a_fact_is_half_as_fresh_after_each_half_life() -> None:
    ages = [0, 100, 200, -3]
    found = [freshness(NOW - age * DAY, NOW, half_life_days=100) for age in ages]
    assert found == [1.0, 0.5, 0.25, 1.0]
    assert held(size(3, "app", days=730)).winner.witnesses[0].freshness == 0.5


def test_what_another_company_says_is_bought_in_whoever_passes_it_on() -> None:
    passed_on = size(2, "crm")._replace(party=Party.THIRD)
    found = held(passed_on, size(3, "till", days=99))
    assert (values(found), found.rule) == ([3, 2], Rule.BASIS)
    assert found.others[0].witnesses[0].source.trust == 0.3


def test_a_source_that_nobody_knows_is_taken_as_its_party() -> None:
    unknown = size(2, "kiosk")._replace(party=Party.REAL_TIME)
    (witness,) = held(unknown).winner.witnesses
    assert (witness.source.words, witness.source.trust) == ("kiosk", 0.5)
    assert (witness.basis, witness.source.is_known) == (Basis.OBSERVED, False)


told_facts = st.lists(
    st.builds(
        Fact,
        st.sampled_from(["app", "crm", "till", "register", "kiosk"]),
        st.uuids().map(str),
        st.just("first_language"),
        st.sampled_from(["Danish", "danish", "Welsh", "Greek"]),
        st.integers(0, 9).map(lambda quarter: NOW - quarter * DAY // 4),
        st.sampled_from([None, Basis.DECLARED, Basis.OBSERVED]),
        st.sampled_from(list(Party)),
    ),
    min_size=1,
    max_size=12,
)


@given(told_facts, st.randoms())
def test_the_order_of_arrival_never_shows(facts: list[Fact], order: object) -> None:
    shuffled = list(facts)
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random of hypothesis
    assert resolve(shuffled, CATALOGUE, now_micros=NOW) == resolve(facts, CATALOGUE, now_micros=NOW)


@given(told_facts)
def test_both_sides_stay_visible_and_nothing_weaker_ever_wins(facts: list[Fact]) -> None:
    found = held(*facts)
    sides = (found.winner, *found.others)
    assert sum(each.told_count for side in sides for each in side.witnesses) == len(facts)
    standings = [side.witnesses[0].standing for side in sides]
    assert standings == sorted(standings, reverse=True)
    best = min(witness.basis for side in sides for witness in side.witnesses)
    assert found.winner.witnesses[0].basis == best


GRANTED = Statement(NOW, denied=False, source="app")


@pytest.mark.parametrize(
    ("granted", "read"),
    [
        ([], ["app-3-0"]),
        ([Purpose.THIRD_PARTY_DATA], ["app-3-0", "register-2-0"]),
        ([Purpose.SENSITIVE_INFERENCE], ["app-3-0", "health"]),
        (
            [Purpose.SENSITIVE_INFERENCE, Purpose.THIRD_PARTY_DATA],
            ["app-3-0", "register-2-0", "health", "bought health"],
        ),
    ],
)
def test_sensitive_and_bought_facts_are_read_only_with_consent(
    granted: list[Purpose], read: list[str]
) -> None:
    facts = [
        *(size(3, "app"), size(2, "register")),
        Fact("app", "health", "health", "hay fever", NOW),
        Fact("register", "bought health", "health", "hay fever", NOW),
    ]
    found = readable(facts, CATALOGUE, POLICY, dict.fromkeys(granted, GRANTED))
    assert [each.fact_id for each in found.facts] == read
    assert sum(found.withheld.values()) == len(facts) - len(read)
    assert not set(granted) & set(found.withheld)


def test_a_key_that_left_the_catalogue_is_not_read() -> None:
    without = replace(CATALOGUE, keys={})
    everything = dict.fromkeys(Purpose, GRANTED)
    found = readable([size(3, "app")], without, POLICY, everything)
    assert (found.facts, found.withheld) == ((), {})
