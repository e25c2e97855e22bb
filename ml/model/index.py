"""Nearest items to a vector by inner product: exact for small catalogues, a graph for large ones.

Indexes are built here from the bundle's vectors and never shipped: FAISS loads a damaged file
without a word.
"""

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from ml.model.nearest import ItemIndex

HNSW_ITEM_COUNT = 50_000
"""From so many items on the graph is used; below, exact search takes under a millisecond."""

HNSW_LINKS = 32
HNSW_BUILD_BREADTH = 200
HNSW_SEARCH_BREADTH = 256
"""Malkov, Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs", 2016: M, efConstruction, efSearch. Breadth 256 keeps Recall@10 above
.95 on factors of a popularity-skewed catalogue."""


class FaissIndex:
    """An index of the FAISS library."""

    __slots__ = ("_index", "kind")

    def __init__(self, index: Any, kind: str) -> None:  # FAISS ships no types
        """Take a filled index."""
        self._index = index
        self.kind = kind

    def search(
        self, vectors: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See ``ItemIndex.search``."""
        scores, rows = self._index.search(
            np.ascontiguousarray(vectors, np.float32), min(count, self._index.ntotal)
        )
        return rows, scores


def exact_index(item_factors: NDArray[np.float32]) -> ItemIndex:
    """Return an index that compares with every item; float32 [items, factors]."""
    index = faiss.IndexFlatIP(item_factors.shape[1])
    index.add(np.ascontiguousarray(item_factors))
    return FaissIndex(index, "exact")


def hnsw_index(item_factors: NDArray[np.float32]) -> ItemIndex:
    """Return a graph index; float32 [items, factors]."""
    index = faiss.IndexHNSWFlat(item_factors.shape[1], HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = HNSW_BUILD_BREADTH
    index.hnsw.efSearch = HNSW_SEARCH_BREADTH
    index.add(np.ascontiguousarray(item_factors))
    return FaissIndex(index, "hnsw")


def build_index(item_factors: NDArray[np.float32]) -> ItemIndex:
    """Return the index that suits the size of the catalogue."""
    build = hnsw_index if len(item_factors) >= HNSW_ITEM_COUNT else exact_index
    return build(item_factors)


def recall_against_exact(
    index: ItemIndex, item_factors: NDArray[np.float32], queries: NDArray[np.float32], count: int
) -> float:
    """Return the share of exact search's nearest items that ``index`` finds, 0 to 1.

    An item that ties with the last exact one counts as found.

    Args:
        index: the index under test.
        item_factors: float32 [items, factors], what the index should hold.
        queries: float32 [n, factors], at least one.
        count: how many nearest items to compare.
    """
    # Query by query: a table of all queries and items would outgrow the index of a large catalogue.
    exact_scores = np.stack([_highest(item_factors @ query, count) for query in queries])
    rows, _ = index.search(queries, count)
    found = np.einsum("qf,qkf->qk", queries, item_factors[rows])
    found[rows < 0] = -np.inf  # places that a graph could not fill
    tolerance = 1e-5 * np.abs(exact_scores).max(axis=1, keepdims=True) + 1e-12
    least = exact_scores.min(axis=1, keepdims=True)
    return float((found >= least - tolerance).mean())


def _highest(products: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return the ``count`` highest of the products, or all where there are fewer, in any order."""
    highest = np.partition(products, -min(count, len(products)))[-count:]
    return highest.copy()  # a view would keep all products alive
