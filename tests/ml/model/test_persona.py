"""Personas in a model: who belongs to which, in closed form."""

import json
import math

import pytest

from ml.model.persona import LARGE, OFTEN, SMALL, Persona, Personas, PersonasError, Rhythm

WORDS = ("Tea", "Coffee", SMALL, LARGE, OFTEN)


def persona(number: int, share: float, chances: tuple[float, ...]) -> Persona:
    return Persona(
        f"learned-{number}",
        f"number {number}",
        share,
        (),
        tuple(math.log(each) for each in chances),
    )


TEA = persona(1, 0.75, (0.6, 0.1, 0.1, 0.1, 0.1))
COFFEE = persona(2, 0.25, (0.1, 0.6, 0.1, 0.1, 0.1))
BOTH = Personas((TEA, COFFEE), WORDS, basket_sizes=(2.0, 5.0), gap_days=(7.0, 30.0))


def test_somebody_unknown_belongs_to_each_persona_by_its_share() -> None:
    assert BOTH.memberships({}) == pytest.approx((0.75, 0.25))


def test_a_purchase_moves_the_odds_by_the_ratio_of_its_chances() -> None:
    tea, coffee = BOTH.memberships({"Coffee": 1.0})
    assert coffee / tea == pytest.approx((0.25 / 0.75) * (0.6 / 0.1))
    assert tea + coffee == pytest.approx(1)


def test_words_that_nobody_learned_say_nothing() -> None:
    assert BOTH.memberships({"Garden": 9.0}) == BOTH.memberships({})


def test_many_purchases_end_in_certainty_and_not_in_an_overflow() -> None:
    assert BOTH.memberships({"Coffee": 10_000.0}) == pytest.approx((0.0, 1.0))


def test_the_tenth_purchase_of_a_topic_says_less_than_the_first() -> None:
    one = BOTH.words_of({"Tea": 1}, Rhythm())["Tea"]
    ten = BOTH.words_of({"Tea": 10}, Rhythm())["Tea"]
    assert one < ten < 10 * one


def test_how_somebody_shops_is_said_in_words_as_far_as_it_is_known() -> None:
    assert BOTH.words_of({}, Rhythm()) == {}
    assert BOTH.words_of({}, Rhythm(basket_size=1.5)) == {SMALL: 1.0}
    assert BOTH.words_of({}, Rhythm(basket_size=5.0, gap_days=3.0)) == {LARGE: 1.0, OFTEN: 1.0}


def test_personas_come_back_from_text_as_they_were() -> None:
    assert Personas.from_json(BOTH.to_json()) == BOTH


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"personas": []}, "there is none"),
        ({"words": ["Tea", "Tea", SMALL, LARGE, OFTEN]}, "a word stands twice"),
        ({"words": ["Tea"]}, "a chance for every word"),
        ({"basket_sizes": [1.0, math.inf]}, "not finite"),
        ({"gap_days": [1.0]}, "these are no personas"),
        ({"words": None}, "these are no personas"),
    ],
)
def test_a_text_that_does_not_fit_together_is_refused(
    change: dict[str, object], problem: str
) -> None:
    text = json.dumps(json.loads(BOTH.to_json()) | change)
    with pytest.raises(PersonasError, match=problem):
        Personas.from_json(text)


def test_shares_that_are_no_whole_and_ids_that_are_there_twice_are_refused() -> None:
    twice = Personas((TEA, TEA), WORDS, (2.0, 5.0), (7.0, 30.0))
    with pytest.raises(PersonasError, match="two have one id"):
        Personas.from_json(twice.to_json())
    half = Personas((COFFEE,), WORDS, (2.0, 5.0), (7.0, 30.0))
    with pytest.raises(PersonasError, match="sum to 1"):
        Personas.from_json(half.to_json())
