"""What the town sells reads like a shop."""

import numpy as np
import pytest

from ml.simulation.aisles import read_aisles
from ml.simulation.catalogue import build_catalogue
from ml.simulation.lives import read_lives


@pytest.mark.parametrize("item_count", [200, 1_200, 4_000])
def test_every_item_has_a_name_of_its_own_and_a_price(item_count: int) -> None:
    goods = build_catalogue(7, item_count)

    assert len(set(goods.item_ids)) == len(set(goods.names)) == item_count
    assert (goods.prices > 0).all()
    assert (goods.stocks >= 0).all()
    assert np.array_equal(goods.category_rows, np.sort(goods.category_rows))
    assert {"Tea", "Coffee"} <= set(goods.frame()["category"])


def test_names_are_such_as_people_use() -> None:
    names = build_catalogue(7, 1_200).names

    assert "Ceylon tea, 100 bags" in names
    assert "Espresso beans, 500 g" in names


def test_a_larger_size_of_the_same_thing_costs_more() -> None:
    prices = build_catalogue(7, 4_000).frame().set_index("name")["price"]

    assert prices["Ceylon tea, 25 bags"] < prices["Ceylon tea, 50 bags"]
    assert prices["Ceylon tea, 50 bags"] < prices["Ceylon tea, 100 bags"]


def test_some_items_are_sold_out_and_most_are_not() -> None:
    assert 0 < (build_catalogue(7, 1_200).stocks == 0).mean() < 0.05


def test_seasons_average_to_one() -> None:
    assert build_catalogue(7, 200).seasons.mean(axis=0) == pytest.approx(1.0)


@pytest.mark.parametrize("by_degrees", [False, True])
def test_every_category_that_is_mentioned_exists(by_degrees: bool) -> None:
    aisles, _ = read_aisles(by_degrees=by_degrees)
    stages, changes = read_lives(by_degrees=by_degrees)
    categories = {each.category for each in aisles}

    assert {each.goes_with for each in aisles if each.goes_with} <= categories
    steps = [step for each in changes for step in each.steps]
    for tastes in [each.tastes for each in stages] + [each.tastes for each in steps]:
        assert set(tastes) <= categories
    assert sum(each.share for each in stages) == pytest.approx(1.0)
    assert {name for each in changes for name in each.stages} <= {each.name for each in stages}
