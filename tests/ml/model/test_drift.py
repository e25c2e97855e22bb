"""A reference of drift: bins, the index against them, the limit, and the form it travels in."""

import dataclasses
import json
import math

import numpy as np
import pytest

from ml.model.drift import SMOOTHING, DriftReference, Statistic

AGE = Statistic("history_length", (1.0, 5.0), (0.5, 0.3, 0.2), limit_floor=0.02, limit_slope=30.0)
NEWS = Statistic("unknown_items", (0.0,), (0.9, 0.1), limit_floor=0.0, limit_slope=10.0)
REFERENCE = DriftReference(1_000, np.eye(2, 4, dtype=np.float32), (AGE, NEWS))


@pytest.mark.parametrize(
    ("value", "number"), [(0, 0), (1, 0), (1.5, 1), (5, 1), (6, 2), (math.inf, 2)]
)
def test_a_bin_reaches_up_to_its_edge(value: float, number: int) -> None:
    assert AGE.bin_of(value) == number


def test_a_window_like_the_reference_has_no_index() -> None:
    assert AGE.index([500_000, 300_000, 200_000]) == pytest.approx(0, abs=1e-9)


def test_the_index_is_that_of_the_textbook() -> None:
    # shares .2, .3, .5 against .5, .3, .2: twice .3 ln 2.5
    assert AGE.index([200_000, 300_000, 500_000]) == pytest.approx(0.6 * math.log(2.5), abs=1e-4)


def test_an_empty_bin_is_far_away_but_not_endlessly() -> None:
    share = SMOOTHING / (100 + 3 * SMOOTHING)
    lost = (share - 0.5) * math.log(share / 0.5)
    assert AGE.index([0, 60, 40]) > lost > 2


def test_fewer_unknown_items_than_expected_are_no_drift_and_more_are() -> None:
    assert NEWS.index([1_000, 0]) == 0
    assert NEWS.index([700, 300]) > 0.2


def test_the_limit_is_wider_for_fewer_answers() -> None:
    assert AGE.limit(100) == pytest.approx(0.32)
    assert AGE.limit(1e9) == pytest.approx(0.02, abs=1e-6)


def test_a_reference_comes_back_as_it_went() -> None:
    back = DriftReference.from_json(REFERENCE.to_json(), factors=4)
    assert back.statistics == REFERENCE.statistics
    assert back.answers == 1_000
    assert np.array_equal(back.axes, REFERENCE.axes)
    assert back.to_json() == REFERENCE.to_json()


def spoiled(**changes: object) -> str:
    """Return the reference with one statistic changed."""
    content = json.loads(REFERENCE.to_json())
    content["statistics"][0] |= changes
    return json.dumps(content)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not a reference"),
        ("[]", "not a reference"),
        ('{"answers": 1, "axes": [], "statistics": [1]}', "not a reference"),
        (spoiled(edges=[5.0, 1.0]), "not ascending"),
        (spoiled(edges=[1.0]), "3 shares for 1 edges"),
        (spoiled(shares=[0.5, 0.5, 0.0]), "not positive"),
        (spoiled(shares=[0.5, 0.5, 0.5]), "sum to 1"),
        (spoiled(shares=["many", 0.5, 0.5]), "not finite"),
        (spoiled(limit_slope=-1), "negative"),
        (spoiled(limit_floor=math.nan), "not finite"),
        (spoiled(edges=list(range(30)), shares=[1 / 31] * 31), "31 shares"),
        (spoiled(name="unknown_items"), "occurs twice"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        DriftReference.from_json(text, factors=4)


def test_axes_must_fit_the_factors_and_be_finite() -> None:
    with pytest.raises(ValueError, match="not a reference"):
        DriftReference.from_json(REFERENCE.to_json(), factors=3)
    endless = dataclasses.replace(REFERENCE, axes=np.full((1, 4), np.inf, np.float32))
    with pytest.raises(ValueError, match="not finite"):
        DriftReference.from_json(endless.to_json(), factors=4)
