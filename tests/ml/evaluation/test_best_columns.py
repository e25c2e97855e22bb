"""The head of a ranking is the head of the whole ranking."""

import numpy as np
import pytest
from scipy import sparse

from ml.evaluation.best_columns import best_columns


def test_the_best_come_first_and_equals_in_the_order_of_columns() -> None:
    scores = np.array([[1, 3, 0, 3, 2], [0, 0, 0, 0, 5]], np.float32)

    assert best_columns(sparse.csr_matrix(scores), 3) == [[1, 3, 4], [4]]


def test_equals_at_the_end_of_the_head_go_to_the_earlier_columns() -> None:
    assert best_columns(sparse.csr_matrix(np.ones((1, 6), np.float32)), 2) == [[0, 1]]


def test_fewer_columns_than_asked_for_are_all_ranked() -> None:
    assert best_columns(sparse.csr_matrix(np.array([[1, 2]], np.float32)), 5) == [[1, 0]]


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_ranking_everything(seed: int) -> None:
    scores = np.random.default_rng(seed).integers(0, 20, (30, 50)).astype(np.float32)

    whole = np.argsort(-scores, axis=1, kind="stable")[:, :10]

    expected = [
        [column for column in head.tolist() if line[column] > 0]
        for head, line in zip(whole, scores, strict=True)
    ]
    assert best_columns(sparse.csr_matrix(scores), 10) == expected


def test_the_order_in_which_scores_are_stored_makes_no_difference() -> None:
    stored = sparse.csr_matrix((np.array([1.0, 1.0, 2.0]), np.array([4, 1, 3]), np.array([0, 3])))

    assert best_columns(stored, 2) == [[3, 1]]
    assert best_columns(stored, 9) == [[3, 1, 4]]
