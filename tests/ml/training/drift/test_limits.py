"""Limits let through what chance does, and little more."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.drift import SMOOTHING, stability_indexes
from ml.training.drift.limits import (
    FALSE_ALARM_SHARE,
    Chance,
    group_spread,
    learned_chance,
    limit_line,
)

TRUTH = np.array([0.05, 0.1, 0.15, 0.2, 0.2, 0.15, 0.1, 0.05])
REFERENCE_ANSWERS = 3_000


def false_alarms(answers: int, *, rho: float = 0.0, references: int = 20) -> float:
    """Return how many of many windows without drift pass the limit of a reference, on average.

    Each reference is counted over answers of its own, as a training run counts them.
    """
    generator = np.random.default_rng(answers)
    passed, windows = 0, 2_000
    for _ in range(references):
        counts = generator.multinomial(REFERENCE_ANSWERS, TRUTH)
        line = limit_line(counts, Chance(rho), only_rises=False, generator=generator)
        truths: NDArray[np.float64] = np.tile(TRUTH, (windows, 1))
        if rho:
            truths = generator.dirichlet(TRUTH * (1 - rho) / rho, windows)
        drawn = generator.multinomial(answers, truths).astype(np.float64)
        shares = (counts + SMOOTHING) / (counts + SMOOTHING).sum()
        indexes = stability_indexes(drawn, shares, only_rises=False)
        passed += int((indexes > line.floor + line.slope / answers).sum())
    return passed / (windows * references)


@pytest.mark.parametrize("answers", [100, 300, 1_000])
def test_windows_without_drift_pass_the_limit_about_as_rarely_as_declared(answers: int) -> None:
    # of 40,000 windows 40 are declared to; the line lies a little above some sizes
    assert 0.2 * FALSE_ALARM_SHARE < false_alarms(answers) < 2 * FALSE_ALARM_SHARE


def test_a_large_window_is_not_blamed_for_the_chance_in_the_reference() -> None:
    # one reference is as good as one draw here, so only that alarms do not abound can be seen
    assert false_alarms(100_000) < 2 * FALSE_ALARM_SHARE


def test_days_that_differ_are_allowed_for() -> None:
    rho = 0.01
    assert false_alarms(2_000, rho=rho, references=10) < 2 * FALSE_ALARM_SHARE
    tight = limit_line(
        np.round(TRUTH * REFERENCE_ANSWERS).astype(np.int64),
        Chance(),
        only_rises=False,
        generator=np.random.default_rng(0),
    )
    days = np.random.default_rng(1).dirichlet(TRUTH * (1 - rho) / rho, 1_000)
    drawn = np.random.default_rng(2).multinomial(2_000, days).astype(np.float64)
    passed = stability_indexes(drawn, TRUTH, only_rises=False) > tight.floor + tight.slope / 2_000
    assert passed.mean() > 0.5  # without the allowance most days would be told


def test_an_unknown_item_where_there_never_was_one_is_no_drift_yet() -> None:
    counts = np.array([2_000, 0, 0, 0])
    line = limit_line(counts, Chance(), only_rises=True, generator=np.random.default_rng(0))
    shares = (counts + SMOOTHING) / (counts + SMOOTHING).sum()

    def drifts(unknown: int) -> bool:
        window = np.array([[1_000.0 - unknown, unknown, 0, 0]])
        index = stability_indexes(window, shares, only_rises=True)[0]
        return bool(index > line.floor + line.slope / 1_000)

    assert not drifts(1)
    assert drifts(50)


@pytest.mark.parametrize("rho", [0.0, 0.01, 0.05])
def test_how_days_differ_is_found_again(rho: float) -> None:
    generator = np.random.default_rng(3)
    shares = generator.dirichlet(TRUTH * (1 - rho) / rho, 60) if rho else np.tile(TRUTH, (60, 1))
    counts = generator.multinomial(200, shares)
    bins = np.concatenate([np.repeat(np.arange(len(TRUTH)), each) for each in counts])
    days = np.repeat(np.arange(60), 200)
    assert group_spread(bins, days) == pytest.approx(rho, abs=0.002 + 0.3 * rho)


def test_how_groups_differ_beyond_chance_by_hand() -> None:
    # ten days of eight answers, 6:2 and 2:6 by turns: chi-square per answer .25, of which chance
    # explains 1/8 - 1/80, and rho is 8 (.25 - .1125) / 7
    days = np.repeat(np.arange(10), 8)
    bins = np.tile([0] * 6 + [1] * 2 + [0] * 2 + [1] * 6, 5)

    assert group_spread(bins, days) == pytest.approx(8 * (0.25 - 0.1125) / 7)


def test_a_few_days_or_a_single_bin_say_nothing_about_days() -> None:
    bins = np.array([0] * 50 + [1] * 50)
    assert group_spread(bins, np.repeat([0, 1], 50)) == 0
    assert group_spread(np.zeros(700, np.int64), np.repeat(np.arange(7), 100)) == 0


def test_four_equal_answers_about_each_customer_count_for_one() -> None:
    generator = np.random.default_rng(4)
    customers = np.repeat(np.arange(500), 4)
    days = np.zeros(2_000, np.int64)
    alike = np.repeat(generator.choice(8, 500, p=TRUTH), 4)
    unlike = generator.choice(8, 2_000, p=TRUTH)
    assert learned_chance(unlike, days=days, customers=customers).design_effect < 1.2
    alike_chance = learned_chance(alike, days=days, customers=customers)
    assert alike_chance.design_effect == pytest.approx(4, abs=0.05)


def test_a_limit_is_wider_where_customers_are_asked_about_again_and_again() -> None:
    counts = np.full(8, 250)
    lines = [
        limit_line(counts, Chance(0.0, effect), only_rises=False, generator=generator)
        for effect, generator in ((effect, np.random.default_rng(0)) for effect in (1.0, 3.0))
    ]
    assert lines[1].floor == pytest.approx(3 * lines[0].floor, rel=0.2)
    assert lines[1].slope == pytest.approx(3 * lines[0].slope, rel=0.2)
