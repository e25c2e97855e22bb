"""Bootstrap intervals against what is known of a mean."""

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.intervals import Estimate, bootstrap_mean, paired_difference


def frame(values: list[float], names: list[str] | None = None) -> pd.DataFrame:
    index = pd.Index(names or [f"customer-{n:04d}" for n in range(len(values))])
    return pd.DataFrame({"recall@10": values}, index=index)


def test_equal_values_leave_no_doubt() -> None:
    assert bootstrap_mean(frame([0.5] * 20))["recall@10"] == Estimate(0.5, 0.5, 0.5)


def test_the_interval_is_about_two_standard_errors_each_way() -> None:
    values = np.random.default_rng(0).normal(0.3, 0.2, 400).tolist()

    found = bootstrap_mean(frame(values))["recall@10"]

    error = np.std(values) / np.sqrt(len(values))
    assert found.mean == pytest.approx(np.mean(values))
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_more_certainty_takes_a_wider_interval() -> None:
    values = frame(np.random.default_rng(0).normal(0.3, 0.2, 400).tolist())

    narrow, wide = (bootstrap_mean(values, level=each)["recall@10"] for each in (0.95, 0.99))

    # a normal mean's 99 % interval is 2.576 / 1.960 times as wide as its 95 % interval
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(1.314, rel=0.08)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = frame(np.random.default_rng(0).random(100).tolist())

    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean(values, seed=3) != bootstrap_mean(values, seed=4)


def test_a_customer_of_several_folds_is_drawn_whole() -> None:
    # two rows that always come together are as doubtful as one
    once = bootstrap_mean(frame([0.0, 1.0, 0.0, 1.0], ["a", "b", "c", "d"]))
    twice = bootstrap_mean(frame([0.0, 1.0, 0.0, 1.0] * 2, ["a", "b", "c", "d"] * 2))

    assert once == twice


def test_a_pair_that_always_differs_by_the_same_is_sure() -> None:
    noise = np.random.default_rng(0).random(50)

    lead = paired_difference(frame((noise + 0.01).tolist()), frame(noise.tolist()))["recall@10"]

    assert lead.mean == pytest.approx(0.01)
    assert lead.is_above_zero
    assert lead.high - lead.low < 1e-9


def test_other_customers_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="same customers"):
        paired_difference(frame([1.0], ["ann"]), frame([1.0], ["bob"]))


def test_nobody_has_no_mean() -> None:
    with pytest.raises(ValueError, match="nobody"):
        bootstrap_mean(frame([]))


def test_weights_give_every_fold_the_same_say() -> None:
    # a fold of three customers who score 0 and one of a single customer who scores 1
    values = frame([0.0, 0.0, 0.0, 1.0])

    found = bootstrap_mean(values, weights=np.array([1 / 3, 1 / 3, 1 / 3, 1.0]))

    assert found["recall@10"].mean == pytest.approx(0.5)
