"""Offers and questions may be meant for a persona."""

import pytest
from ofone.profile.v1.persona_pb2 import Membership

from services.serving.failures import Failure
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import House, offered


def put(house: House, name: str, probability: float | None) -> None:
    """Keep a customer who bought tea, and belongs to the tea people as likely as this."""
    told = (
        [] if probability is None else [Membership(persona="personas/tea", probability=probability)]
    )
    house.profile.put(name, [(seconds_ago(days=14), ["tea-0"])], personas=told)


def test_an_offer_for_a_persona_is_made_to_its_members_alone(house: House) -> None:
    house.create("for-tea-people", audience="persona('tea') > 0.5")
    for name, probability, expected in (
        ("customers/ada", 0.9, ["for-tea-people"]),
        ("customers/ben", 0.1, []),
        ("customers/eve", None, []),  # does not allow it to be told
    ):
        put(house, name, probability)
        decision = house.decide(name)
        assert offered(decision) == expected
        if not expected:
            assert house.verdicts(decision) == {"for-tea-people": "OUTSIDE_AUDIENCE"}


def test_personas_are_asked_for_only_while_a_condition_needs_them(house: House) -> None:
    put(house, "customers/ada", 0.9)
    house.create("for-everyone")
    house.decide()
    house.create("for-tea-people", audience="persona('tea') > 0.5")
    house.decide()
    assert house.profile.told_personas == [False, True]


def test_a_persona_by_a_number_is_refused_where_it_is_written(house: House) -> None:
    with pytest.raises(Failure) as refusal:
        house.create("for-tea-people", audience="persona(3) > 0.5")
    assert refusal.value.violations[0].rule == "CONDITION_TYPE_MISMATCH"
