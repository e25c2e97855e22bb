"""When an alarm comes, and how often a false one."""

import numpy as np
import pytest

from ml.evaluation.alarms import Delays, alarmed, delays, threshold

DAYS = np.array([0.0, 7.0, 14.0, 21.0])


def test_the_threshold_lets_the_chosen_share_raise_a_false_alarm() -> None:
    quiet = np.arange(40, dtype=np.float64).reshape(20, 2)

    limit = threshold(quiet, false_share=0.1)

    assert alarmed(quiet, limit).mean() <= 0.1
    assert alarmed(quiet, limit - 2).mean() > 0.1


def test_a_delay_runs_from_the_change_to_the_first_alarm_after_it() -> None:
    scores = np.array([[0, 0, 0, 9.0], [0, 9, 0, 0], [0, 0, 0, 0]])

    found = delays(scores, DAYS, np.array([7.0, 7.0, 7.0]), limit=5)

    assert found.days.tolist() == [14.0, 0.0, np.inf]


def test_who_was_alarmed_before_the_change_was_not_detected_by_it() -> None:
    found = delays(np.array([[9.0, 9, 9, 9]]), DAYS, np.array([14.0]), limit=5)

    assert found.days.tolist() == [np.inf]


def test_quartiles_count_those_never_seen() -> None:
    found = Delays(np.array([10.0, 20, 30, np.inf]))

    assert found.quartiles() == (10.0, 20.0, 30.0)
    assert Delays(np.array([10.0, np.inf, np.inf, np.inf])).quartiles() == (10.0, np.inf, np.inf)
    assert found.within(20).mean() == pytest.approx(0.5)
