"""Repeat rates and gaps, shrunk, counted by hand."""

import numpy as np
import pytest

from ml.training.artefacts.purchases import purchases_of
from ml.training.artefacts.rhythms import (
    GAP_PRIOR_GAPS,
    REPEAT_PRIOR_BUYERS,
    UNKNOWN_GAP_LOG_MEAN,
    rhythms,
)
from tests.ml.shopping import dataset_of


def test_repeat_rates_are_shrunk_to_that_of_all_items() -> None:
    # tea: one of two buyers again; soap: none of one. Over all: one of three.
    purchases = purchases_of(
        dataset_of({"ann": [(0, ["tea"]), (7, ["tea"])], "bob": [(0, ["soap", "tea"])]})
    )

    found = rhythms(purchases).repeat_rates

    prior = REPEAT_PRIOR_BUYERS
    expected = [(0 + prior / 3) / (1 + prior), (1 + prior / 3) / (2 + prior)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_gaps_are_shrunk_to_the_mean_of_all() -> None:
    purchases = purchases_of(
        dataset_of(
            {
                "ann": [(0, ["tea"]), (2, ["tea"]), (4, ["tea"])],
                "bob": [(0, ["soap"]), (32, ["soap"])],
            }
        )
    )

    found = rhythms(purchases)

    mean = (2 * np.log(2) + np.log(32)) / 3
    assert found.gap_log_mean == pytest.approx(mean)
    soap, tea = found.gap_log_means
    assert tea == pytest.approx((2 * np.log(2) + GAP_PRIOR_GAPS * mean) / (2 + GAP_PRIOR_GAPS))
    assert soap == pytest.approx((np.log(32) + GAP_PRIOR_GAPS * mean) / (1 + GAP_PRIOR_GAPS))
    assert np.log(2) < tea < mean < soap < np.log(32)


def test_a_gap_lies_between_purchases_of_the_item_whatever_lies_between() -> None:
    purchases = purchases_of(dataset_of({"ann": [(0, ["tea"]), (3, ["soap"]), (8, ["tea"])]}))

    assert rhythms(purchases).gap_log_mean == pytest.approx(np.log(8))


def test_where_nobody_came_back_a_month_is_assumed() -> None:
    found = rhythms(purchases_of(dataset_of({"ann": [(0, ["tea"])]})))

    assert found.gap_log_mean == UNKNOWN_GAP_LOG_MEAN
    assert (found.gap_log_stds > 0).all()


def test_equal_gaps_leave_a_spread() -> None:
    found = rhythms(purchases_of(dataset_of({"ann": [(day, ["tea"]) for day in range(0, 70, 7)]})))

    assert found.gap_log_std > 0
    assert (found.gap_log_stds > 0).all()
