"""The ranker is taught what came, never what it was shown, and answers probabilities."""

from datetime import UTC, datetime

import numpy as np
import pytest

from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Moment
from ml.model.features import FEATURES, feature_table
from ml.model.history import empty_history
from ml.model.index import build_index
from ml.model.ranker import Ranker
from ml.training.artefacts.bundle_arrays import fit_artefacts
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.lessons.ranker_training import RankerConfig, train_ranker
from ml.training.lessons.samples import (
    NEGATIVE_SHARE,
    NEWCOMER_SHARE,
    RECENT_SHARE,
    REVEALED_SHARE,
    Samples,
    joined,
    window_samples,
)
from ml.training.lessons.windows import Window, windows
from tests.ml.shopping import checkered, dataset_of

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def taught() -> tuple[Bundle, Purchases, Window]:
    window = next(windows(checkered(customers=120), NOW, count=1))
    purchases = purchases_of(window.history)
    bundle = fit_artefacts(purchases, {}, FactorConfig(factors=8, iterations=3))
    return bundle, purchases, window


def samples(taught: tuple[Bundle, Purchases, Window], *, seed: int = 0, most: int = 999) -> Samples:
    random = np.random.default_rng(seed)
    return window_samples(*taught, max_customers=most, generator=random)


def test_weights_stand_for_the_negatives_that_were_left_out(
    taught: tuple[Bundle, Purchases, Window],
) -> None:
    found = samples(taught)

    assert found.values.shape == (len(found.labels), len(FEATURES))
    assert set(found.weights[found.labels == 1].tolist()) == {1.0}
    np.testing.assert_allclose(found.weights[found.labels == 0], 1 / NEGATIVE_SHARE)
    # every one of 20 items is a candidate of everybody, but for what was shown; some come twice
    everything = 20 * len(taught[2].truth) * (1 + NEWCOMER_SHARE + RECENT_SHARE + REVEALED_SHARE)
    assert found.weights.sum() == pytest.approx(everything, rel=0.1)


def test_some_show_a_part_of_their_basket(taught: tuple[Bundle, Purchases, Window]) -> None:
    found = samples(taught)

    knows_basket = ~np.isnan(found.values[:, FEATURES.index("complement")])
    assert 0.05 < knows_basket.mean() < 0.3
    # what was shown is no candidate, so fewer than all items bought are labels
    bought = sum(map(len, taught[2].truth.values()))
    most = bought * (1 + NEWCOMER_SHARE + RECENT_SHARE + REVEALED_SHARE)
    assert 0.8 * most < found.labels.sum() < most


def test_only_so_many_customers_are_asked(taught: tuple[Bundle, Purchases, Window]) -> None:
    few, all_ = samples(taught, most=10), samples(taught)

    assert len(few.labels) < len(all_.labels) / 5


def test_the_same_seed_teaches_the_same(taught: tuple[Bundle, Purchases, Window]) -> None:
    one, two = samples(taught, seed=5), samples(taught, seed=5)

    np.testing.assert_array_equal(one.values, two.values)
    config = RankerConfig(trees=5)
    assert train_ranker(one, config, seed=1) == train_ranker(two, config, seed=1)


def test_scores_are_probabilities_although_negatives_were_thinned(
    taught: tuple[Bundle, Purchases, Window],
) -> None:
    found = joined([samples(taught, seed=seed) for seed in range(3)])
    ranker = Ranker(train_ranker(found, RankerConfig(trees=40, leaves=7), seed=0))

    probabilities = ranker.probabilities(found.values)

    share = np.average(found.labels, weights=found.weights)
    assert np.average(probabilities, weights=found.weights) == pytest.approx(share, rel=0.05)
    assert probabilities[found.labels == 1].mean() > 2 * probabilities[found.labels == 0].mean()


def test_some_are_asked_about_once_more_as_newcomers_or_as_of_late(
    taught: tuple[Bundle, Purchases, Window],
) -> None:
    found = samples(taught)

    baskets = np.expm1(found.values[:, FEATURES.index("basket_count")]).round()
    customers_worth = found.weights / 20  # everybody has about 20 candidates
    newcomers = customers_worth[baskets == 0].sum() / len(taught[2].truth)
    recent = customers_worth[(baskets >= 1) & (baskets <= 3)].sum() / len(taught[2].truth)
    assert newcomers == pytest.approx(NEWCOMER_SHARE, abs=0.06)
    assert recent == pytest.approx(RECENT_SHARE, abs=0.06)
    own = found.values[baskets == 0, FEATURES.index("own")]
    assert not own.any()


def test_where_everybody_has_a_history_a_newcomer_is_still_answered_by_popularity() -> None:
    random = np.random.default_rng(3)
    shares = np.concatenate([np.linspace(0.5, 0.05, 10), np.full(30, 0.01)])
    names = [f"item-{place:02d}" for place in range(40)]
    baskets = {
        f"customer-{customer:03d}": [
            (day, held)
            for day in range(int(random.integers(0, 9)), 181, 9)
            if (held := [names[place] for place in np.flatnonzero(random.random(40) < shares)])
        ]
        for customer in range(300)
    }
    moments = windows(dataset_of(baskets), NOW, count=2)
    parts = []
    for window in moments:
        purchases = purchases_of(window.history)
        bundle = fit_artefacts(purchases, {}, FactorConfig(factors=8, iterations=3))
        parts.append(samples((bundle, purchases, window)))
    ranker = Ranker(train_ranker(joined(parts), RankerConfig(trees=60), seed=0))

    candidates = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    found = candidates.generate(empty_history(), Moment())
    table = feature_table(bundle, empty_history(), found, window.now_seconds)
    probabilities = ranker.probabilities(table.values)

    truth = np.array([shares[names.index(each)] for each in found.item_ids])
    assert np.corrcoef(probabilities, truth)[0, 1] > 0.9
    top = int(probabilities.argmax())
    assert probabilities[top] == pytest.approx(truth[top], rel=0.4)
