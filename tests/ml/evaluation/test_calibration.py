"""Calibration: what was said beside what happened."""

import numpy as np
import pytest

from ml.evaluation.calibration import Calibration


def said(probabilities: list[float], outcomes: list[bool]) -> Calibration:
    calibration = Calibration()
    calibration.add(np.array(probabilities, np.float32), np.array(outcomes, np.bool_))
    return calibration


def test_what_happens_as_often_as_said_has_no_error() -> None:
    calibration = said([0.3] * 10, [True] * 3 + [False] * 7)

    assert calibration.expected_error == pytest.approx(0, abs=1e-6)


def test_the_error_is_the_gap_between_said_and_happened_weighted_by_predictions() -> None:
    # three of four say .9 and never come true; the last says .1 and is right not to
    calibration = said([0.9, 0.9, 0.9, 0.1], [False] * 4)

    assert calibration.expected_error == pytest.approx((3 * 0.9 + 0.1) / 4)


def test_bins_are_told_with_their_means_and_empty_ones_are_left_out() -> None:
    (low, high) = said([0.0, 0.6, 0.8], [False, True, False]).bins()

    assert (low.low, low.high, low.count, low.said, low.happened) == (0, 1 / 512, 1, 0, 0)
    assert (high.low, high.high, high.count, high.happened) == (0.5, 1, 2, 0.5)
    assert high.said == pytest.approx(0.7)


def test_parts_may_be_added_one_after_another() -> None:
    parts = said([0.2], [True])
    parts.add(np.array([0.9], np.float32), np.array([False]))

    assert parts.bins() == said([0.2, 0.9], [True, False]).bins()


def test_nothing_said_is_no_error() -> None:
    assert Calibration().expected_error == 0
    assert Calibration().bins() == []
