"""Metrics of ranked lists, customer by customer; every item of the data set may be ranked.

Source: Li, Jullien, Ariannezhad, de Rijke, "A Next Basket Recommendation Reality Check", ACM TOIS
2023, section 4.3 (Recall, NDCG and PHR at K).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Ideal

CUTOFFS = (10, 20)
"""List lengths that are reported."""

MAIN_METRIC = "recall@10"
"""What decides where one figure must: by it models are tuned, compared and promoted."""

Lists = Mapping[str, Sequence[str]]
"""Customer to ranked items, best first, none twice."""

Baskets = Mapping[str, frozenset[str]]
"""Customer to the items of the true next basket, at least one."""


def baskets_of(truth: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the baskets in a frame of ``customer_id`` and ``item_id``."""
    baskets: dict[str, set[str]] = {}
    for customer, item in zip(truth["customer_id"], truth["item_id"], strict=True):
        baskets.setdefault(customer, set()).add(item)
    return {customer: frozenset(items) for customer, items in baskets.items()}


def score_customers(
    lists: Lists, truth: Baskets, *, ideal: Ideal, cutoffs: Sequence[int] = CUTOFFS
) -> pd.DataFrame:
    """Score the list of every customer in ``truth``; a missing or short list just has fewer hits.

    Args:
        lists: ranked items of each customer.
        truth: the true next baskets.
        ideal: whether the ideal DCG runs over the whole basket or stops at K.
        cutoffs: the K.

    Returns:
        A row a customer (index ``customer_id``, sorted), columns ``recall@K``, ``ndcg@K``,
        ``phr@K`` of each K, float64, 0 to 1.
    """
    customers = sorted(truth)
    longest = max(cutoffs)
    hits = np.zeros((len(customers), longest), np.bool_)
    for place, customer in enumerate(customers):
        basket = truth[customer]
        for rank, item in enumerate(lists.get(customer, ())[:longest]):
            hits[place, rank] = item in basket
    sizes = np.array([len(truth[customer]) for customer in customers], np.int64)
    columns: dict[str, NDArray[np.float64] | np.float64] = {}
    for k in cutoffs:
        columns[f"recall@{k}"] = hits[:, :k].sum(axis=1) / sizes
        columns[f"ndcg@{k}"] = _ndcg(hits[:, :k], sizes, ideal)
        columns[f"phr@{k}"] = hits[:, :k].max(axis=1).astype(np.float64)
    return pd.DataFrame(columns, index=pd.Index(customers, name="customer_id", dtype="str"))


def coverage(lists: Lists, item_count: int, k: int) -> float:
    """Return the share of ``item_count`` items that somebody's first ``k`` places hold."""
    shown = {item for ranked in lists.values() for item in ranked[:k]}
    return len(shown) / item_count


def _ndcg(hits: NDArray[np.bool_], sizes: NDArray[np.int64], ideal: Ideal) -> NDArray[np.float64]:
    """Return DCG over ideal DCG.

    Source: Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002.

    Args:
        hits: bool [customers, K].
        sizes: int64 [customers], items of the true basket.
        ideal: see ``score_customers``.
    """
    k = hits.shape[1]
    longest = max(k, int(sizes.max(initial=0)))
    discounts = 1 / np.log2(np.arange(longest) + 2)
    ideals = np.concatenate([[0], np.cumsum(discounts)])
    places = sizes if ideal == "full" else np.minimum(sizes, k)
    gains: NDArray[np.float64] = hits @ discounts[:k] / ideals[places]
    return gains
