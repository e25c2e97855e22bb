"""From a history to the items worth ranking, with what the caller needs to know of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.candidates import Moment
from ml.model.history import History
from services.embedding.domain.assortment import Assortment, Placement
from services.serving.failures import Failure, Kind

_RETRY_AFTER_SECONDS = 1.0
"""A model that is being loaded is there within moments."""


@dataclass(frozen=True, slots=True)
class RetrievalQuery:
    """What is asked.

    Attributes:
        history: what the customer bought.
        moment: basket, store, and how much to propose.
        categories: only items of these; empty for all.
        brands: only items of these; empty for all.
        excluded_ids: never these.
        model_version: the model that shall answer where it is loaded; empty for the champion.
    """

    history: History
    moment: Moment
    categories: Sequence[str] = ()
    brands: Sequence[str] = ()
    excluded_ids: Sequence[str] = ()
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Candidates in columns.

    Attributes:
        model_version: the model that answered.
        item_ids: n candidates, own ones first in the order of the history.
        scores: float32 [sources, n] in the order of ``ml.model.candidates.SOURCES``.
        own_item_count: how many at the head are own.
        categories: the categories that occur.
        category_positions: for each candidate a position in ``categories``.
        brands: the brands that occur.
        brand_positions: for each candidate a position in ``brands``.
        vector: float32 [factors], the customer's; it does not leave the service.
    """

    model_version: str
    item_ids: list[str]
    scores: NDArray[np.float32]
    own_item_count: int
    categories: list[str]
    category_positions: list[int]
    brands: list[str]
    brand_positions: list[int]
    vector: NDArray[np.float32] | None


def retrieved(assortment: Assortment, query: RetrievalQuery) -> Retrieved:
    """Return the candidates for a query; only items of the catalogue that are in stock.

    Raises:
        Failure: of kind ``UNAVAILABLE``, when no model is loaded.
    """
    placement = required_placement(assortment)
    allowed = _allowed(assortment, query)
    candidates = placement.generator.generate(query.history, query.moment, allowed)
    rows = assortment.vocabulary.rows(candidates.item_ids)
    categories, category_positions = assortment.categories.coded(rows)
    brands, brand_positions = assortment.brands.coded(rows)
    return Retrieved(
        model_version=placement.model.version,
        item_ids=candidates.item_ids,
        scores=candidates.scores,
        own_item_count=candidates.own_item_count,
        categories=categories,
        category_positions=category_positions,
        brands=brands,
        brand_positions=brand_positions,
        vector=candidates.vector,
    )


def required_placement(assortment: Assortment) -> Placement:
    """Return the model's side of an assortment.

    Raises:
        Failure: of kind ``UNAVAILABLE``, when no model is loaded.
    """
    if assortment.placement is None:
        raise Failure(
            Kind.UNAVAILABLE,
            "MODEL_NOT_LOADED",
            "no model has been loaded yet",
            retry_after_seconds=_RETRY_AFTER_SECONDS,
        )
    return assortment.placement


def _allowed(assortment: Assortment, query: RetrievalQuery) -> NDArray[np.bool_] | None:
    """Return which rows may be proposed; ``None`` where the query narrows nothing."""
    unwanted = (*query.excluded_ids, *query.moment.current_basket)
    if not (unwanted or query.categories or query.brands):
        return None
    allowed = assortment.available.copy()
    if query.categories:
        allowed &= assortment.categories.is_any_of(query.categories)
    if query.brands:
        allowed &= assortment.brands.is_any_of(query.brands)
    rows = assortment.vocabulary.rows(unwanted)
    allowed[rows[rows >= 0]] = False
    return allowed
