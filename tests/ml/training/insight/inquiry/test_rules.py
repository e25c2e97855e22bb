"""How the next question is chosen, and what is learned of answers, on cases counted by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from ml.model.hearing import Bought, Weights
from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Subjects, Teaching
from ml.training.insight.inquiry.cases import Case
from ml.training.insight.inquiry.rules import BITS, FIXED, HITS, MOST_QUESTIONS, RANDOM, rules
from ml.training.insight.inquiry.rules import recalls as recalls_of
from ml.training.insight.inquiry.weights import learned_weights, with_counted_shares

COUNT = 30
LEFT = np.arange(COUNT) % 2 == 0
WEIGHTS = Weights(1.0, 1.0, fading_baskets=1e9)


def about(name: str, left: float, right: float) -> Teaching:
    """Return a question whose givers of ``left`` buy what is on the left, and of ``right`` not."""
    return Teaching(
        name,
        tuple(
            PossibleAnswer(answer, (Liking(SubjectKind.CATEGORY, "left", odds),))
            for answer, odds in (("left", left), ("right", right))
        ),
        confidence=1.0,
    )


DULL, TELLING = about("dull", 0.01, -0.01), about("telling", 3.0, -3.0)


def person(answers: Mapping[str, str], *, buys_left: bool = True) -> Case:
    """Return a newcomer whose next basket holds ten of a side; every item is as likely."""
    side = LEFT if buys_left else ~LEFT
    is_next = np.zeros(COUNT, np.bool_)
    is_next[np.flatnonzero(side)[:10]] = True
    return Case(
        customer_id="ada",
        probabilities=np.full(COUNT, 0.2),
        subjects=Subjects(
            [str(place) for place in range(COUNT)],
            ("left", "right"),
            np.where(LEFT, 0, 1),
            ("",),
            np.zeros(COUNT, np.int64),
        ),
        bought=Bought.of(np.zeros(0), np.full(COUNT, 0.2), 0),
        is_next=is_next,
        basket_size=10,
        answers=answers,
    )


def after(case: Case, rule: str, teachings: Sequence[Teaching]) -> list[float]:
    return recalls_of(case, teachings, rules(seed=1)[rule](), weights=WEIGHTS)


@pytest.mark.parametrize("rule", [HITS, BITS])
def test_a_rule_that_weighs_asks_what_tells_most_first(rule: str) -> None:
    found = after(person({"telling": "left"}), rule, [DULL, TELLING])

    assert found == [0.5, 1.0, 1.0]


def test_the_fixed_order_asks_in_the_order_given() -> None:
    assert after(person({"telling": "left"}), FIXED, [DULL, TELLING]) == [0.5, 0.5, 1.0]


def test_the_random_order_asks_everything_in_the_end_and_the_same_for_one_seed() -> None:
    case = person({"telling": "left"})
    once, again = (after(case, RANDOM, [DULL, TELLING]) for _ in range(2))

    assert once == again
    assert once[-1] == 1.0


def test_a_question_that_is_waved_away_was_asked_and_teaches_nothing() -> None:
    assert after(person({}), HITS, [DULL, TELLING]) == [0.5, 0.5, 0.5]


def test_no_more_is_asked_than_people_bear() -> None:
    many = [about(str(number), 0.1, -0.1) for number in range(20)]

    assert len(after(person({}), HITS, many)) == MOST_QUESTIONS + 1


def test_answers_are_believed_as_far_as_they_turned_out_to_be_true() -> None:
    honest = [
        person({"telling": "left" if left else "right"}, buys_left=left)
        for left in (True, False) * 20
    ]
    liars = [
        person({"telling": "right" if left else "left"}, buys_left=left)
        for left in (True, False) * 20
    ]

    believed = learned_weights(honest, [TELLING], seed=0)
    doubted = learned_weights(liars, [TELLING], seed=0)

    assert believed.liking > doubted.liking


def test_shares_are_those_of_the_answers_given_and_none_is_impossible() -> None:
    (counted,) = with_counted_shares([TELLING], [{"telling": "left"}, {"telling": "left"}, {}])

    assert counted.shares().tolist() == [0.75, 0.25]
