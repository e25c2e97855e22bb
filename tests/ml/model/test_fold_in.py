"""A customer's vector is the ridge regression that the paper states."""

import numpy as np

from ml.model.fold_in import FoldIn


def test_the_vector_solves_equation_four() -> None:
    random = np.random.default_rng(0)
    factors = random.normal(size=(30, 4)).astype(np.float32)
    rows, counts = np.array([3, 7, 20]), np.array([1, 2, 5], np.float32)
    fold_in = FoldIn.of(factors, regularization=0.3, alpha=4.0)

    found = fold_in.vector(rows, counts)

    confidence, bought = np.eye(30), np.zeros(30)
    confidence[rows, rows], bought[rows] = 4.0 * counts, 1
    left = factors.T @ confidence @ factors + 0.3 * np.eye(4)
    expected = np.linalg.solve(left, factors.T @ confidence @ bought)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_nobody_lies_in_the_middle() -> None:
    fold_in = FoldIn.of(np.ones((5, 2), np.float32), regularization=1, alpha=1)

    assert fold_in.vector(np.zeros(0, np.int64), np.zeros(0, np.float32)).tolist() == [0, 0]


def test_what_was_bought_more_often_counts_more() -> None:
    fold_in = FoldIn.of(np.eye(2, dtype=np.float32), regularization=1, alpha=1)

    tea, coffee = fold_in.vector(np.array([0, 1]), np.array([5, 1], np.float32))

    assert tea > coffee > 0
