"""What conditions are told."""

import dataclasses
from zoneinfo import ZoneInfo

from services.conditions.condition import ConditionMistake
from services.recommendation.domain.condition import (
    TENDENCIES,
    VARIABLES,
    Needs,
    facts_of,
    needs_of,
)
from services.recommendation.domain.customer import Traits, newcomer, unreadable
from services.recommendation.domain.moment import Moment
from tests.services.recommendation.builders import NOON, customer, seconds_ago

REGULAR = Traits(
    basket_count=3,
    total_spend=40,
    first_purchase_seconds=seconds_ago(days=90),
    last_purchase_seconds=seconds_ago(days=2),
    tendencies={
        **dict.fromkeys(TENDENCIES, 0.5),
        "next_visit_seconds": seconds_ago(days=-5),
    },
)


def test_every_fact_is_declared_with_its_type_and_every_declared_one_is_told() -> None:
    facts = facts_of(customer(traits=REGULAR), Moment(NOON, "web", "north", ("tea",)))
    told = {
        variable: {name: type(value) for name, value in fields.items()}
        for variable, fields in facts.items()
    }
    assert told == VARIABLES


def test_personas_are_told_where_they_were_asked_for() -> None:
    told = facts_of(dataclasses.replace(customer(), personas={"tea-people": 0.75}), Moment(NOON))
    assert told["persona"] == {"tea-people": 0.75}
    assert "persona" not in facts_of(customer(), Moment(NOON))
    assert facts_of(newcomer(), Moment(NOON))["persona"] == {}


def test_whether_personas_are_asked_for_is_seen_in_the_conditions() -> None:
    assert needs_of(["true", "!(persona ('tea-people') > 0.5)"]) == Needs(personas=True)
    assert needs_of(["", "traits.basket_count > 3"]) == Needs()


def test_whether_stages_of_life_are_asked_for_is_seen_in_the_conditions() -> None:
    assert needs_of(["true", "life.new_home > 0.6"]) == Needs(life_stages=True)


def test_whether_facts_are_asked_for_is_seen_in_the_conditions() -> None:
    assert needs_of(["true", "facts.garden == true"]) == Needs(facts=True)


def test_what_stands_within_a_text_another_name_or_a_comment_is_not_asked_for() -> None:
    sources = ["persona('artefacts') > 0.5", "persona('wildlife') > 0.5 // no facts, no life"]
    assert needs_of(sources) == Needs(personas=True)
    assert needs_of(["traits.home_store == 'persona'"]) == Needs()


def test_facts_are_told_where_they_were_asked_for() -> None:
    told = facts_of(dataclasses.replace(customer(), facts={"garden": True}), Moment(NOON))
    assert told["facts"] == {"garden": True}
    assert "facts" not in facts_of(customer(), Moment(NOON))
    assert facts_of(newcomer(), Moment(NOON))["facts"] == {}


def test_stages_of_life_are_told_where_they_were_asked_for() -> None:
    told = facts_of(dataclasses.replace(customer(), life_stages={"new_home": 0.75}), Moment(NOON))
    assert told["life"] == {"new_home": 0.75}
    assert "life" not in facts_of(customer(), Moment(NOON))


def test_days_are_counted_back_from_the_moment_asked_about() -> None:
    traits = facts_of(customer(traits=REGULAR), Moment(NOON))["traits"]
    assert traits["days_since_last_purchase"] == 2.0
    assert traits["days_known"] == 90.0
    assert traits["days_until_next_visit"] == 5.0


def test_who_never_bought_has_no_days_since() -> None:
    traits = facts_of(newcomer(), Moment(NOON))["traits"]
    assert "days_since_last_purchase" not in traits
    assert traits["basket_count"] == 0


def test_what_is_not_inferred_is_not_known() -> None:
    quiet = dataclasses.replace(REGULAR, tendencies={"variety_seeking": 0.25})
    traits = facts_of(customer(traits=quiet), Moment(NOON))["traits"]
    assert traits["variety_seeking"] == 0.25
    assert {"days_until_next_visit", "usual_gap_days", "active_probability"}.isdisjoint(traits)


def test_who_is_overdue_is_expected_now() -> None:
    late = dataclasses.replace(
        REGULAR, tendencies={"next_visit_seconds": float(seconds_ago(days=1))}
    )
    traits = facts_of(customer(traits=late), Moment(NOON))["traits"]
    assert traits["days_until_next_visit"] == 0.0


def test_of_somebody_who_cannot_be_read_only_the_moment_is_known() -> None:
    assert set(facts_of(unreadable("ada"), Moment(NOON))) == {"context"}


def test_hours_and_weekdays_are_those_of_the_moments_time_zone() -> None:
    sunday_night = NOON.replace(day=18, hour=23)
    here = facts_of(newcomer(), Moment(sunday_night))["context"]
    berlin = facts_of(newcomer(), Moment(sunday_night.astimezone(ZoneInfo("Europe/Berlin"))))
    assert (here["weekday"], here["hour"]) == (7, 23)
    assert (berlin["context"]["weekday"], berlin["context"]["hour"]) == (1, 0)


def test_a_mistake_shows_the_line_and_points_at_the_place() -> None:
    mistake = ConditionMistake("UNKNOWN_FIELD", 2, 3, "no such thing", "a &&\n  b")
    assert str(mistake) == "line 2, column 3: no such thing\n  b\n  ^"


def test_traits_and_conditions_speak_of_the_same_things() -> None:
    fields = {each.name for each in dataclasses.fields(Traits)}
    derived = {"days_since_last_purchase", "days_known", "days_until_next_visit", *TENDENCIES}
    sources = {"first_purchase_seconds", "last_purchase_seconds", "tendencies"}
    assert fields - sources == set(VARIABLES["traits"]) - derived
