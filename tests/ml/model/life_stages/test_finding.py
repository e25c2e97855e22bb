"""What is told of a household's stages, since when and why."""

from dataclasses import replace

import numpy as np
import pytest

from ml.model.life_stages import finding
from ml.model.life_stages.change_point import change_odds, change_probabilities
from ml.model.life_stages.finding import LifeStage, life_stages, stage_factors
from ml.model.life_stages.history import (
    OTHER_HOURS,
    WINDOW_MONTHS,
    WORKING_HOURS,
    Kind,
    MonthlyHistory,
    daypart_of,
    window_of,
)
from ml.model.life_stages.signs import Sign, SignTable, Usual
from ml.model.life_stages.words import month_name, sentence
from tests.ml.model.life_stages.households import LAMPS, MARCH, RARE, TABLE, household, stage


def only(found: tuple[LifeStage, ...]) -> LifeStage:
    (one,) = found
    return one


def test_a_burst_of_lamps_is_a_new_home_since_that_month() -> None:
    history = household(lamps={MARCH - 2: 3, MARCH - 1: 2, MARCH: 3})

    home = only(life_stages(history, TABLE, now_month=MARCH))

    assert home.name == "new_home"
    assert home.probability > 0.9
    assert home.since_month == MARCH - 2
    assert home.earliest_month <= MARCH - 2 <= home.latest_month
    assert [sentence(each, home) for each in home.evidence] == [
        "Lamps 8 times since January 2026, never in the 9 months before"
    ]


def test_a_household_that_buys_what_it_always_did_has_no_new_home() -> None:
    steady = dict.fromkeys(range(MARCH - 11, MARCH + 1), 2)

    home = only(life_stages(household(lamps=steady), TABLE, now_month=MARCH))

    assert home.probability < 0.05
    assert home.evidence == ()


def test_one_lamp_is_not_a_move() -> None:
    home = only(life_stages(household(lamps={MARCH: 1}), TABLE, now_month=MARCH))

    assert 0.02 < home.probability < 0.4


def test_what_lies_longer_back_than_the_stage_lasts_is_over() -> None:
    moved = {MARCH - 15: 4, MARCH - 14: 4, MARCH - 13: 4}
    months = dict.fromkeys(range(MARCH - 15, MARCH + 1), 3) | moved

    history = household(months=24, lamps=months)

    assert only(life_stages(history, TABLE, now_month=MARCH - 8)).probability > 0.9
    assert only(life_stages(history, TABLE, now_month=MARCH)).probability < 0.1


def test_a_sensitive_stage_is_there_only_where_it_may_be_looked_for() -> None:
    history = household(nappies={MARCH - 1: 9, MARCH: 9})

    without = life_stages(history, TABLE, now_month=MARCH)
    asked = life_stages(history, TABLE, now_month=MARCH, sensitive_allowed={"expecting"})

    assert [each.name for each in without] == ["new_home"]
    assert [each.name for each in asked] == ["new_home", "expecting"]
    assert asked[1].probability > 0.9


def test_nothing_is_computed_of_a_stage_that_may_not_be_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []

    def spying(*args: object, **named: object) -> list[float]:
        looked_at.append(args[2].name)  # type: ignore[attr-defined]  # a sign
        return [0.0] * 12

    monkeypatch.setattr(finding, "sign_factors", spying)

    life_stages(household(), TABLE, now_month=MARCH)

    assert looked_at == ["Lamps"]


def test_a_shift_that_two_stages_explain_is_believed_of_neither_as_if_it_were_alone() -> None:
    lamps = {MARCH - 2: 2, MARCH - 1: 2, MARCH: 2}
    home, work = stage(LAMPS), stage(LAMPS, name="home_office", is_sensitive=True)
    table = SignTable((home, work))

    alone = only(life_stages(household(lamps=lamps), table, now_month=MARCH))
    both = life_stages(
        household(lamps=lamps), table, now_month=MARCH, sensitive_allowed={"home_office"}
    )

    assert alone.probability > 0.7  # a rival that may not be looked for takes nothing away
    assert [each.probability for each in both] == pytest.approx([both[0].probability] * 2)
    assert 0.4 < both[0].probability < 0.5
    assert both[0].since_month == alone.since_month


def test_the_months_told_hold_nine_tenths_of_the_chances_and_a_twentieth_lies_on_either_side() -> (
    None
):
    history = household(lamps={MARCH - 6: 1, MARCH - 3: 1, MARCH: 1})
    home = stage(LAMPS)
    window = window_of(history, now_month=MARCH)
    assert window is not None
    chances = change_probabilities(change_odds(stage_factors(history, window, home), home))
    recent = np.array(chances[-home.lasts_months :])
    reached = np.cumsum(recent) / recent.sum()

    told = only(life_stages(history, SignTable((home,)), now_month=MARCH))

    first = MARCH - home.lasts_months + 1
    assert told.earliest_month == first + int((reached < 0.05).sum())
    assert told.latest_month == first + int((reached < 0.95).sum())
    assert told.earliest_month < told.since_month <= told.latest_month


def test_what_is_told_is_what_such_odds_turned_out_to_mean() -> None:
    history = household(lamps={MARCH: 1})
    plain = only(life_stages(history, SignTable((stage(LAMPS),)), now_month=MARCH))
    doubled = replace(stage(LAMPS), odds_factor=2.0)

    told = only(life_stages(history, SignTable((doubled,)), now_month=MARCH))

    assert told.probability == pytest.approx(2 * plain.probability / (1 + plain.probability))
    assert told.since_month == plain.since_month


def test_who_bought_nothing_has_no_stages() -> None:
    assert life_stages(MonthlyHistory(), TABLE, now_month=MARCH) == ()


def test_a_first_month_full_of_lamps_says_nothing_for_there_was_none_before() -> None:
    home = only(life_stages(household(months=1, lamps={MARCH: 9}), TABLE, now_month=MARCH))

    assert home.probability == 0.0
    assert home.evidence == ()


def test_who_bought_nothing_in_two_years_has_no_stages() -> None:
    assert life_stages(household(until=MARCH - 30), TABLE, now_month=MARCH) == ()


def test_the_window_begins_with_the_first_purchase_and_never_before_two_years_ago() -> None:
    young = window_of(household(months=5), now_month=MARCH)
    old = window_of(household(months=60), now_month=MARCH)

    assert young is not None
    assert old is not None
    assert (young.first_month, young.length) == (MARCH - 4, 5)
    assert (old.first_month, old.length) == (MARCH - 23, WINDOW_MONTHS)


def test_hours_are_a_sign_too() -> None:
    usual = Usual(rate=0.2, shape=2.0)
    table = SignTable((stage(Sign(Kind.DAYPART, WORKING_HOURS, 6.0, usual), name="leaving_work"),))
    by_day = dict.fromkeys(range(MARCH - 3, MARCH + 1), 6)
    at_night = dict.fromkeys(range(MARCH - 11, MARCH - 3), 6)
    history = replace(household(), dayparts={WORKING_HOURS: by_day, OTHER_HOURS: at_night})

    left = only(life_stages(history, table, now_month=MARCH))

    assert left.probability > 0.9
    assert left.since_month == MARCH - 3
    assert sentence(left.evidence[0], left) == (
        "Working hours visits 24 times since December 2025, never in the 8 months before"
    )


def test_what_is_bought_less_is_told_beside_what_would_be_usual() -> None:
    usual = Usual(rate=0.05, shape=1.0)
    table = SignTable((stage(Sign(Kind.CATEGORY, "Wine", 0.1, usual), name="expecting"),))
    wine = dict.fromkeys(range(MARCH - 11, MARCH - 3), 2) | {MARCH - 1: 1}

    found = only(life_stages(household(wine=wine), table, now_month=MARCH))

    assert sentence(found.evidence[0], found) == (
        "Wine once since December 2025, about 7 times would be usual"
    )


def test_seasons_are_no_change_of_life() -> None:
    """Garden things in spring: with the season known, spring says less."""
    spring = tuple(4.0 if month in {2, 3, 4} else 0.3 for month in range(12))
    plain = Sign(Kind.CATEGORY, "Garden", 6.0, RARE)
    known = replace(plain, usual=replace(RARE, seasons=spring))
    history = household(garden={MARCH: 3})

    with_season = only(life_stages(history, SignTable((stage(known),)), now_month=MARCH))
    without = only(life_stages(history, SignTable((stage(plain),)), now_month=MARCH))

    assert with_season.probability < without.probability
    assert with_season.evidence[0].log_factor < without.evidence[0].log_factor - 1
    assert with_season.evidence[0].usual_count == pytest.approx(
        4 * without.evidence[0].usual_count, rel=0.2
    )


def test_a_sign_that_begins_later_points_at_the_change_before_it() -> None:
    later = Sign(Kind.CATEGORY, "Nappies", 20.0, RARE, after_months=6)
    history = household(months=20, nappies={MARCH - 1: 6, MARCH: 6})

    found = only(life_stages(history, SignTable((stage(later),)), now_month=MARCH))

    assert found.since_month == MARCH - 7


def test_children_grow_only_where_children_are() -> None:
    """Nobody stops buying nappies who never did."""
    sign = Sign(Kind.CATEGORY, "Nappies", 0.2, RARE, before=10.0)
    table = SignTable((stage(sign, name="children_growing"),))
    before = dict.fromkeys(range(MARCH - 11, MARCH - 3), 6)

    family = only(life_stages(household(nappies=before), table, now_month=MARCH))
    single = only(life_stages(household(), table, now_month=MARCH))

    assert family.probability > 0.5
    assert single.probability < 0.03


def test_the_year_the_week_and_their_names_are_those_of_the_calendar() -> None:
    assert month_name(MARCH) == "March 2026"
    assert daypart_of(9) == WORKING_HOURS  # Monday, nine o'clock
    assert daypart_of(4 * 24 + 15) == WORKING_HOURS  # Friday, three
    assert daypart_of(5 * 24 + 10) == OTHER_HOURS  # Saturday
    assert daypart_of(18) == OTHER_HOURS
    assert LAMPS.name == "Lamps"
