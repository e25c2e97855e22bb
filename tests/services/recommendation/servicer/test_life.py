"""Offers may be meant for those in a stage of life, as far as they let it be known."""

import pytest
from ofone.profile.v1.life_pb2 import LifeStage

from services.serving.failures import Failure
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import House, offered

AUDIENCE = "life.new_home > 0.6"


def put(house: House, name: str, **stages: float) -> None:
    """Keep a customer who bought tea, of whom these stages are told."""
    told = [LifeStage(name=stage, probability=chance) for stage, chance in stages.items()]
    house.profile.put(name, [(seconds_ago(days=14), ["tea-0"])], life_stages=told)


def test_an_offer_for_a_new_home_is_made_to_those_who_moved_alone(house: House) -> None:
    house.create("for-movers", audience=AUDIENCE)
    put(house, "customers/ada", new_home=0.9)
    put(house, "customers/ben", new_home=0.1)

    assert offered(house.decide("customers/ada")) == ["for-movers"]
    assert offered(house.decide("customers/ben")) == []


@pytest.mark.parametrize("audience", ["life.expecting > 0.5", "life.expecting < 0.5"])
def test_who_does_not_let_a_stage_be_known_is_in_no_audience_about_it(
    house: House, audience: str
) -> None:
    """Neither those who are nor those who are not: an offer must not tell by being made."""
    house.create("about-a-child", audience=audience)
    put(house, "customers/ada", new_home=0.9)

    decision = house.decide("customers/ada")

    assert offered(decision) == []
    assert house.verdicts(decision) == {"about-a-child": "OUTSIDE_AUDIENCE"}


def test_stages_are_asked_for_only_while_a_condition_needs_them(house: House) -> None:
    put(house, "customers/ada", new_home=0.9)
    house.create("for-everyone")
    house.decide()
    house.create("for-movers", audience=AUDIENCE)
    house.decide()

    assert house.profile.told_life_stages == [False, True]


def test_a_stage_that_nobody_looks_for_is_refused_where_it_is_written(house: House) -> None:
    with pytest.raises(Failure) as refusal:
        house.create("for-movers", audience="life.new_hoem > 0.6")

    assert refusal.value.violations[0].rule == "CONDITION_UNKNOWN_FIELD"
    assert "did you mean new_home?" in str(refusal.value.violations[0])
