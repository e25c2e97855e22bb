"""Which items are like an item, and which complete a basket; both as a page of a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.lists import Evidence
from services.embedding.domain.assortment import Assortment, Placement
from services.embedding.domain.retrieval import required_placement
from services.serving.failures import not_found

LENT_LISTS = 5
"""An item that no basket ever held borrows the complements of so many of its nearest items."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An item with its nearness; higher is closer."""

    item_id: str
    score: float


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a ranking is asked for.

    Attributes:
        size: how many at most, at least 1.
        after: the last item of the page before; ``None`` for the first page.
    """

    size: int
    after: Neighbour | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a ranking, best first, and whether more follow."""

    neighbours: list[Neighbour]
    has_more: bool


def similar_items(assortment: Assortment, item_id: str, page: PageRequest) -> Page:
    """Return the available items most like one, by cosine of their vectors; only positive ones.

    Raises:
        Failure: of kind ``NOT_FOUND``, when the catalogue does not hold the item; of kind
            ``UNAVAILABLE``, when no model is loaded.
    """
    placement = required_placement(assortment)
    rows = _listed_rows(assortment, [item_id])
    cosines = _cosines(placement, placement.vectors.rows[rows[0]])
    return _page(assortment, cosines, _others(assortment, rows), page)


def complementary_items(assortment: Assortment, item_ids: Sequence[str], page: PageRequest) -> Page:
    """Return the available items that go best with a basket.

    An item without complements of its own borrows those of its nearest items; where none is
    available and not in the basket already, the items nearest to the basket are returned.

    Raises:
        Failure: of kind ``NOT_FOUND``, when the catalogue does not hold an item; of kind
            ``UNAVAILABLE``, when no model is loaded.
    """
    placement = required_placement(assortment)
    rows = _listed_rows(assortment, item_ids)
    lenders, weights = _lenders(placement, rows)
    found = placement.model.bundle.complements.evidence(lenders, weights)
    scores = np.zeros(len(assortment.vocabulary), np.float32)
    scores[found.rows] = found.scores / np.float32(len(rows))
    others = _others(assortment, rows)
    if not (scores[others] > 0).any():
        scores = _cosines(placement, placement.vectors.rows[rows].mean(axis=0))
    return _page(assortment, scores, others, page)


def _listed_rows(assortment: Assortment, item_ids: Sequence[str]) -> NDArray[np.int64]:
    rows = assortment.vocabulary.rows(item_ids)
    for item_id, row in zip(item_ids, rows.tolist(), strict=True):
        if row < 0 or not assortment.listed[row]:
            raise not_found("item", f"items/{item_id}")
    return rows


def _others(assortment: Assortment, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which items are available and not among ``rows``, bool [rows of the assortment]."""
    others = assortment.available.copy()
    others[rows] = False
    return others


def _cosines(placement: Placement, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosine of every row with a vector, float32 [rows]; 0 where one has no length."""
    vectors = placement.vectors.rows
    lengths = np.sqrt(np.einsum("rf,rf->r", vectors, vectors)) * np.linalg.norm(vector)
    products = vectors @ vector
    cosines: NDArray[np.float32] = np.zeros_like(products)
    np.divide(products, lengths, out=cosines, where=lengths > 0)
    return cosines


def _lenders(
    placement: Placement, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the rows whose lists speak for a basket, int64 [n], and their weights, float32 [n]."""
    scores = placement.model.bundle.complements.scores
    has_list: NDArray[np.bool_] = np.any(scores > 0, axis=1)
    known = rows < len(has_list)
    own = rows[known][has_list[rows[known]]]
    lenders, weights = [own], [np.ones(len(own), np.float32)]
    for row in np.setdiff1d(rows, own).tolist():
        cosines = _cosines(placement, placement.vectors.rows[row])[: len(has_list)]
        able = np.flatnonzero(has_list & (cosines > 0))
        nearest = Evidence(able, cosines[able]).top(LENT_LISTS)
        lenders.append(nearest)
        weights.append(cosines[nearest] / np.float32(LENT_LISTS))
    return np.concatenate(lenders), np.concatenate(weights)


def _page(
    assortment: Assortment,
    scores: NDArray[np.float32],
    candidates: NDArray[np.bool_],
    page: PageRequest,
) -> Page:
    open_to = candidates & (scores > 0)
    if page.after is not None:
        rows = np.arange(len(scores))
        last = int(assortment.vocabulary.rows([page.after.item_id])[0])
        score = np.float32(page.after.score)
        open_to &= (scores < score) | ((scores == score) & (rows > last))
    left = np.flatnonzero(open_to)
    best = Evidence(left, scores[left]).top(page.size + 1)
    shown = best[: page.size]
    ids = assortment.vocabulary.ids(shown)
    pairs = zip(ids, scores[shown].tolist(), strict=True)
    return Page([Neighbour(*pair) for pair in pairs], len(best) > page.size)
