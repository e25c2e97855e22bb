"""What reaches the driver: columns of a result that belongs to items, as arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame


def collected(frame: DataFrame) -> dict[str, NDArray[Any]]:
    """Return every column of a result without nulls; lists of equal length become matrices.

    Args:
        frame: of no more rows than there are items, partners of items, or stores.

    Returns:
        Columns by name; text as objects.
    """
    table = frame.toArrow().combine_chunks()
    found: dict[str, NDArray[Any]] = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if hasattr(column, "flatten") and column.type.num_fields:  # a list in every row
            flat = column.flatten().to_numpy(zero_copy_only=False)
            found[name] = flat.reshape(len(column), -1)
        else:
            found[name] = column.to_numpy(zero_copy_only=False)
    return found


def per_item(rows: NDArray[np.int32], values: NDArray[Any], item_count: int) -> NDArray[np.float64]:
    """Return float64 [items] with each value at its row, 0 where there is none."""
    found = np.zeros(item_count)
    found[rows] = values
    return found
