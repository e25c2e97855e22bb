"""The ranker answers probabilities, and its parts sum to them."""

import numpy as np
import pytest

from ml.model.bundle import BundleError
from ml.model.features import FEATURES, GROUPS
from ml.model.ranker import Ranker
from tests.models import small_ranker


def rows(count: int = 50) -> np.ndarray:
    return np.random.default_rng(1).random((count, len(FEATURES))).astype(np.float32)


def test_scores_are_probabilities() -> None:
    found = Ranker(small_ranker()).probabilities(rows())

    assert found.shape == (50,)
    assert ((found > 0) & (found < 1)).all()


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
