"""The ranker is taught what came, never what it was shown, and answers probabilities."""

from datetime import UTC, datetime

import numpy as np
import pytest

from ml.model.bundle import Bundle
from ml.model.features import FEATURES
from ml.model.ranker import Ranker
from ml.training.artefacts import fit_artefacts
from ml.training.factors import FactorConfig
from ml.training.purchases import Purchases, purchases_of
from ml.training.ranker_training import (
    NEGATIVE_SHARE,
    RankerConfig,
    Samples,
    joined,
    train_ranker,
    window_samples,
)
from ml.training.windows import Window, windows
from tests.ml.shopping import checkered

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
    # every one of 20 items is a candidate of everybody, but for what was shown
    everything = 20 * len(taught[2].truth)
    assert found.weights.sum() == pytest.approx(everything, rel=0.1)


def test_some_show_a_part_of_their_basket(taught: tuple[Bundle, Purchases, Window]) -> None:
    found = samples(taught)

    knows_basket = ~np.isnan(found.values[:, FEATURES.index("complement")])
    assert 0.1 < knows_basket.mean() < 0.5
    # what was shown is no candidate, so fewer than all items bought are labels
    bought = sum(map(len, taught[2].truth.values()))
    assert 0.7 * bought < found.labels.sum() < bought


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
