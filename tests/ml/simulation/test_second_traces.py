"""A town whose people are known under several names."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from ml.simulation.second_traces import SeenTown, TracesConfig, see_town
from ml.simulation.simulate import simulate_town
from ml.simulation.town import TownConfig, TownError, customer_id

SMALL = TracesConfig(people=300, days=120, second_share=0.3, guest_share=0.3, tablet_share=0.6)


@pytest.fixture(scope="module")
def seen() -> SeenTown:
    return see_town(SMALL)


def test_equal_towns_are_seen_equally(seen: SeenTown) -> None:
    again = see_town(SMALL)
    assert again.records.equals(seen.records)
    assert again.people.equals(seen.people)


def test_every_name_has_a_person_and_some_persons_have_several(seen: SeenTown) -> None:
    assert list(seen.people.index) == list(seen.records["customer_id"])
    counts = seen.people.value_counts()
    assert set(counts) == {1, 2, 3}
    assert 0.3 < (counts > 1).mean() < 0.6


def test_names_tell_nothing_of_who_is_one_person(seen: SeenTown) -> None:
    persons = seen.people.to_numpy()
    assert (persons[1:] == persons[:-1]).mean() < 0.02


def test_two_names_of_one_person_mostly_have_favourites_in_common(seen: SeenTown) -> None:
    items = seen.records.set_index("customer_id")["items"].map(set)
    groups = seen.people.groupby(seen.people).groups.values()
    own = [len(items[names[0]] & items[names[1]]) for names in groups if len(names) > 1]
    others = [len(one & other) for one, other in pairwise(items)]
    assert sum(own) / len(own) > 2 * sum(others) / len(others)


def test_without_second_names_everybody_has_one() -> None:
    alone = see_town(
        TracesConfig(people=60, days=60, second_share=0, guest_share=0, tablet_share=0)
    )
    assert alone.people.is_unique
    assert not alone.records["shared_devices"].map(len).any()


EXACT = TracesConfig(
    people=80,
    days=60,
    people_a_postcode=4,
    second_share=0,
    guest_share=0,
    lent_share=0,
    moved_share=0,
    mistyped_share=0,
    told_share=1,
)
"""Everybody has one card of their own, and tells everything as it is."""


def by_person(seen: SeenTown) -> pd.DataFrame:
    """Return the records, each beside the number of its person."""
    return seen.records.assign(person=seen.people.to_numpy())


def test_every_fact_of_a_card_is_told_or_none() -> None:
    facts = ["equal_postcode", "near_birth_year", "near_household_size", "equal_first_language"]
    assert see_town(EXACT).records[facts].notna().all(axis=None)
    assert not set(facts) & set(see_town(replace(EXACT, told_share=0)).records)


def test_cards_are_lent_to_those_who_live_together_or_to_nobody() -> None:
    """What is on a lent card was bought by another of the household."""
    bought = simulate_town(
        TownConfig(end=date(2026, 3, 31), customers=80, days=60)
    ).dataset.interactions
    items = bought.groupby("customer_id")["item_id"].agg(set)
    own, lent = (
        by_person(see_town(replace(EXACT, lent_share=share))).assign(
            is_own=lambda cards: [
                items[customer_id(person)] >= set(held)
                for person, held in zip(cards["person"], cards["items"], strict=True)
            ]
        )
        for share in (0, 1)
    )

    assert own["is_own"].all()
    lives_alone = lent["near_household_size"] == 1
    assert lent["is_own"][lives_alone].all()
    assert not lent["is_own"][~lives_alone].any()


def test_the_first_card_of_who_moved_has_another_postcode() -> None:
    """One in twenty moves within a postcode."""
    for share, least, most in ((0, 0.0, 0.0), (1, 0.8, 1.0)):
        town = see_town(replace(EXACT, second_share=1, moved_share=share))
        postcodes = by_person(town).groupby("person")["equal_postcode"].agg(["nunique", "size"])
        of_two = postcodes[postcodes["size"] == 2]
        assert len(of_two) > 40
        assert least <= (of_two["nunique"] == 2).mean() <= most


def test_years_of_birth_are_mistyped_or_right() -> None:
    """Nobody sees a slip where the digits that changed places are equal."""
    twice = by_person(see_town(replace(EXACT, second_share=1)))
    assert (twice.groupby("person")["near_birth_year"].nunique() == 1).all()
    right, typed = (
        by_person(see_town(replace(EXACT, mistyped_share=share))).set_index("person")
        for share in (0, 1)
    )
    assert (right["near_birth_year"] != typed["near_birth_year"]).mean() > 0.9


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(TownError, match="0 to 1"):
        TracesConfig(second_share=1.2)
