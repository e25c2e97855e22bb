"""What others brought home is at home, and nothing else changes."""

from dataclasses import fields

from ml.model.history import history_of_baskets
from ml.model.household import at_home

DAY = 86_400
HISTORY = history_of_baskets([(30 * DAY, ["milk", "tea"]), (20 * DAY, ["milk", "soap"])])


def test_what_somebody_brought_home_is_at_home_since_then() -> None:
    found = at_home(HISTORY, {"tea": 25 * DAY, "soap": 40 * DAY, "never bought": 41 * DAY})
    assert found.item_ids == ["milk", "tea", "soap"]
    assert found.home_seconds is not None
    assert found.home_seconds.tolist() == [30 * DAY, 30 * DAY, 40 * DAY]


def test_what_the_customer_bought_and_when_stays_as_it_is() -> None:
    found = at_home(HISTORY, {"soap": 40 * DAY})
    for field in fields(HISTORY):
        if field.name != "home_seconds":
            assert getattr(found, field.name) is getattr(HISTORY, field.name), field.name


def test_a_house_that_brought_nothing_of_ours_changes_nothing() -> None:
    assert at_home(HISTORY, {}) is HISTORY
    assert at_home(HISTORY, {"rice": 40 * DAY}) is HISTORY
