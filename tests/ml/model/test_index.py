"""What every index of items promises; plain comparison with all of them comes first."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.index import (
    HNSW_ITEM_COUNT,
    build_index,
    exact_index,
    hnsw_index,
    recall_against_exact,
)
from ml.model.nearest import ItemIndex

Matrix = NDArray[np.float32]


class PlainIndex:
    """Compares with every item, in two lines a reader can check."""

    kind = "plain"

    def __init__(self, item_factors: Matrix) -> None:
        self._item_factors = item_factors

    def search(self, vectors: Matrix, count: int) -> tuple[NDArray[np.int64], Matrix]:
        products = vectors @ self._item_factors.T
        rows = np.argsort(-products, axis=1, kind="stable")[:, :count]
        return rows, np.take_along_axis(products, rows, axis=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """An index and the Recall@10 it must reach."""

    build: Callable[[Matrix], ItemIndex]
    least_recall: float


KINDS = {
    "plain": Kind(PlainIndex, 1.0),
    "exact": Kind(exact_index, 1.0),
    "hnsw": Kind(hnsw_index, 0.95),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def skewed_factors(item_count: int, factors: int = 16) -> Matrix:
    """Return factors such as learning gives: popular items are long, most are short."""
    random = np.random.default_rng(7)
    lengths = 1 / np.sqrt(1 + np.arange(item_count))
    return (random.normal(size=(item_count, factors)) * lengths[:, None]).astype(np.float32)


def queries(count: int = 50, factors: int = 16) -> Matrix:
    return np.random.default_rng(8).normal(size=(count, factors)).astype(np.float32)


def test_the_item_that_points_the_same_way_is_nearest(kind: Kind) -> None:
    index = kind.build(np.eye(5, dtype=np.float32))
    rows, scores = index.search(2 * np.eye(5, dtype=np.float32), 1)
    assert rows.tolist() == [[0], [1], [2], [3], [4]]
    assert scores.tolist() == [[2.0]] * 5


def test_a_long_vector_beats_a_parallel_short_one(kind: Kind) -> None:
    index = kind.build(np.array([[1, 0], [3, 0], [0, 9]], np.float32))
    rows, scores = index.search(np.array([[1, 0]], np.float32), 2)
    assert rows.tolist() == [[1, 0]]
    assert scores.tolist() == [[3.0, 1.0]]


def test_answers_are_best_first_and_their_scores_are_inner_products(kind: Kind) -> None:
    factors, asked = skewed_factors(2_000), queries()
    rows, scores = kind.build(factors).search(asked, 20)
    assert rows.shape == scores.shape == (50, 20)
    assert rows.dtype == np.int64
    assert scores.dtype == np.float32
    assert (np.diff(scores, axis=1) <= 0).all()
    products = np.einsum("qf,qkf->qk", asked, factors[rows])
    np.testing.assert_allclose(scores, products, rtol=1e-4, atol=1e-5)
    assert all(len(set(found)) == 20 for found in rows.tolist())


def test_the_nearest_items_are_found(kind: Kind) -> None:
    factors = skewed_factors(5_000)
    recall = recall_against_exact(kind.build(factors), factors, queries(), 10)
    assert recall >= kind.least_recall


def test_asking_for_more_than_there_is_gives_all(kind: Kind) -> None:
    rows, _ = kind.build(skewed_factors(7)).search(queries(3), 100)
    assert [sorted(found) for found in rows.tolist()] == [list(range(7))] * 3


def test_recall_tells_an_index_of_other_items(kind: Kind) -> None:
    factors = skewed_factors(1_000)
    wrong = kind.build(np.ascontiguousarray(factors[::-1]))
    assert recall_against_exact(wrong, factors, queries(), 10) < 0.5


def test_trying_an_index_takes_no_table_of_all_queries_and_items() -> None:
    factors, asked = skewed_factors(20_000), queries(64)
    index = exact_index(factors)
    tracemalloc.start()
    recall = recall_against_exact(index, factors, asked, 10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert recall == 1.0
    assert peak < 64 * 20_000 * 4 / 4


def test_recall_counts_what_ties_with_the_last_and_leaves_out_what_a_graph_did_not_find() -> None:
    class Partial(PlainIndex):
        def search(self, vectors: Matrix, count: int) -> tuple[NDArray[np.int64], Matrix]:
            rows, scores = super().search(vectors, count)
            rows[:, -1] = -1
            return rows, scores

    factors = np.array([[2, 0], [1, 0], [1, 0], [0, 1]], np.float32)
    asked = np.array([[1, 0]], np.float32)
    assert recall_against_exact(PlainIndex(factors[[0, 2, 1, 3]]), factors, asked, 2) == 1.0
    assert recall_against_exact(Partial(factors), factors, asked, 2) == 0.5
    assert recall_against_exact(PlainIndex(factors), factors, asked, 9) == 1.0


def test_the_size_of_the_catalogue_chooses_the_index() -> None:
    assert build_index(skewed_factors(100)).kind == "exact"
    assert build_index(skewed_factors(HNSW_ITEM_COUNT, 2)).kind == "hnsw"
