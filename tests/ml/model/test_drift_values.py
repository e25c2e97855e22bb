"""The values that are watched, on answers a child could measure."""

import numpy as np
import pytest

from ml.model.drift_values import Yardstick, vector_values
from ml.model.history import history_of_baskets
from tests.models import item_ids, small_bundle

BUNDLE = small_bundle()
ITEMS = item_ids()
AXES = np.eye(2, BUNDLE.item_factors.shape[1], dtype=np.float32)
YARDSTICK = Yardstick.of(BUNDLE)
DAY = 86_400


def test_scores_are_those_of_the_best_and_of_the_tenth_item() -> None:
    history = history_of_baskets([(DAY, [ITEMS[0]])])
    probabilities = np.linspace(0.1, 0.9, 17, dtype=np.float32)
    values = YARDSTICK.answer_values(history, ITEMS[:17], probabilities)
    assert values["best_score"] == pytest.approx(0.9)
    assert values["tenth_score"] == pytest.approx(0.45)  # steps of .05


def test_a_short_list_has_its_last_item_for_the_tenth() -> None:
    history = history_of_baskets([(DAY, [ITEMS[0]])])
    values = YARDSTICK.answer_values(history, ITEMS[:2], np.array([0.2, 0.3], np.float32))
    assert values["tenth_score"] == pytest.approx(0.2)


def test_popularity_is_the_share_of_items_that_sell_less() -> None:
    # the first items of a small bundle sell best; 39 of 40 sell less than the very first
    latest = (2 * DAY, [ITEMS[0], ITEMS[39]])
    history = history_of_baskets([(DAY, ITEMS[5:9]), latest])
    values = YARDSTICK.answer_values(history, [ITEMS[0]], np.ones(1, np.float32))
    assert values["list_popularity"] == pytest.approx(39 / 40)
    assert values["basket_popularity"] == pytest.approx((39 / 40 + 0) / 2)


def test_an_item_that_the_model_never_saw_has_sold_nothing() -> None:
    history = history_of_baskets([(DAY, [ITEMS[0]])])
    values = YARDSTICK.answer_values(history, ["new"], np.ones(1, np.float32))
    assert values["list_popularity"] == 0


def test_unknown_items_are_counted_in_the_latest_basket_alone() -> None:
    history = history_of_baskets([(DAY, ["old-new-1"]), (2 * DAY, ["new-1", *ITEMS[:3]])])
    values = YARDSTICK.answer_values(history, ITEMS, np.ones(40, np.float32))
    assert values["unknown_items"] == pytest.approx(0.25)
    assert values["history_length"] == 2


def test_a_basket_of_unknown_items_has_no_popularity() -> None:
    history = history_of_baskets([(DAY, ["new-1"])])
    values = YARDSTICK.answer_values(history, ITEMS, np.ones(40, np.float32))
    assert values["unknown_items"] == 1
    assert "basket_popularity" not in values


def test_a_vector_has_a_length_and_a_direction() -> None:
    vector = np.zeros(AXES.shape[1], np.float32)
    vector[:2] = 3, 4
    values = vector_values(vector, AXES)
    assert values == pytest.approx({"vector_length": 5, "vector_axis_1": 0.6, "vector_axis_2": 0.8})


def test_a_vector_of_nothing_has_no_values() -> None:
    assert vector_values(np.zeros(AXES.shape[1], np.float32), AXES) == {}
