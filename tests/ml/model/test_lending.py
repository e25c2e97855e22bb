"""An item that nobody has bought borrows from those it lies nearest to, and from nobody else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.lending import LENDERS, Loans, lenders_of

TEAS, SOAPS = range(12), range(12, 24)


def shelf() -> NDArray[np.float32]:
    """Return twelve teas along one axis, twelve soaps along the other; later ones are longer."""
    factors = np.zeros((24, 2), np.float32)
    factors[TEAS, 0] = np.arange(1, 13)
    factors[SOAPS, 1] = np.arange(1, 13)
    return factors


def test_a_tea_borrows_from_teas_and_a_soap_from_soaps() -> None:
    factors = shelf()
    new = np.array([[3, 0.1], [0.1, 3]], np.float32)

    found = lenders_of(new, factors)

    assert found.shape == (2, LENDERS)
    assert set(found[0].tolist()) <= set(TEAS)
    assert set(found[1].tolist()) <= set(SOAPS)


def test_the_direction_counts_and_not_the_length() -> None:
    factors = np.array([[100, 90], *([1, 0.01 * each] for each in range(LENDERS))], np.float32)

    (found,) = lenders_of(np.array([[1, 0]], np.float32), factors)

    assert found.tolist() == list(range(1, LENDERS + 1))


def test_where_few_items_are_known_all_of_them_lend() -> None:
    factors = shelf()[:3]

    found = lenders_of(np.ones((4, 2), np.float32), factors)

    assert [sorted(each) for each in found.tolist()] == [[0, 1, 2]] * 4


def test_no_item_has_no_lenders() -> None:
    factors = shelf()

    assert lenders_of(factors[:0], factors).shape == (0, LENDERS)


def test_vectors_without_length_are_no_mistake() -> None:
    factors = np.zeros((3, 2), np.float32)

    found = lenders_of(np.zeros((1, 2), np.float32), factors)

    assert sorted(found[0].tolist()) == [0, 1, 2]


def test_who_is_known_says_his_own_and_who_is_fresh_the_mean_of_his_lenders() -> None:
    said = np.array([1, 2, 4, 8, 0, 0], np.float32)  # rows 4 and 5 are fresh
    lenders = np.array([[0, 1], [2, 3]])

    loans = Loans(np.array([3, 5, 0, 4]), 4, lenders)

    assert loans.scores(lambda rows: said[rows]).tolist() == [8, (4 + 8) / 2, 1, (1 + 2) / 2]


@pytest.mark.parametrize("rows", [[], [2, 0]])
def test_where_nobody_borrows_everybody_says_his_own(rows: list[int]) -> None:
    said = np.array([1, 2, 4], np.float32)

    loans = Loans(np.array(rows, np.int64), 3, np.zeros((0, LENDERS), np.int64))

    assert loans.scores(lambda asked: said[asked]).tolist() == said[rows].tolist()
