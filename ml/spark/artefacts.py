"""A bundle's arrays, one job each; everything but the ranker.

``ml.training.artefacts.bundle_arrays.fit_artefacts`` is the same on one machine; a test compares
the two array by array. A new array of the bundle is a line here, and a job beside the others.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ml.model.attributes import ItemAttributes
from ml.model.bundle import Bundle, ModelFacts
from ml.model.lists import RelatedLists
from ml.model.vocabulary import Vocabulary
from ml.spark.factors import fit_factors
from ml.spark.histories import Histories
from ml.spark.next_basket import next_items
from ml.spark.popularity import (
    as_of_seconds,
    basket_counts,
    basket_sizes,
    popularity,
    present_shares,
)
from ml.spark.related_items import complements, neighbours, store_popularity, transitions
from ml.spark.rhythms import repurchase_sums
from ml.spark.settings import SparkSettings
from ml.training.artefacts.attribute_map import attribute_places, fit_attribute_map
from ml.training.artefacts.rhythms import rhythms_of
from ml.training.learning import LearningConfig


def fit_artefacts(
    histories: Histories,
    attributes: Mapping[str, ItemAttributes],
    config: LearningConfig,
    settings: SparkSettings,
) -> Bundle:
    """Return a bundle without a ranker, not sealed yet.

    ``ml.training.artefacts.bundle_arrays`` has its namesake of one machine.

    Args:
        histories: everything that may be known.
        attributes: what is known of items; may lack any.
        config: as ``check_config`` lets pass.
        settings: how finely the work is split.
    """
    latest_seconds = as_of_seconds(histories)
    counts = basket_counts(histories)
    sold = np.flatnonzero(counts)
    item_ids = tuple(histories.item_ids[row] for row in sold.tolist())
    factors = fit_factors(histories, config.factors, settings, seed=config.seed)[sold]
    fitted = fit_attribute_map(item_ids, factors, attributes)
    rhythm = rhythms_of(repurchase_sums(histories))
    stores = store_popularity(histories, latest_seconds)
    facts = ModelFacts(
        version="",
        created="",
        as_of_seconds=latest_seconds,
        dataset_digest="",
        regularization=config.factors.regularization,
        alpha=config.factors.alpha,
        gap_log_mean=rhythm.gap_log_mean,
        gap_log_std=rhythm.gap_log_std,
    )
    return Bundle(
        facts=facts,
        vocabulary=Vocabulary(item_ids),
        item_factors=factors,
        transitions=_among(sold, transitions(histories)),
        neighbours=_among(sold, neighbours(histories)),
        complements=_among(sold, complements(histories, counts)),
        next_items=_among(sold, next_items(histories, counts, latest_seconds)),
        popularity=popularity(histories, latest_seconds)[sold],
        store_ids=histories.store_ids,
        store_popularity=_pointing_into(sold, stores),
        repeat_rates=rhythm.repeat_rates[sold],
        gap_log_means=rhythm.gap_log_means[sold],
        gap_log_stds=rhythm.gap_log_stds[sold],
        basket_counts=counts[sold],
        basket_sizes=basket_sizes(histories)[sold],
        present_shares=present_shares(histories, latest_seconds)[sold],
        attribute_tokens=fitted[0],
        attribute_weights=fitted[1],
        attribute_places=attribute_places(item_ids, attributes, fitted),
        ranker="",
    )


def _among(sold: NDArray[np.int64], lists: RelatedLists) -> RelatedLists:
    """Return the lists of those items alone, by their places among them."""
    kept = _pointing_into(sold, lists)
    return RelatedLists(kept.rows[sold], kept.scores[sold], len(sold))


def _pointing_into(sold: NDArray[np.int64], lists: RelatedLists) -> RelatedLists:
    """Return the lists with each item's place among ``sold``; every partner is among them."""
    places = np.full(lists.item_count + 1, -1, np.int32)  # the last is that of row -1
    places[sold] = np.arange(len(sold), dtype=np.int32)
    return RelatedLists(places[lists.rows], lists.scores, len(sold))
