"""What a question is worth: on lists short enough to count by hand."""

import numpy as np
import pytest

from ml.model.eliciting import LIST_LENGTH, expected_hits, uncertainty, worth_of
from ml.model.hearing import Bought, Weights, heard
from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Subjects, Teaching

COUNT = 20
HALVES = Subjects(
    item_ids=[f"item-{place}" for place in range(COUNT)],
    categories=("left", "right"),
    category_indexes=np.arange(COUNT) % 2,
    brands=("",),
    brand_indexes=np.zeros(COUNT, np.int64),
)
WEIGHTS = Weights(1.0, 1.0, fading_baskets=1e9)


def which(log_odds: float, *, share: float = 1.0, confidence: float = 1.0) -> Teaching:
    answers = tuple(
        PossibleAnswer(
            name,
            (
                Liking(SubjectKind.CATEGORY, name, log_odds),
                Liking(SubjectKind.CATEGORY, other, -log_odds),
            ),
            weight,
        )
        for name, other, weight in (("left", "right", share), ("right", "left", 1.0))
    )
    return Teaching("which", answers, confidence=confidence)


def worth(teaching: Teaching, chances: list[float], bought: Bought | None = None) -> float:
    nothing = Bought.of(np.zeros(0), np.full(COUNT, 0.05), 0)
    hearing = heard(teaching, HALVES, bought or nothing, WEIGHTS)
    return worth_of(hearing, np.array(chances)).hits


def test_a_question_that_puts_the_list_in_another_order_is_worth_hits() -> None:
    assert worth(which(2.0), [0.1] * COUNT) > worth(which(0.5), [0.1] * COUNT) > 0


def test_a_question_whose_answers_leave_the_list_as_it_is_is_worth_none() -> None:
    sure = [0.9 if place < LIST_LENGTH else 0.001 for place in range(COUNT)]

    assert worth(which(0.5), sure) == pytest.approx(0, abs=2e-3)
    assert worth(which(0.0), [0.1] * COUNT) == 0


def test_what_is_nearly_certain_to_be_answered_or_mostly_untrue_is_hardly_worth_asking() -> None:
    fair = worth(which(2.0), [0.1] * COUNT)

    assert worth(which(2.0, share=1_000), [0.1] * COUNT) < 0.05 * fair
    assert worth(which(2.0, confidence=0.01), [0.1] * COUNT) < 0.05 * fair


def test_a_history_that_tells_the_answer_leaves_nothing_to_ask() -> None:
    own = np.array([3.0, 0.0] * (COUNT // 2))  # thirty of the left, none of the right
    regular = Bought.of(own, np.full(COUNT, 0.05), 20)

    assert worth(which(2.0), [0.1] * COUNT, regular) < 1e-6


def test_expected_hits_are_the_sum_of_the_ten_best_of_each_list() -> None:
    lists = np.stack([np.arange(COUNT) / 100, np.full(COUNT, 0.5)])

    assert expected_hits(lists) == pytest.approx([sum(range(10, 20)) / 100, 5.0])
    assert expected_hits(np.array([0.5, 0.25])) == pytest.approx(0.75)
    assert expected_hits(np.zeros(0)) == 0


def test_uncertainty_is_a_bit_for_a_coin_and_none_for_what_is_certain() -> None:
    assert uncertainty(np.array([0.5, 0.5, 0.0, 1.0])) == pytest.approx(2, abs=1e-8)


def test_an_answer_is_expected_to_leave_less_uncertain() -> None:
    nothing = Bought.of(np.zeros(0), np.full(COUNT, 0.05), 0)

    told = worth_of(heard(which(2.0), HALVES, nothing, WEIGHTS), np.full(COUNT, 0.1))

    assert told.bits > 0
    assert told.said == pytest.approx([0.5, 0.5])
