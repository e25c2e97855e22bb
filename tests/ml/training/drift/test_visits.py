"""Past visits with exactly what was known before each."""

import numpy as np

from ml.training.artefacts.purchases import purchases_of
from ml.training.drift.visits import Visit, visits
from tests.ml.shopping import START, dataset_of

SHOP = {
    "ada": [(0, ["tea"]), (10, ["tea", "milk"]), (20, ["soap"])],
    "bob": [(15, ["bread"])],
    "cy": [(1, ["bread"]), (2, ["milk"])],
}


def found(since_day: int, *, most: int = 100, dated: bool = True) -> list[Visit]:
    purchases = purchases_of(dataset_of(SHOP, dated=dated, stores={"ada": "north"}))
    since = int(START.timestamp()) + since_day * 86_400
    generator = np.random.default_rng(0)
    return list(visits(purchases, since if dated else 0, most=most, generator=generator))


def test_a_visit_knows_what_came_before_it_and_no_more() -> None:
    first, second = found(5)
    assert set(first.history.item_ids) == {"tea"}
    assert set(second.history.item_ids) == {"tea", "milk"}
    assert second.history.basket_count == 2
    assert second.seconds - first.seconds == 10 * 86_400
    assert second.store == "north"


def test_somebody_who_comes_for_the_first_time_is_left_out() -> None:
    assert all("bread" not in visit.history.item_ids for visit in found(5))


def test_a_store_that_is_not_known_is_empty() -> None:
    assert [visit.store for visit in found(0)] == ["north", "north", ""]


def test_of_many_visits_some_are_drawn() -> None:
    assert len(found(0, most=2)) == 2


def test_undated_baskets_are_visits_too() -> None:
    assert len(found(0, dated=False)) == 3


def test_two_baskets_of_a_minute_are_one_visit() -> None:
    shop = dataset_of({"ada": [(0, ["tea"]), (0, ["milk"]), (3, ["tea"])]})
    generator = np.random.default_rng(0)
    (visit,) = visits(purchases_of(shop), 0, most=100, generator=generator)
    assert visit.history.basket_count == 2
