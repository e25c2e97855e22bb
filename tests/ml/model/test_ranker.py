"""The ranker answers probabilities, and its parts sum to them."""

import numpy as np
import pytest

from ml.model.bundle import BundleError
from ml.model.features import FEATURES, GROUPS
from ml.model.ranker import FINALISTS, FIRST_TREES, Ranker
from ml.model.trees import Trees
from ml.training.lessons.ranker_training import RankerConfig, train_ranker
from ml.training.lessons.samples import Samples
from tests.models import small_ranker


def long_ranker() -> str:
    """Return more trees than are asked about every row."""
    values = rows(2_000)
    wanted = values[:, :3].sum(axis=1) + np.random.default_rng(2).random(len(values)) > 2
    samples = Samples(values, wanted.astype(np.float32), np.ones(len(values), np.float32))
    return train_ranker(samples, RankerConfig(trees=FIRST_TREES + 20, leaves=7), seed=0)


def rows(count: int = 50) -> np.ndarray:
    return np.random.default_rng(1).random((count, len(FEATURES))).astype(np.float32)


def test_scores_are_probabilities() -> None:
    found = Ranker(small_ranker()).probabilities(rows())

    assert found.shape == (50,)
    assert ((found > 0) & (found < 1)).all()


def test_of_many_rows_the_best_by_the_first_trees_are_asked_of_all() -> None:
    text = long_ranker()
    ranker, trees, values = Ranker(text), Trees(text), rows(200)
    first = trees.log_odds(values, count=FIRST_TREES)
    finalists = np.argsort(-first)[:FINALISTS]
    left = np.setdiff1d(np.arange(200), finalists)

    found = ranker.probabilities(values)

    every = trees.probabilities(values)
    np.testing.assert_allclose(found[finalists], every[finalists], rtol=1e-5)
    np.testing.assert_allclose(found[left], 1 / (1 + np.exp(-first[left])), rtol=1e-5)
    assert not np.allclose(found[left], every[left], rtol=1e-3)


def test_of_few_rows_all_trees_are_asked() -> None:
    text, values = long_ranker(), rows(FINALISTS)

    assert np.array_equal(Ranker(text).probabilities(values), Trees(text).probabilities(values))


def test_no_rows_have_no_scores() -> None:
    assert len(Ranker(small_ranker()).probabilities(rows(0))) == 0


def test_contributions_and_a_constant_sum_to_the_log_odds() -> None:
    ranker, values = Ranker(small_ranker()), rows()

    parts = ranker.contributions(values)

    assert list(parts) == list(GROUPS)
    probabilities = ranker.probabilities(values).astype(np.float64)
    constant = np.log(probabilities / (1 - probabilities)) - sum(parts.values())
    np.testing.assert_allclose(constant, constant[0], atol=1e-4)


@pytest.mark.parametrize(
    "text", ["", "tree\nversion=v4\n", small_ranker().replace("own_count", "other")]
)
def test_what_is_no_ranker_over_our_features_is_refused(text: str) -> None:
    with pytest.raises(BundleError) as refusal:
        Ranker(text)
    assert refusal.value.reason == "BAD_VALUE"
