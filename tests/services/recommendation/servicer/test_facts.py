"""Offers may be meant for those of whom something is known, as far as they let it be used."""

import pytest
from ofone.profile.v1.customer_pb2 import SnapshotFact
from ofone.profile.v1.fact_pb2 import FactValue
from ofone.recommendation.v1.offer_pb2 import Benefit, Variant

from services.serving.failures import Failure, Kind
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import House, offered


def put(house: House, name: str, **facts: FactValue) -> None:
    """Keep a customer who bought tea, of whom these facts are told."""
    told = [SnapshotFact(key=key, value=value) for key, value in facts.items()]
    house.profile.put(name, [(seconds_ago(days=14), ["tea-0"])], facts=told)


@pytest.mark.parametrize(
    ("audience", "value", "other"),
    [
        ("facts.garden == true", {"garden": FactValue(flag=True)}, {"garden": FactValue()}),
        ("facts.garden", {"garden": FactValue(flag=True)}, {"garden": FactValue(flag=False)}),
        (
            "facts.household_size >= 3",
            {"household_size": FactValue(number=3)},
            {"household_size": FactValue(number=2)},
        ),
        ("facts.household_size == 3", {"household_size": FactValue(number=3)}, {}),
        (  # a value of a kind that is not known yet is none
            "facts.household_size < 3.0",
            {"household_size": FactValue(number=2)},
            {"household_size": FactValue()},
        ),
        (
            "facts.household_income > 1000.0",
            {"household_income": FactValue(number=1000.5)},
            {"household_income": FactValue(number=1000)},
        ),
        ("facts.pet == 'cat'", {"pet": FactValue(text="Cat")}, {"pet": FactValue(text="dog")}),
        ("!has(facts.pet)", {"garden": FactValue(flag=True)}, {"pet": FactValue(text="dog")}),
    ],
)
def test_an_offer_is_made_to_those_of_whom_it_holds_alone(
    house: House, audience: str, value: dict[str, FactValue], other: dict[str, FactValue]
) -> None:
    house.create("meant", audience=audience)
    put(house, "customers/ada", **value)
    put(house, "customers/ben", **other)
    assert offered(house.decide("customers/ada")) == ["meant"]
    assert offered(house.decide("customers/ben")) == []


@pytest.mark.parametrize("audience", ["facts.garden", "!facts.garden"])
def test_who_lets_nothing_be_used_is_in_no_audience_about_it(house: House, audience: str) -> None:
    house.create("for-gardens", audience=audience)
    put(house, "customers/ada")
    assert house.verdicts(house.decide()) == {"for-gardens": "OUTSIDE_AUDIENCE"}


def test_facts_are_asked_for_only_while_a_condition_needs_them(house: House) -> None:
    put(house, "customers/ada", garden=FactValue(flag=True))
    house.create("for-everyone")
    house.decide()
    house.create("for-gardens", audience="facts.garden")
    house.decide()
    assert house.profile.told_facts == [False, True]


@pytest.mark.parametrize(
    ("audience", "rule", "advice"),
    [
        ("facts.gardne == true", "UNKNOWN_FIELD", "did you mean garden?"),
        ("facts.pet > 3.0", "TYPE_MISMATCH", ""),
        ("facts.pet == 'Cat'", "NOT_LOWER_CASE", "write 'cat'"),
    ],
)
def test_what_no_fact_can_ever_meet_is_refused_where_it_is_written(
    house: House, audience: str, rule: str, advice: str
) -> None:
    with pytest.raises(Failure) as refusal:
        house.create("for-some", audience=audience)
    assert refusal.value.violations[0].rule == f"CONDITION_{rule}"
    assert advice in str(refusal.value.violations[0])


def test_which_facts_there_are_is_asked_once_for_all_conditions_of_an_offer(house: House) -> None:
    variants = [
        Variant(variant_id=each, condition=f"facts.pet == '{each}'", benefit=Benefit(percent_off=5))
        for each in ("cat", "dog")
    ]
    for number in (1, 2):  # and anew for the next offer
        house.create(f"for-pets-{number}", audience="has(facts.pet)", variants=variants)
        assert house.profile.trouble.calls == number


def test_while_profile_is_away_no_condition_about_facts_is_written(house: House) -> None:
    house.profile.trouble.away = True
    house.create("for-weekends", audience="context.weekday >= 6")
    house.create("for-collectors", audience="persona('artefacts') > 0.5")
    with pytest.raises(Failure) as refusal:
        house.create("for-gardens", audience="facts.garden")
    assert refusal.value.kind is Kind.UNAVAILABLE
