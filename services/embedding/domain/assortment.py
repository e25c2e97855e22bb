"""Model and catalogue brought together: what exists, what may be proposed, and where it lies.

The rows are the model's items, then the fresh items of the catalogue in the order of their
arrival. A request reads one assortment from beginning to end; a change makes another one.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.candidates import CandidateGenerator
from ml.model.lending import lenders_of
from ml.model.vocabulary import Vocabulary
from services.embedding.domain.growing_matrix import GrowingMatrix
from services.embedding.domain.item import Item
from services.embedding.domain.model import Model
from services.embedding.domain.text_column import TextColumn


@dataclass(frozen=True, slots=True)
class Placement:
    """The model's side of an assortment.

    Attributes:
        model: the model.
        vectors: float32 [rows, factors], where every item lies.
        lenders: int64 [fresh, k], of which items of the model each fresh one borrows its scores.
        generator: proposes among all rows, only available ones.
    """

    model: Model
    vectors: GrowingMatrix[np.float32]
    lenders: GrowingMatrix[np.int64]
    generator: CandidateGenerator


@dataclass(frozen=True, slots=True)
class Assortment:
    """One state of model and catalogue; immutable.

    Attributes:
        vocabulary: ids of all rows.
        listed: bool [rows], whether the catalogue holds the item.
        available: bool [rows], whether it is listed and in stock.
        categories: of each row, empty where not listed.
        brands: of each row, empty where not listed.
        placement: the model's side; ``None`` before the first model.
    """

    vocabulary: Vocabulary
    listed: NDArray[np.bool_]
    available: NDArray[np.bool_]
    categories: TextColumn
    brands: TextColumn
    placement: Placement | None

    @property
    def model_version(self) -> str:
        """The model's version; empty before the first model."""
        return "" if self.placement is None else self.placement.model.version

    @classmethod
    def of(cls, model: Model | None) -> "Assortment":
        """Return the assortment of an empty catalogue."""
        vocabulary = Vocabulary(()) if model is None else model.bundle.vocabulary
        count = len(vocabulary)
        nothing = np.zeros(count, np.bool_)
        placement = None
        if model is not None:
            vectors = GrowingMatrix(model.bundle.item_factors)
            lenders = GrowingMatrix(model.generator.lenders)
            generator = dataclasses.replace(model.generator, allowed=nothing)
            placement = Placement(model, vectors, lenders, generator)
        column = TextColumn.empty(count)
        return cls(vocabulary, nothing, nothing, column, column, placement)

    def with_items(self, items: Sequence[Item]) -> "Assortment":
        """Return the assortment after these items, of distinct ids, were written."""
        ids = [item.item_id for item in items]
        unseen = [item_id for item_id in ids if item_id not in self.vocabulary]
        vocabulary = self.vocabulary.extended(unseen) if unseen else self.vocabulary
        rows, count = vocabulary.rows(ids), len(vocabulary)
        listed, available = _grown(self.listed, count), _grown(self.available, count)
        listed[rows] = True
        available[rows] = [item.in_stock for item in items]
        categories = [item.attributes.category for item in items]
        brands = [item.attributes.brand for item in items]
        return Assortment(
            vocabulary=vocabulary,
            listed=listed,
            available=available,
            categories=self.categories.with_texts(rows, categories, count),
            brands=self.brands.with_texts(rows, brands, count),
            placement=self._placed(items, vocabulary, available),
        )

    def _placed(
        self, items: Sequence[Item], vocabulary: Vocabulary, available: NDArray[np.bool_]
    ) -> Placement | None:
        if self.placement is None:
            return None
        placement, model = self.placement, self.placement.model
        vectors, lenders = placement.vectors, placement.lenders
        before, known = len(self.vocabulary), len(model.bundle.vocabulary)
        fresh = [item for item in items if item.item_id not in model.bundle.vocabulary]
        if fresh:
            rows = vocabulary.rows([item.item_id for item in fresh])
            values = np.stack([model.attribute_map.vector(item.attributes) for item in fresh])
            lending = lenders_of(values, model.bundle.places)
            moved, new = rows < before, rows >= before
            if moved.any():
                vectors = vectors.replaced(rows[moved], values[moved])
                lenders = lenders.replaced(rows[moved] - known, lending[moved])
            if new.any():  # new ids got their rows in this order
                vectors = vectors.appended(values[new])
                lenders = lenders.appended(lending[new])
        generator = dataclasses.replace(
            placement.generator,
            vocabulary=vocabulary,
            factors=vectors.rows,
            lenders=lenders.rows,
            allowed=available,
        )
        return Placement(model, vectors, lenders, generator)


def _grown(flags: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    grown = np.zeros(count, np.bool_)
    grown[: len(flags)] = flags
    return grown
