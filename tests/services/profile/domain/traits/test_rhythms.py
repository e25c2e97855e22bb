"""How often somebody comes and what they come back to, judged as a neighbour would."""

import math
from datetime import datetime, timedelta

import pytest

from services.profile.domain.traits.priors import GapPrior, Priors, RepurchasePrior
from services.profile.domain.traits.rhythm import rhythm_of, rhythm_of_mean
from tests.services.profile.domain.traits.shopper import MOMENT, line, number, receipt, traits_of

TEA, COFFEE = line("tea", "Tea"), line("coffee", "Coffee")
WEEKLY = tuple(receipt(day, TEA) for day in range(3, 200, 8))
FORTNIGHT = GapPrior(math.log(14), 0.5)
DRINKS = Priors(
    categories={
        "Tea": RepurchasePrior(0.8, FORTNIGHT),
        "Coffee": RepurchasePrior(0.8, FORTNIGHT),
    }
)


def test_somebody_who_comes_every_8_days_is_expected_8_days_after_the_last_visit() -> None:
    found = traits_of(*WEEKLY)
    assert number(found["usual_gap_days"]) == pytest.approx(8, abs=0.5)
    expected = found["next_visit"].value
    assert isinstance(expected, datetime)
    assert timedelta(days=4) < expected - MOMENT < timedelta(days=6)
    assert found["next_visit"].explanation == (
        "Comes about every 8 days; last here 3 days ago, expected again around Tuesday."
    )
    assert found["next_visit"].evidence_count == len(WEEKLY) - 1


def test_somebody_silent_for_months_is_not_expected_any_more() -> None:
    found = traits_of(*(receipt(day, TEA) for day in range(120, 300, 8)))
    assert "next_visit" not in found
    assert number(found["overdue_share"]) > 0.95


def test_one_visit_is_no_rhythm_and_two_on_one_day_are_none_either() -> None:
    for events in ([receipt(3, TEA)], [receipt(3, TEA), receipt(3.1, COFFEE)]):
        assert {"usual_gap_days", "next_visit"}.isdisjoint(traits_of(*events))


def test_with_one_own_gap_the_typical_one_still_counts_twice() -> None:
    rhythm = rhythm_of(1, math.log(2), math.log(2) ** 2, prior=GapPrior(math.log(16), 1.0))
    assert rhythm.usual_gap_days == pytest.approx(8)  # the cube root of 2 x 16 x 16
    assert rhythm_of_mean(1, 2.0, prior=GapPrior(math.log(16), 1.0)).usual_gap_days == (
        pytest.approx(8)
    )


def test_the_person_of_the_one_coffee_never_wants_a_second_and_the_tea_comes_back() -> None:
    teas = [receipt(day, TEA) for day in range(1, 160, 4)]
    found = traits_of(*teas, receipt(150, COFFEE), priors=DRINKS)
    tea, coffee = (found[f"return_chance categories/{name}"] for name in ("Tea", "Coffee"))
    assert number(coffee) < 0.001
    assert number(tea) > 0.95
    assert number(found["repurchase_gap_days categories/Tea"]) == pytest.approx(4, abs=0.5)
    assert "repurchase_gap_days categories/Coffee" not in found
    assert coffee.explanation == "Bought once, last 150 days ago; comes back to it with 0 %."


def test_a_coffee_bought_yesterday_is_wanted_again_as_by_everybody() -> None:
    found = traits_of(receipt(1, COFFEE), priors=DRINKS)
    assert number(found["return_chance categories/Coffee"]) == pytest.approx(0.8, abs=0.01)


def test_an_item_comes_back_as_the_typical_one_of_its_own_does() -> None:
    known = Priors(items={"tea": RepurchasePrior(0.1, FORTNIGHT)})
    often, seldom = (traits_of(receipt(1, TEA), priors=each) for each in (DRINKS, known))
    assert number(often["return_chance items/tea"]) == pytest.approx(0.5, abs=0.01)
    assert number(seldom["return_chance items/tea"]) == pytest.approx(0.1, abs=0.01)
