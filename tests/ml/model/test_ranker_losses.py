"""What a group of features is worth to an item."""

import lightgbm
import numpy as np
import pytest

from ml.model.features import FEATURES, GROUPS
from ml.model.ranker import Ranker


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Return a ranker that has learned one thing: the more often bought, the better."""
    random = np.random.default_rng(0)
    values = random.random((400, len(FEATURES)))
    wanted = values[:, FEATURES.index("own_count")] > 0.5
    booster = lightgbm.train(
        {"objective": "binary", "num_leaves": 2, "seed": 0, "num_threads": 1, "verbosity": -1},
        lightgbm.Dataset(values, wanted.astype(int), feature_name=list(FEATURES)),
        num_boost_round=5,
    )
    return Ranker(booster.model_to_string())


def rows(*own_counts: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    values = np.full((len(own_counts), len(FEATURES)), 0.5, np.float32)
    values[:, FEATURES.index("own_count")] = own_counts
    return values


def test_only_the_group_that_the_trees_look_at_is_worth_anything(ranker: Ranker) -> None:
    losses = ranker.losses(rows(0.9))
    assert list(losses) == list(GROUPS)
    assert losses["habit"][0] > 0
    assert all(losses[group][0] == 0 for group in GROUPS if group != "habit")


def test_rows_are_told_apart_and_keep_their_order(ranker: Ranker) -> None:
    both = ranker.losses(rows(0.1, 0.9))["habit"]
    assert both.shape == (2,)
    assert both[1] > both[0]
    assert both[1] == ranker.losses(rows(0.9))["habit"][0]
