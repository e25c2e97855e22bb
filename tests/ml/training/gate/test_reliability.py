"""True probabilities look true, others do not, and few answers are forgiven more."""

import numpy as np
import pytest

from ml.training.gate.reliability import Reliability, reliability


def test_true_probabilities_stay_within_chance() -> None:
    random = np.random.default_rng(1)
    said = random.random(5_000).astype(np.float32)

    found = reliability(said, random.random(5_000) < said)

    assert found.error < found.by_chance < 0.03
    assert found.said == pytest.approx(found.happened, abs=0.06)


def test_what_is_said_too_high_is_seen_and_by_how_much() -> None:
    random = np.random.default_rng(2)
    said = random.random(5_000).astype(np.float32)

    found = reliability(said, random.random(5_000) < said / 2)

    assert found.error == pytest.approx(0.25, abs=0.02)
    assert "where 0.9" in found.worst()


def test_few_answers_leave_much_to_chance() -> None:
    said = np.full(20, 0.5, np.float32)
    assert reliability(said, said > 1).by_chance > 0.2


def test_a_certain_hit_is_without_error() -> None:
    found = reliability(np.ones(3, np.float32), np.ones(3, np.bool_))

    assert (found.error, found.by_chance) == (0.0, 0.0)
    assert found.said == (1.0, 1.0, 1.0)


def test_the_worst_place_is_where_the_gap_is_widest_not_where_most_is_said() -> None:
    found = Reliability((0.2, 0.9), (0.6, 0.85), error=0.2, by_chance=0.1)

    assert found.worst() == "where 0.200 was said, 0.600 happened"
