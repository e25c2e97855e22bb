"""What others brought home counts as bought, and nothing else does."""

import numpy as np

from ml.model.history import history_of_baskets
from ml.model.household import at_home

DAY = 86_400
HISTORY = history_of_baskets([(30 * DAY, ["milk", "tea"]), (20 * DAY, ["milk", "soap"])])


def test_what_somebody_brought_home_was_last_bought_then() -> None:
    found = at_home(HISTORY, {"tea": 25 * DAY, "soap": 40 * DAY, "never bought": 41 * DAY})
    assert found.item_ids == ["soap", "milk", "tea"]
    assert found.last_seconds.tolist() == [40 * DAY, 30 * DAY, 30 * DAY]
    assert found.basket_counts.tolist() == [1, 2, 1]
    assert found.first_seconds.tolist() == [20 * DAY, 20 * DAY, 30 * DAY]
    assert found.basket_count == HISTORY.basket_count


def test_baskets_hold_what_they_held() -> None:
    found = at_home(HISTORY, {"soap": 40 * DAY})
    for history in (HISTORY, found):
        items = [history.item_ids[place] for place in history.recent_basket_items]
        assert sorted(items[:2]) == ["milk", "tea"]
        assert sorted(items[2:]) == ["milk", "soap"]
    assert np.array_equal(found.recent_basket_sizes, HISTORY.recent_basket_sizes)


def test_a_house_that_brought_nothing_of_ours_changes_nothing() -> None:
    assert at_home(HISTORY, {}) is HISTORY
    assert at_home(HISTORY, {"rice": 40 * DAY}) is HISTORY
