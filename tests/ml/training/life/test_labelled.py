"""Customers whose lives are known, and what was known of them by a moment."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from ml.dataset.dataset import Dataset
from ml.model.life_stages.history import OTHER_HOURS, WORKING_HOURS, Kind
from ml.training.life.labelled import LabelError, Life, labelled_lives, month_at


def test_every_customer_carries_the_change_and_its_moment(lives: list[Life]) -> None:
    assert len(lives) == 80
    assert [life.change for life in lives[:2]] == ["new home", ""]
    assert lives[0].changed_seconds < lives[1].changed_seconds == float("inf")


def test_a_history_holds_what_was_bought_before_the_moment_and_nothing_later(
    lives: list[Life], town: tuple[Dataset, pd.DataFrame]
) -> None:
    moment = datetime(2025, 3, 10, tzinfo=UTC)
    bought = town[0].interactions
    own = bought[(bought["customer_id"] == "c003") & (bought["occurred_at"] < moment)]

    history = lives[3].history(moment.timestamp())

    assert sum(history.lines["Bread"].values()) == (own["item_id"] == "bread").sum()
    baskets = sum(sum(months.values()) for months in history.dayparts.values())
    assert baskets == own["basket_id"].nunique()
    assert max(history.lines["Bread"]) == month_at(moment.timestamp())
    assert set(history.dayparts) <= {WORKING_HOURS, OTHER_HOURS}


def test_baskets_at_ten_on_a_working_day_are_in_working_hours(lives: list[Life]) -> None:
    """Every customer comes on one day of the week, always at ten."""
    parts = {frozenset(life.history(2e9).dayparts) for life in lives}

    assert parts == {frozenset({WORKING_HOURS}), frozenset({OTHER_HOURS})}


def test_ten_in_greenwich_is_the_evening_in_tokyo(town: tuple[Dataset, pd.DataFrame]) -> None:
    in_tokyo = labelled_lives(*town, zone=ZoneInfo("Asia/Tokyo"))

    assert {part for life in in_tokyo for part in life.history(2e9).dayparts} == {OTHER_HOURS}


def test_moments_of_one_category_are_those_of_its_lines(lives: list[Life]) -> None:
    times = lives[0].seconds_of(Kind.CATEGORY, "Lamps")

    assert 5 < len(times) < len(lives[0].seconds_of(Kind.CATEGORY, "Bread"))
    assert len(lives[0].seconds_of(Kind.CATEGORY, "Chandeliers")) == 0


def test_what_lacks_a_column_or_dates_or_categories_is_refused(
    town: tuple[Dataset, pd.DataFrame],
) -> None:
    dataset, labels = town
    with pytest.raises(LabelError, match="lack the columns changed_at"):
        labelled_lives(dataset, labels.drop(columns="changed_at"))
