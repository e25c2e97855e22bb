"""What a model looks like in use: of nobody in particular, the same again for the same data."""

import dataclasses

import numpy as np
import pytest

from ml.model.drift import ANSWER_STATISTICS, VECTOR_STATISTICS, DriftReference
from ml.training.drift.reference import drift_reference, principal_axes, quantile_edges
from ml.training.lessons.windows import end_of
from tests.ml.training.tea_shop import anything, tea_shop
from tests.models import small_bundle

SHOP = tea_shop(customers=200)


def reference(*, days: int = 45) -> DriftReference | None:
    return drift_reference(small_bundle(), SHOP, end_of(SHOP), horizon_days=days)


@pytest.fixture(scope="module")
def made() -> DriftReference:
    found = reference()
    assert found is not None
    return found


def test_it_holds_every_statistic_over_the_visits_of_the_horizon(made: DriftReference) -> None:
    assert [each.name for each in made.statistics] == [*ANSWER_STATISTICS, *VECTOR_STATISTICS]
    assert 600 < made.answers < 900  # 200 customers, some of them new, every nine days
    for each in made.statistics:
        assert sum(each.shares) == pytest.approx(1)
        assert each.limit(1_000) < each.limit(200) < 5


def test_the_same_data_give_the_same_bytes(made: DriftReference) -> None:
    again = reference()
    assert again is not None
    assert again.to_json() == made.to_json()


def test_too_few_visits_make_no_reference() -> None:
    assert reference(days=3) is None


def test_undated_data_have_visits_too() -> None:
    undated = dataclasses.replace(
        SHOP, description=dataclasses.replace(SHOP.description, dated=False)
    )
    found = drift_reference(small_bundle(), undated, None, horizon_days=45)
    assert found is not None
    assert found.answers > 150  # of 200 customers those who came twice


def test_a_bin_of_many_values_holds_about_a_tenth_of_the_answers(made: DriftReference) -> None:
    (axis,) = [each for each in made.statistics if each.name == "vector_axis_1"]
    assert len(axis.shares) == 12  # with two outer bins, that are empty
    assert all(0.09 < share < 0.11 for share in axis.shares[1:-1])
    assert max(axis.shares[0], axis.shares[-1]) < 0.01


def test_an_item_first_sold_this_week_counts_as_unknown() -> None:
    def share_without(days: int) -> float:
        shop = tea_shop(customers=300, days=days, choose=anything)
        found = drift_reference(small_bundle(), shop, end_of(shop), horizon_days=20)
        assert found is not None
        (unknown,) = [each for each in found.statistics if each.name == "unknown_items"]
        return unknown.shares[0]

    assert share_without(days=100) > 0.99  # all forty items were sold long ago
    assert share_without(days=20) < 0.9  # some visits lie in the shop's first week


def test_axes_are_the_directions_in_which_items_lie() -> None:
    factors = np.zeros((30, 5), np.float32)
    factors[:20, 3] = -2
    factors[20:, 1] = 1
    axes = principal_axes(factors)
    assert axes[:2].tolist() == [[0, 0, 0, 1, 0], [0, 1, 0, 0, 0]]


def test_equal_values_share_a_bin() -> None:
    edges = quantile_edges(np.array([1.0] * 50 + [2.0] * 50))
    assert edges[1:].tolist() == [1, 2]
    assert np.searchsorted(edges, [0.5, 1, 2, 3]).tolist() == [0, 1, 2, 3]
