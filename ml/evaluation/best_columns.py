"""The head of a ranking of all items, without ranking all of them, or even holding all scores."""

import numpy as np
from scipy import sparse

BLOCK_CELLS = 8_000_000
"""Scores held at a time, 32 MB in single precision."""


def block_rows(width: int) -> int:
    """Return how many rows with so many scores each are held at a time."""
    return max(1, BLOCK_CELLS // max(width, 1))


def best_columns(scores: sparse.csr_matrix, count: int) -> list[list[int]]:
    """Return of each row the columns with the highest scores, best first.

    Args:
        scores: [rows, columns], not negative; what is not stored is 0.
        count: how many columns at most; those without a score above 0 are left out.

    Returns:
        A list a row; of equal scores the earlier column comes first.
    """
    found: list[list[int]] = []
    for start, end in zip(scores.indptr[:-1], scores.indptr[1:], strict=True):
        values, columns = scores.data[start:end], scores.indices[start:end]
        least = values.dtype.type(0)
        if len(values) > count:
            least = np.partition(values, len(values) - count)[len(values) - count]
        kept = (values >= least) & (values > 0)
        values, columns = values[kept], columns[kept]
        found.append(columns[np.lexsort((columns, -values))][:count].tolist())
    return found
