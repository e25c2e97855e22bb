"""Trees asked through LightGBM's C interface answer as its Python package does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.trees import Trees, TreesError

COLUMNS = 6


@pytest.fixture(scope="module")
def booster() -> lightgbm.Booster:
    random = np.random.default_rng(7)
    values = random.random((600, COLUMNS)).astype(np.float32)
    values[random.random(values.shape) < 0.2] = np.nan
    wanted = np.nan_to_num(values[:, 0]) + np.nan_to_num(values[:, 1]) > 0.8
    parameters = {"objective": "binary", "num_leaves": 7, "verbosity": -1, "num_threads": 1}
    return lightgbm.train(parameters, lightgbm.Dataset(values, wanted), num_boost_round=12)


@pytest.fixture(scope="module")
def trees(booster: lightgbm.Booster) -> Trees:
    return Trees(booster.model_to_string())


def rows(count: int) -> NDArray[np.float32]:
    random = np.random.default_rng(count)
    values = random.random((count, COLUMNS)).astype(np.float32)
    values[random.random(values.shape) < 0.3] = np.nan
    return values


@pytest.mark.parametrize("count", [1, 2, 133])
def test_the_answers_are_those_of_the_python_package(
    booster: lightgbm.Booster, trees: Trees, count: int
) -> None:
    values = rows(count)
    expected = np.asarray(booster.predict(values, num_threads=1), np.float32)
    assert np.array_equal(trees.probabilities(values), expected)
    odds = np.asarray(booster.predict(values, raw_score=True, num_threads=1), np.float32)
    assert np.array_equal(trees.log_odds(values), odds)


def test_what_all_trees_say_is_the_sum_of_what_the_first_and_the_others_say(trees: Trees) -> None:
    values = rows(50)
    parts = trees.log_odds(values, count=5) + trees.log_odds(values, first=5)
    np.testing.assert_allclose(parts, trees.log_odds(values), rtol=1e-5)
    assert len(trees) == 12


def test_it_does_not_matter_how_the_rows_lie_in_memory(trees: Trees) -> None:
    values = rows(20)
    expected = trees.probabilities(values)
    assert np.array_equal(trees.probabilities(np.asfortranarray(values)), expected)
    assert np.array_equal(trees.probabilities(rows(20).repeat(2, axis=0)[::2]), expected)
    assert np.array_equal(trees.probabilities(values.astype(np.float64)), expected)


def test_no_rows_get_no_answers(trees: Trees) -> None:
    assert trees.probabilities(rows(0)).shape == (0,)
    assert trees.log_odds(rows(0)).shape == (0,)


def test_many_threads_may_ask_at_once(trees: Trees) -> None:
    asked = [rows(count) for count in range(1, 40)]
    expected = [trees.probabilities(each) for each in asked]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(trees.probabilities, asked * 5))
    assert all(map(np.array_equal, found, expected * 5))


def test_rows_of_another_width_are_refused(trees: Trees) -> None:
    with pytest.raises(TreesError, match="3 features"):
        trees.probabilities(rows(2)[:, :3])


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(TreesError):
        Trees("not a model")


def without(text: str, start: str, end: str) -> str:
    """Return the text but what lies from the one mark on and before the other."""
    return text[: text.index(start)] + text[text.index(end) :]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text.replace("leaf_value=", "leaf_value=0 ", 1), "Check failed"),
        (lambda text: text.replace("left_child=", "leftchild=", 1), "left_child"),
        (lambda text: text.replace("leaf_value=", "leaf_worth=", 1), "should contain leaf_value"),
        (lambda text: text[: text.index("Tree=6\n")], "cut off"),
        (lambda text: text[: text.index("leaf_value=")], "cut off"),
        (lambda text: text.replace("tree_sizes=", "tree_size=", 1), "cut off"),
        (lambda text: without(text, "Tree=6\n", "Tree=7\n"), "fewer trees"),
    ],
)
def test_a_malformed_tree_is_refused_and_the_process_lives(
    booster: lightgbm.Booster, damage: Callable[[str], str], says: str
) -> None:
    with pytest.raises(TreesError, match=says):
        Trees(damage(booster.model_to_string()))


def test_trees_that_give_a_row_several_answers_are_refused() -> None:
    values, wanted = rows(90), np.arange(90) % 3
    parameters = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    several = lightgbm.train(parameters, lightgbm.Dataset(values, wanted), num_boost_round=1)
    with pytest.raises(TreesError, match="3 classes"):
        Trees(several.model_to_string())
