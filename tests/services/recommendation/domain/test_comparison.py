"""What two lists have in common."""

import pytest

from services.recommendation.domain.comparison import likeness, overlap, rank_biased_overlap
from services.recommendation.domain.moment import Moment
from tests.services.recommendation.builders import NOON, SHELF, ranking

TEN = [f"item-{number}" for number in range(10)]


def test_equal_lists_have_everything_in_common() -> None:
    assert overlap(TEN, TEN) == 1
    assert rank_biased_overlap(TEN, TEN) == pytest.approx(1)


def test_strangers_have_nothing_in_common() -> None:
    others = [f"other-{number}" for number in range(10)]
    assert overlap(TEN, others) == 0
    assert rank_biased_overlap(TEN, others) == 0


def test_the_same_items_in_another_order_overlap_wholly_but_are_not_alike() -> None:
    turned = TEN[::-1]
    assert overlap(TEN, turned) == 1
    assert 0 < rank_biased_overlap(TEN, turned) < 0.7


def test_a_change_at_the_head_weighs_more_than_one_at_the_foot() -> None:
    head, foot = ["other", *TEN[1:]], [*TEN[:-1], "other"]
    assert overlap(TEN, head) == overlap(TEN, foot) == 0.9
    assert rank_biased_overlap(TEN, head) < rank_biased_overlap(TEN, foot)


def test_rank_biased_overlap_is_that_of_other_implementations() -> None:
    # The example in the README of b4ny4n/rankmeasures: .828 for 12345 and 23415 at .9.
    assert rank_biased_overlap("12345", "23415") == pytest.approx(0.828, abs=5e-4)


@pytest.mark.parametrize("measure", [overlap, rank_biased_overlap])
def test_either_order_of_the_lists_gives_the_same(measure: object) -> None:
    one, other = TEN[:6], TEN[3:9]
    assert callable(measure)
    assert measure(one, other) == measure(other, one)


def test_a_short_list_is_not_taken_for_a_like_one() -> None:
    assert overlap(TEN, TEN[:5]) == 0.5
    assert overlap([], []) == rank_biased_overlap([], []) == 1
    assert overlap([], TEN) == rank_biased_overlap([], TEN) == 0


def test_rankings_are_compared_by_their_ten_best() -> None:
    contrary = {item: (1 - score, *rest) for item, (score, *rest) in SHELF.items()}
    found = likeness(ranking(), ranking(contrary), Moment(NOON))  # type: ignore[arg-type]
    assert found.overlap == 1  # a shelf of six
    assert found.rank_biased_overlap < 0.7
    assert found.champion_score == pytest.approx(0.35)
    assert found.challenger_score == pytest.approx(0.65)


def test_what_lies_in_the_basket_is_not_compared() -> None:
    tea_only = {"green-tea": SHELF["green-tea"], "soap": SHELF["soap"]}
    moment = Moment(NOON, basket=("green-tea",))
    found = likeness(ranking(tea_only), ranking(tea_only), moment)
    assert found.champion_score == found.challenger_score == pytest.approx(0.1)


def test_two_empty_rankings_are_alike_and_score_nothing() -> None:
    found = likeness(ranking({}), ranking({}), Moment(NOON))
    assert (found.overlap, found.champion_score, found.challenger_score) == (1, 0, 0)
