"""Regression of the next basket: hand-made shops whose right weights are plain."""

import numpy as np
import pytest

from ml.dataset.dataset import Dataset
from ml.model.history import empty_history, history_of_baskets
from ml.model.next_basket import NextBasket
from ml.training.artefacts.next_basket import PARTNERS, RIDGE, next_items, present_shares
from ml.training.artefacts.purchases import purchases_of
from tests.ml.shopping import dataset_of


def shop(customers: int = 200) -> Dataset:
    """Tea is followed by milk, soap by soap; bread comes to everybody."""
    return dataset_of(
        {
            f"c{number:03d}": [
                (0, ["tea" if number % 2 else "soap"]),
                (7, ["bread", "milk" if number % 2 else "soap"]),
            ]
            for number in range(customers)
        }
    )


def weight(dataset: Dataset, item: str, partner: str) -> float:
    lists = next_items(purchases_of(dataset))
    ids = purchases_of(dataset).item_ids
    row, other = ids.index(item), ids.index(partner)
    found = lists.scores[row][lists.rows[row] == other]
    return float(found[0]) if len(found) else 0.0


def test_the_weights_solve_the_equation_of_the_docstring() -> None:
    # one item in every history, of length one: W is diagonal in the histories' items
    lessons = 100 * 0.5**0  # of each kind, all on the last day
    expected = lessons * (1 - 0.5) / (lessons + RIDGE)
    assert weight(shop(), "tea", "milk") == pytest.approx(expected, rel=1e-5)
    assert weight(shop(), "soap", "soap") == pytest.approx(expected, rel=1e-5)


def test_what_a_history_makes_less_likely_weighs_against() -> None:
    assert weight(shop(), "tea", "soap") < -0.3
    assert weight(shop(), "soap", "milk") < -0.3
    assert weight(shop(), "tea", "bread") == pytest.approx(0, abs=1e-6)  # it comes to everybody


def test_an_old_basket_says_half_as_much_about_now_a_week_on() -> None:
    purchases = purchases_of(dataset_of({"ann": [(0, ["tea"]), (7, ["milk"])]}))
    milk, tea = present_shares(purchases, purchases.as_of_seconds)
    assert (milk, tea) == (pytest.approx(2 / 3), pytest.approx(1 / 3))


def test_single_baskets_teach_nothing_and_break_nothing() -> None:
    lists = next_items(purchases_of(dataset_of({"ann": [(0, ["tea", "milk"])]})))
    assert lists.rows.shape == (2, PARTNERS)
    assert (lists.rows == -1).all()
    assert not lists.scores.any()


def test_a_history_raises_and_lowers_what_is_bought_now() -> None:
    purchases = purchases_of(shop())
    shares = present_shares(purchases, purchases.as_of_seconds)
    nobody = NextBasket(shares, np.argsort(-shares, kind="stable"))
    rows = np.arange(len(shares))
    bread, milk, soap, tea = rows
    np.testing.assert_array_equal(nobody.at(rows), shares)

    history = history_of_baskets([(0, ["tea"])])
    own = np.array([tea])
    drinker = nobody.of(next_items(purchases), history, own)

    assert drinker.at(rows)[milk] > shares[milk]
    assert drinker.at(rows)[soap] < shares[soap]
    assert drinker.top(2).tolist() == [milk, bread]
    allowed = np.array([False, True, True, True])
    assert drinker.top(1, allowed).tolist() == [milk]


def test_a_newcomer_gets_what_is_bought_now() -> None:
    shares = np.array([0.1, 0.4, 0.2], np.float32)
    nobody = NextBasket(shares, np.argsort(-shares))
    lists = next_items(purchases_of(shop()))
    same = nobody.of(lists, empty_history(), np.zeros(0, np.int64))
    assert same.top(2).tolist() == [1, 2]
    assert same.at(np.array([1, 7])).tolist() == pytest.approx([0.4, 0])  # 7: never seen
