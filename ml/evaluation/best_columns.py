"""The head of a ranking of all items, without ranking all of them."""

import numpy as np
from numpy.typing import NDArray

BLOCK_CELLS = 8_000_000
"""Scores held at a time, 32 MB in single precision."""


def block_rows(width: int) -> int:
    """Return how many rows of so many columns are scored at a time."""
    return max(1, BLOCK_CELLS // max(width, 1))


def best_columns(scores: NDArray[np.floating], count: int) -> list[list[int]]:
    """Return of each row the columns with the highest scores, best first.

    Args:
        scores: [rows, columns], not negative.
        count: how many columns at most; those without a score above 0 are left out.

    Returns:
        A list a row; of equal scores the earlier column comes first.
    """
    width = scores.shape[1]
    if width > count:
        least = np.partition(scores, width - count, axis=1)[:, width - count]
    else:
        least = np.zeros(len(scores), scores.dtype)
    found: list[list[int]] = []
    for line, bound in zip(scores, least, strict=True):
        columns = np.flatnonzero((line >= bound) & (line > 0))
        order = np.argsort(-line[columns], kind="stable")
        found.append(columns[order[:count]].tolist())
    return found
