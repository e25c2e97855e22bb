"""What an answer changes, on questions whose right effect a child can tell."""

import numpy as np
import pytest

from ml.model.hearing import Bought, Hearing, Weights, heard, with_odds
from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Subjects, Teaching

TEA, COFFEE, SOAP = 0, 1, 2
SHELF = Subjects(
    item_ids=["tea", "coffee", "soap"],
    categories=("", "Tea", "Coffee"),
    category_indexes=np.array([1, 2, 0]),
    brands=("", "Larch"),
    brand_indexes=np.array([1, 0, 1]),
)
NOTHING = Bought.of(np.zeros(0), np.full(3, 0.1), 0)
CHANCES = np.array([0.2, 0.2, 0.2])


def liking(name: str, log_odds: float) -> Liking:
    return Liking(SubjectKind.CATEGORY, name, log_odds)


DRINKS = Teaching(
    "hot-drinks",
    (
        PossibleAnswer("tea", (liking("Tea", 1.0), liking("Coffee", -1.0))),
        PossibleAnswer("coffee", (liking("Coffee", 1.0), liking("Tea", -1.0))),
    ),
    confidence=1.0,
)


def after(hearing: Hearing, answer: int, reliability: float = 1.0) -> list[float]:
    return list(with_odds(CHANCES, hearing.changes(reliability)[answer]))


def test_who_says_tea_is_likelier_to_buy_tea_and_less_likely_to_buy_coffee() -> None:
    tea, coffee, soap = after(heard(DRINKS, SHELF, NOTHING), 0)

    assert tea > 0.2 > coffee
    assert soap == pytest.approx(0.2)


def test_an_answer_that_everybody_gives_changes_nothing() -> None:
    everybody = Teaching(
        "thirst", (PossibleAnswer("yes", (liking("Tea", 2.0),), 1e9), PossibleAnswer("no")), 365, 1
    )

    assert after(heard(everybody, SHELF, NOTHING), 0) == pytest.approx([0.2, 0.2, 0.2])


def test_what_a_history_shows_already_need_not_be_said() -> None:
    drinker = Bought.of(np.array([9.0, 0.0]), np.full(3, 0.1), 20)
    weights = Weights(history=1.0, liking=1.0, fading_baskets=1e9)

    told = heard(DRINKS, SHELF, drinker, weights)
    stranger = heard(DRINKS, SHELF, NOTHING, weights)

    assert told.chances[0] > 0.99
    assert 0 < after(told, 0)[TEA] - 0.2 < 0.1 * (after(stranger, 0)[TEA] - 0.2)


def test_without_weight_a_history_tells_nothing_and_an_answer_changes_nothing() -> None:
    drinker = Bought.of(np.array([9.0, 0.0]), np.full(3, 0.1), 20)

    deaf = heard(DRINKS, SHELF, drinker, Weights(liking=0.0))
    blind = heard(DRINKS, SHELF, drinker, Weights(history=0.0))

    assert after(deaf, 0) == pytest.approx([0.2, 0.2, 0.2])
    assert blind.chances == pytest.approx([0.5, 0.5])


def test_of_a_regular_the_same_likings_count_for_less_by_the_number_of_baskets() -> None:
    def said(baskets: int) -> float:
        bought = Bought.of(np.zeros(0), np.zeros(3), baskets)
        hearing = heard(DRINKS, SHELF, bought, Weights(1.0, 1.0, fading_baskets=4.0))
        return float(np.log(hearing.factors[0, TEA]))

    assert said(0) == pytest.approx(1.0)
    assert said(4) == pytest.approx(0.5)
    assert said(36) == pytest.approx(0.1)


def test_an_answer_ages_by_its_half_life_until_it_says_nothing() -> None:
    day = 86_400
    teaching = Teaching("q", DRINKS.answers, half_life_days=100.0, confidence=0.8)
    hearing = heard(teaching, SHELF, NOTHING)

    assert teaching.reliability(0) == pytest.approx(0.8)
    assert teaching.reliability(-5 * day) == pytest.approx(0.8)  # a clock that goes wrong
    assert teaching.reliability(100 * day) == pytest.approx(0.4)
    gains = [after(hearing, 0, teaching.reliability(days * day))[TEA] for days in (0, 100, 3_000)]
    assert gains[0] > gains[1] > gains[2] == pytest.approx(0.2, abs=1e-6)


def test_on_average_over_what_may_be_said_nothing_is_made_likelier() -> None:
    hearing = heard(DRINKS, SHELF, Bought.of(np.array([2.0]), np.full(3, 0.1), 3))
    reliability = 0.7

    average = hearing.said(reliability) @ hearing.changes(reliability)

    assert hearing.said(reliability).sum() == pytest.approx(1)
    assert hearing.change(1, reliability) == pytest.approx(hearing.changes(reliability)[1])
    assert average == pytest.approx(np.ones(3))


def test_likings_of_item_category_and_brand_add_up() -> None:
    teaching = Teaching(
        "all",
        (
            PossibleAnswer(
                "yes",
                (
                    liking("Tea", 0.5),
                    Liking(SubjectKind.BRAND, "Larch", 0.25),
                    Liking(SubjectKind.ITEM, "tea", 1.0),
                    Liking(SubjectKind.ITEM, "not sold", 9.0),
                    liking("", 9.0),
                ),
            ),
            PossibleAnswer("no"),
        ),
    )

    hearing = heard(teaching, SHELF, NOTHING, Weights(liking=1.0))

    assert np.log(hearing.factors[0]) == pytest.approx([1.75, 0.0, 0.25])
    assert np.log(hearing.factors[1]) == pytest.approx([0.0, 0.0, 0.0])


def test_an_answer_that_was_struck_out_of_the_question_is_found_nowhere() -> None:
    assert DRINKS.place_of("coffee") == 1
    assert DRINKS.place_of("cocoa") is None
