"""Customers are found in the table whatever their order, and in as many blocks as it takes."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from ml.evaluation import best_columns
from ml.evaluation.neighbour_table import NeighbourTable
from tests.ml.shopping import dataset_of

SHOP = {
    "eve": [(0, ["10"]), (1, ["9", "10"])],
    "ann": [(0, ["9"])],
    "bob": [(0, ["10", "100"])],
}


def test_every_item_of_a_basket_is_placed_once_in_its_customers_row() -> None:
    table, bought = NeighbourTable.of(dataset_of(SHOP))

    assert table.shape == (3, 3)
    places = zip(bought.rows.tolist(), bought.columns.tolist(), bought.sequences, strict=True)
    # rows ann, bob, eve; columns 10, 100, 9
    assert sorted(places) == [(0, 2, 0), (1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 0, 1), (2, 2, 1)]
    assert bought.basket_counts.tolist() == [1, 1, 2]


def test_items_stand_in_the_order_that_is_asked_for() -> None:
    table, _ = NeighbourTable.of(dataset_of(SHOP), item_order=lambda each: (len(each), each))

    def everything(rows: NDArray[np.int64], count: int) -> list[list[int]]:
        return [list(range(count))] * len(rows)

    assert table.ranked(["ann"], 3, everything, width=1) == [["9", "10", "100"]]


@pytest.mark.parametrize("rows_held", [1, 2, 9])
def test_the_answer_does_not_depend_on_how_many_are_asked_at_a_time(
    rows_held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(best_columns, "BLOCK_CELLS", rows_held)
    table, _ = NeighbourTable.of(dataset_of(SHOP))
    asked: list[int] = []

    def own_row(rows: NDArray[np.int64], _: int) -> list[list[int]]:
        asked.append(len(rows))
        return [[row] for row in rows.tolist()]

    answers = table.ranked(["eve", "a stranger", "ann", "bob"], 1, own_row, width=1)

    assert answers == [["9"], [], ["10"], ["100"]]
    assert sum(asked) == 3
    assert max(asked) <= rows_held


def test_a_row_is_as_wide_as_all_customers_or_as_what_its_neighbours_hold() -> None:
    table = NeighbourTable(["ann", "bob"], [f"item {number}" for number in range(10)])
    held = sparse.csr_matrix(np.eye(2, 10))  # an item each

    assert table.width(1, held) == 2
    assert table.width(5, held) == 5
    assert table.width(50, held) == 10
    assert NeighbourTable().width(5, sparse.csr_matrix((0, 0))) == 0
