"""Features of a customer whose every figure can be worked out by hand."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from ml.model.candidates import SOURCES, CandidateGenerator, Candidates, Moment
from ml.model.features import FEATURES, GROUPS, FeatureTable, feature_table
from ml.model.history import History, empty_history, history_of_baskets
from ml.model.household import at_home
from ml.model.index import build_index
from ml.model.ranker import Ranker
from tests.models import AS_OF_SECONDS, small_bundle

DAY = 86_400
NOW = AS_OF_SECONDS
HISTORY = history_of_baskets([(NOW - 14 * DAY, ["tea-0"]), (NOW - 7 * DAY, ["tea-0", "coffee-1"])])


@cache
def table(current_basket: tuple[str, ...] = ()) -> FeatureTable:
    return table_of(HISTORY, current_basket)


def table_of(history: History, current_basket: tuple[str, ...] = ()) -> FeatureTable:
    """Return the features of a history, whose own items are all candidates."""
    bundle = small_bundle()
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    found = generator.generate(history, Moment(current_basket=current_basket))
    assert found.item_ids[: len(history.item_ids)] == list(history.item_ids)
    return feature_table(bundle, history, found, NOW)


def column(name: str, current_basket: tuple[str, ...] = ()) -> np.ndarray:
    return table(current_basket).values[:, FEATURES.index(name)]


def test_every_feature_has_a_group_and_a_column() -> None:
    assert sum(map(len, GROUPS.values())) == len(set(FEATURES)) == table().values.shape[1]


def test_habit_is_counted() -> None:
    assert column("own")[:3].tolist() == [1, 1, 0]
    assert column("own_count")[:2].tolist() == [2, 1]
    assert column("own_share")[:2].tolist() == [1.0, 0.5]
    assert column("recency_50")[:2].tolist() == [1.5, 1.0]
    assert column("baskets_since")[:2].tolist() == [0, 0]


def test_a_rate_is_counted_from_the_first_purchase_on() -> None:
    history = history_of_baskets(
        [
            (NOW - 21 * DAY, ["tea-0"]),
            (NOW - 14 * DAY, ["coffee-1"]),
            (NOW - 7 * DAY, ["coffee-1"]),
        ]
    )
    values = table_of(history).values
    rate = dict(zip(history.item_ids, values[:, FEATURES.index("own_rate")], strict=False))

    assert rate == pytest.approx({"coffee-1": 2 / 2, "tea-0": 1 / 3})


def test_older_baskets_fade_by_three_rates() -> None:
    found = {name: column(name)[0] for name in ("recency_50", "recency_80", "recency_95")}
    assert found == pytest.approx({"recency_50": 1.5, "recency_80": 1.8, "recency_95": 1.95})


def test_timing_is_measured_from_now() -> None:
    assert np.exp(column("days_since")[:2]) == pytest.approx([7, 7])
    assert np.expm1(column("days_known")[:2]) == pytest.approx([14, 7])
    assert table().timing.days_since == pytest.approx([7, 7])
    assert table().own_counts.tolist() == [2, 1]


def test_what_another_brought_home_is_not_due_and_the_own_habit_stays() -> None:
    own, home = table().values, table_of(at_home(HISTORY, {"tea-0": NOW - DAY})).values
    alone, together = (dict(zip(FEATURES, each[0], strict=True)) for each in (own, home))
    assert np.exp(together["days_since"]) == pytest.approx(1)
    assert together["due_z"] < alone["due_z"]
    assert together["due_ratio"] < alone["due_ratio"]
    by_home = [FEATURES.index(name) for name in ("days_since", "due_z", "due_ratio")]
    assert np.array_equal(
        np.delete(own, by_home, axis=1), np.delete(home, by_home, axis=1), equal_nan=True
    )
    assert np.array_equal(own[1:], home[1:], equal_nan=True)


def test_what_was_never_bought_has_no_habit_and_no_timing() -> None:
    for name in ("own_count", "own_share", "recency_95", "days_since", "due_z", "expected_gap"):
        assert np.isnan(column(name)[2:]).all(), name


def test_the_customers_own_rhythm() -> None:
    assert np.expm1(column("basket_count")[0]) == pytest.approx(2)
    assert column("basket_size")[0] == pytest.approx(1.5)
    assert column("last_basket_size")[0] == 2
    assert column("repeat_share")[0] == pytest.approx(1 / 3)
    assert np.exp(column("mean_basket_gap")[0]) == pytest.approx(7)
    assert column("basket_due")[0] == pytest.approx(0, abs=1e-6)


def test_relative_scores_end_at_one() -> None:
    for name in ("latent_relative", "transition_relative", "neighbour_relative"):
        assert np.nanmax(column(name)) == pytest.approx(1)


def test_what_the_regression_expects_most_has_the_first_place() -> None:
    expected, places = column("next"), column("next_place")

    assert sorted(places.tolist()) == list(range(len(places)))
    assert (np.diff(expected[np.argsort(places)]) <= 0).all()
    assert expected[places == 0] > expected[places == len(places) - 1]


def test_a_basket_at_hand_makes_complements_known() -> None:
    assert np.isnan(column("complement")).all()
    assert np.nanmax(column("complement", ("soap-3",))) > 0


def test_a_stranger_has_popularity_and_nothing_else() -> None:
    bundle = small_bundle()
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    found = generator.generate(empty_history(), Moment())

    values = feature_table(bundle, empty_history(), found, NOW).values

    known = {
        name for name, each in zip(FEATURES, values.T, strict=True) if not np.isnan(each).any()
    }
    assert known >= set(GROUPS["popularity"])
    assert np.isfinite(Ranker(bundle.ranker).probabilities(values)).all()


def test_the_items_popularity_is_that_of_its_row() -> None:
    bundle, row = small_bundle(), 1  # coffee-1
    shares = bundle.popularity[row]
    expected = {
        "popular_7": shares[0],
        "popular_28": shares[1],
        "popular_90": shares[2],
        "trend": np.log((shares[1] + 1e-5) / (shares[2] + 1e-5)),
        "present_trend": np.log((shares[0] + 1e-4) / (shares[2] + 1e-4)),
        "item_basket_size": 4,
        "ever_bought": np.log1p(bundle.basket_counts[row]),
        "repeat_rate": bundle.repeat_rates[row],
        "item_gap": np.log(14),
    }
    assert {name: column(name)[1] for name in expected} == pytest.approx(expected)
    assert expected["trend"] < 0


def test_an_item_the_model_never_saw_has_no_popularity_and_the_mean_rhythm() -> None:
    bundle = small_bundle()
    facts = dataclasses.replace(bundle.facts, gap_log_mean=float(np.log(30)), gap_log_std=0.5)
    bundle = dataclasses.replace(bundle, facts=facts)
    history = history_of_baskets([(NOW - 30 * DAY, ["new"])])
    found = Candidates(["new", "tea-0"], np.full((len(SOURCES), 2), np.nan, np.float32), 1)

    features = feature_table(bundle, history, found, NOW)

    new, tea = (dict(zip(FEATURES, row, strict=True)) for row in features.values)
    for name in set(GROUPS["popularity"]) - {"popular_here"}:
        assert np.isnan(new[name]), name
        assert np.isfinite(tea[name]), name
    assert features.timing.expected_gap_days == pytest.approx([30])
    assert new["due_z"] == pytest.approx(0, abs=1e-6)


def test_purchases_that_a_fast_clock_dates_in_the_future_have_finite_features() -> None:
    bundle = small_bundle()
    history = history_of_baskets([(NOW + DAY, ["tea-0"]), (NOW + 3 * DAY, ["tea-0"])])
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    found = generator.generate(history, Moment())

    first = dict(zip(FEATURES, feature_table(bundle, history, found, NOW).values[0], strict=True))

    for name in (*GROUPS["habit"], *GROUPS["timing"], *GROUPS["customer"]):
        assert np.isfinite(first[name]), name
    assert first["days_known"] == 0


def test_a_customer_is_late_after_more_than_the_usual_gap() -> None:
    late, early = customer_at(NOW + 14 * DAY), customer_at(NOW - 5 * DAY)
    assert late["basket_due"] == pytest.approx(np.log(3))
    assert early["basket_due"] == pytest.approx(np.log(2 / 7))
    assert late["days_since_basket"] == pytest.approx(np.log(21))
    assert early["due_ratio"] < 0


def customer_at(now: int) -> dict[str, float]:
    """Return the features of the customer's first item at a moment."""
    bundle = small_bundle()
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    found = generator.generate(HISTORY, Moment())
    values = feature_table(bundle, HISTORY, found, now).values[0]
    return dict(zip(FEATURES, values.tolist(), strict=True))
