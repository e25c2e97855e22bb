"""Products of sparse matrices whose rows belong to customers: part by part, then added up.

Whatever a bundle tells of two items is such a product, ``L'R``: L and R have a row a basket, a
customer or a lesson, and a column an item. The rows of a customer lie in one part, so a part makes
its L and R with the code of one machine and multiplies them; what moves between parts are blocks of
the product, a few entries of it each, which are added up where they are asked something.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from ml.model.lists import RelatedLists
from ml.spark.histories import Histories
from ml.training.artefacts.purchases import NO_STORE, Purchases
from ml.training.artefacts.related_items import Score, strongest

BLOCK_ENTRIES = 128
"""Columns of L in a block: of a million items each, dense float64, a block is 1 GB, half of what
one cell of a row may hold."""

_BLOCKS = "first int, width int, ends binary, columns binary, values binary"
_OF_PANDAS = "PySpark does not yet fully support pandas"
_SCORED = np.dtype([("row", np.int32), ("score", np.float32)])

Sides = Callable[[Purchases], tuple[sparse.csr_matrix, sparse.csr_matrix]]
"""Makes L and R of the purchases of a part."""
Finish = Callable[[sparse.csr_matrix, int], bytes]
"""Makes of a block of the whole product, and its first row, what the driver is told."""


def strongest_partners(
    histories: Histories, sides: Sides, score: Score, *, size: int
) -> RelatedLists:
    """Return of each item the partners with the highest scores, as ``strongest`` does."""
    items = len(histories.item_ids)
    rows = np.full((items, size), -1, np.int32)
    scores = np.zeros((items, size), np.float32)
    for first, told in _added_up(histories, sides, partial(_best, score=score, size=size)):
        found = np.frombuffer(told, _SCORED).reshape(-1, size)
        rows[first : first + len(found)] = found["row"]
        scores[first : first + len(found)] = found["score"]
    return RelatedLists(rows, scores, items)


def whole_product(
    histories: Histories,
    sides: Sides,
    shape: tuple[int, int],
    *,
    block_entries: int = BLOCK_ENTRIES,
) -> NDArray[np.float64]:
    """Return ``L'R``, float64 of this shape; for no more items than the driver has room for."""
    product = np.zeros(shape)
    for first, told in _added_up(histories, sides, _dense, block_entries=block_entries):
        found = np.frombuffer(told).reshape(-1, shape[1])
        product[first : first + len(found)] = found
    return product


def purchases_of_part(rows: pa.Table, item_count: int) -> Purchases:
    """Return rows of ``Histories`` as arrays of numbers: a part counts, and names nothing.

    Args:
        rows: ``customer``, ``sequence``, ``seconds`` and ``item``, in any order.
        item_count: of all items.

    Returns:
        Purchases whose ids are empty texts, and whose stores are not told.
    """
    customer, sequence, item = (rows[name].to_numpy() for name in ("customer", "sequence", "item"))
    order = np.lexsort((item, sequence, customer))
    customer, sequence = customer[order], sequence[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (customer[1:] != customer[:-1]) | (sequence[1:] != sequence[:-1])
    numbers, customers = np.unique(customer[is_first], return_inverse=True)
    return Purchases(
        customer_ids=("",) * len(numbers),
        item_ids=("",) * item_count,
        store_ids=(),
        basket_customers=customers.astype(np.int64),
        basket_seconds=rows["seconds"].to_numpy()[order][is_first],
        basket_stores=np.full(len(customers), NO_STORE, np.int64),
        row_baskets=np.cumsum(is_first) - 1,
        row_items=item[order].astype(np.int64),
    )


def _added_up(
    histories: Histories, sides: Sides, finish: Finish, *, block_entries: int = BLOCK_ENTRIES
) -> Iterator[tuple[int, bytes]]:
    """Yield the first row of every block that is not empty, and what ``finish`` made of it."""
    rows = histories.rows.select("customer", "sequence", "seconds", "item")
    multiply = partial(
        _multiplied,
        sides=sides,
        item_count=len(histories.item_ids),
        block_entries=block_entries,
    )

    def add(blocks: pa.Table) -> pa.Table:  # Spark reads the types of its parameters
        return _finished(blocks, finish)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", _OF_PANDAS, FutureWarning)  # no row passes through it
        blocks = rows.mapInArrow(multiply, _BLOCKS)
        added = blocks.groupBy("first").applyInArrow(add, "first int, told binary")
    for each in added.toArrow().to_batches():
        for first, told in zip(each["first"].to_pylist(), each["told"], strict=True):
            yield first, told.as_buffer()


def _multiplied(
    batches: Iterator[pa.RecordBatch], *, sides: Sides, item_count: int, block_entries: int
) -> Iterator[pa.RecordBatch]:
    """Yield the blocks of a part's product."""
    rows = list(batches)
    if not rows:
        return
    left, right = sides(purchases_of_part(pa.Table.from_batches(rows), item_count))
    entries = left.T.tocsr()
    for first in range(0, entries.shape[0], block_entries):
        block = sparse.csr_matrix(entries[first : first + block_entries] @ right)
        if block.nnz:
            yield pa.RecordBatch.from_pydict(
                {
                    "first": pa.array([first], pa.int32()),
                    "width": pa.array([block.shape[1]], pa.int32()),
                    "ends": [block.indptr.astype(np.int64).tobytes()],
                    "columns": [block.indices.astype(np.int32).tobytes()],
                    "values": [block.data.astype(np.float64).tobytes()],
                }
            )


def _finished(blocks: pa.Table, finish: Finish) -> pa.Table:
    """Add up the same block of all parts, and return what is told of it."""
    total: sparse.csr_matrix | None = None
    for each in blocks.to_pylist():
        ends = np.frombuffer(each["ends"], np.int64)
        block = sparse.csr_matrix(
            (np.frombuffer(each["values"]), np.frombuffer(each["columns"], np.int32), ends),
            shape=(len(ends) - 1, each["width"]),
        )
        total = block if total is None else total + block
    first = blocks["first"][0].as_py()
    told = finish(sparse.csr_matrix(total), first)
    return pa.table({"first": pa.array([first], pa.int32()), "told": pa.array([told])})


def _best(together: sparse.csr_matrix, first: int, *, score: Score, size: int) -> bytes:
    lists = strongest(together, first, score, size)
    found = np.empty(lists.rows.shape, _SCORED)
    found["row"], found["score"] = lists.rows, lists.scores
    return found.tobytes()


def _dense(product: sparse.csr_matrix, first: int) -> bytes:  # noqa: ARG001
    told: bytes = product.toarray().tobytes()
    return told
