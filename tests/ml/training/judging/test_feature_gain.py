"""The gain of a group is the gain of its features."""

import lightgbm
import numpy as np
import pytest

from ml.model.features import FEATURES, GROUPS
from ml.training.judging.feature_gain import gain_by_group


def trees(values: np.ndarray, labels: np.ndarray) -> str:
    data = lightgbm.Dataset(values, labels, feature_name=list(FEATURES))
    options = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 1, "num_threads": 1}
    return str(lightgbm.train(options, data, 5).model_to_string())


def test_the_only_group_that_tells_gets_all() -> None:
    random = np.random.default_rng(0)
    values = np.zeros((200, len(FEATURES)), np.float32)
    values[:, FEATURES.index("own_count")] = random.random(200)
    labels = values[:, FEATURES.index("own_count")] > 0.5

    shares = gain_by_group(trees(values, labels))

    assert shares.pop("habit") == pytest.approx(1)
    assert set(shares.values()) == {0}


def test_trees_without_a_split_gain_nothing() -> None:
    values = np.zeros((10, len(FEATURES)), np.float32)

    shares = gain_by_group(trees(values, np.arange(10) % 2))

    assert shares == dict.fromkeys(GROUPS, 0.0)
