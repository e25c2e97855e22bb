"""Areas under curves that a child can count."""

import numpy as np
import pytest

from ml.evaluation.roc import area_difference, area_under_curve


def scores(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def test_who_always_scores_above_has_the_whole_area() -> None:
    found = area_under_curve(scores(3, 4), scores(1, 2))

    assert (found.mean, found.low, found.high) == (1.0, 1.0, 1.0)


def test_a_tie_counts_half() -> None:
    assert area_under_curve(scores(1, 1), scores(1, 1, 1)).mean == 0.5


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    assert area_under_curve(scores(1, 4), scores(2, 3)).mean == 0.5
    assert area_under_curve(scores(1, 4), scores(2, 0)).mean == 0.75


def test_the_interval_of_a_score_of_chance_holds_a_half() -> None:
    rng = np.random.default_rng(3)

    found = area_under_curve(rng.random(80), rng.random(200))

    assert found.low < 0.5 < found.high
    assert found.high - found.low < 0.2


def test_a_difference_is_paired_so_equal_scores_differ_by_nothing() -> None:
    one = (scores(1, 4, 2), scores(2, 3, 0))

    found = area_difference(one, one)

    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)


def test_nobody_cannot_be_told_from_anybody() -> None:
    with pytest.raises(ValueError, match="nobody to tell"):
        area_under_curve(scores(), scores(1))
