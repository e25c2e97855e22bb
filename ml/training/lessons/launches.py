"""Lessons about new items: some that are known are hidden, as if they came in today.

Every item of the past was bought by somebody, so nothing else teaches the ranker what one that
nobody has bought is worth. The hidden items lose their lists, factors and figures and are placed by
their attributes, as the services place an item of the catalogue that the model never saw.

Source: Volkovs, Yu, Poutanen, "DropoutNet: Addressing Cold Start in Recommender Systems", NIPS 2017
(preferences of some items hidden while the model learns).
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset
from ml.dataset.withdrawal import without_purchases
from ml.model.attributes import AttributeMap, ItemAttributes
from ml.model.bundle import COLUMNS, LISTS, Bundle
from ml.model.candidates import CandidateGenerator
from ml.model.index import build_index
from ml.model.lists import RelatedLists
from ml.model.vocabulary import Vocabulary
from ml.training.artefacts.attribute_map import attribute_places, fit_attribute_map, item_attributes
from ml.training.artefacts.purchases import Purchases, purchases_of

HIDDEN_SHARE = 0.1
"""Share of the known items that are hidden."""


@dataclass(frozen=True, slots=True, eq=False)
class Launch:
    """What is known where some items came in today."""

    candidates: CandidateGenerator
    purchases: Purchases


def launch(bundle: Bundle, known: Dataset, generator: np.random.Generator) -> Launch | None:
    """Return what would be known if some items came in today; ``None`` where none can be placed.

    Args:
        bundle: artefacts of ``known``.
        known: histories, and attributes of items.
        generator: draws the items.
    """
    attributes = item_attributes(known.items)
    can_hide = np.array([each in attributes for each in bundle.vocabulary.item_ids], np.bool_)
    hidden = can_hide & (generator.random(len(can_hide)) < HIDDEN_SHARE)
    if not hidden.any() or hidden.all():
        return None
    names = bundle.vocabulary.ids(np.flatnonzero(hidden))
    purchases = purchases_of(without_purchases(known, names))
    # a customer who bought nothing else is gone, and with them what nobody else bought
    gone = hidden | (Vocabulary(purchases.item_ids).rows(bundle.vocabulary.item_ids) < 0)
    without = without_items(bundle, gone, attributes)
    fresh = {name: attributes[name] for name in names}
    return Launch(with_catalogue(without, fresh), purchases)


def with_catalogue(bundle: Bundle, attributes: Mapping[str, ItemAttributes]) -> CandidateGenerator:
    """Return what proposes a bundle's items and, as fresh ones, the others of a catalogue."""
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    fresh = sorted(item for item in attributes if item not in bundle.vocabulary)
    if not fresh:
        return generator
    placed = AttributeMap.of(bundle.attribute_tokens, bundle.attribute_weights)
    return generator.with_fresh(
        fresh, np.stack([placed.vector(attributes[each]) for each in fresh])
    )


def without_items(
    bundle: Bundle, hidden: NDArray[np.bool_], attributes: Mapping[str, ItemAttributes]
) -> Bundle:
    """Return a bundle that does not know some of its items.

    What the others have learned beside them stays, but where items lie by their attributes is
    learned anew: it shall say nothing of the hidden ones that was read off them.

    Args:
        bundle: any.
        hidden: bool [items], not all of them.
        attributes: what is known of items.
    """
    kept = np.flatnonzero(~hidden)
    row_of = np.full(len(hidden) + 1, -1, np.int32)  # the last one is that of no partner
    row_of[kept] = np.arange(len(kept))
    item_ids = bundle.vocabulary.ids(kept)
    factors = bundle.item_factors[kept]
    fitted = fit_attribute_map(item_ids, factors, attributes)
    parts: dict[str, Any] = {name: getattr(bundle, name)[kept] for name in COLUMNS}
    for name in LISTS:
        entries = np.arange(len(bundle.store_ids)) if name == "store_popularity" else kept
        parts[name] = _renumbered(getattr(bundle, name), entries, row_of)
    return dataclasses.replace(
        bundle,
        vocabulary=Vocabulary(item_ids),
        item_factors=factors,
        popularity=bundle.popularity[kept],
        attribute_tokens=fitted[0],
        attribute_weights=fitted[1],
        attribute_places=attribute_places(item_ids, attributes, fitted),
        **parts,
    )


def _renumbered(
    lists: RelatedLists, entries: NDArray[np.int64], row_of: NDArray[np.int32]
) -> RelatedLists:
    """Return the lists of some entries, their partners under other rows or, at -1, left out."""
    rows = row_of[lists.rows[entries]]
    scores = np.where(rows < 0, np.float32(0), lists.scores[entries])
    order = np.argsort(rows < 0, axis=1, kind="stable")  # what is left moves together
    return RelatedLists(
        np.take_along_axis(rows, order, axis=1),
        np.take_along_axis(scores, order, axis=1),
        int(row_of.max()) + 1,
    )
