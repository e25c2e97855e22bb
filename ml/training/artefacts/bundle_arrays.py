"""A bundle's arrays from purchase histories; everything but the ranker.

All of it belongs to items: nothing about a customer travels in a bundle.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ml.model.attributes import ItemAttributes
from ml.model.bundle import Bundle, ModelFacts
from ml.model.vocabulary import Vocabulary
from ml.training.artefacts.attribute_map import attribute_places, fit_attribute_map
from ml.training.artefacts.factors import FactorConfig, Weighting, fit_factors, fit_neighbours
from ml.training.artefacts.next_basket import next_items, present_shares
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases
from ml.training.artefacts.related_items import complements, store_popularity, transitions
from ml.training.artefacts.rhythms import rhythms

POPULARITY_DAYS = (7, 28, 90)
"""Windows of the popularity, all ending with the latest purchase."""


def fit_artefacts(
    purchases: Purchases,
    attributes: Mapping[str, ItemAttributes],
    config: FactorConfig,
    *,
    weighting: Weighting = "cosine",
    seed: int = 0,
) -> Bundle:
    """Return a bundle without a ranker, not sealed yet.

    Args:
        purchases: everything that may be known.
        attributes: what is known of items; may lack any.
        config: of the item factors.
        weighting: of the neighbour lists.
        seed: same data and seed give the same arrays.
    """
    counts = purchases.customer_counts()
    factors = fit_factors(counts, config, seed=seed)
    rhythm = rhythms(purchases)
    fitted = fit_attribute_map(purchases.item_ids, factors, attributes)
    facts = ModelFacts(
        version="",
        created="",
        as_of_seconds=purchases.as_of_seconds,
        dataset_digest="",
        regularization=config.regularization,
        alpha=config.alpha,
        gap_log_mean=rhythm.gap_log_mean,
        gap_log_std=rhythm.gap_log_std,
    )
    return Bundle(
        facts=facts,
        vocabulary=Vocabulary(purchases.item_ids),
        item_factors=factors,
        transitions=transitions(purchases),
        neighbours=fit_neighbours(counts, weighting),
        complements=complements(purchases),
        next_items=next_items(purchases),
        popularity=popularity(purchases, purchases.as_of_seconds),
        store_ids=purchases.store_ids,
        store_popularity=store_popularity(purchases, purchases.as_of_seconds),
        repeat_rates=rhythm.repeat_rates,
        gap_log_means=rhythm.gap_log_means,
        gap_log_stds=rhythm.gap_log_stds,
        basket_counts=basket_counts(purchases, purchases.as_of_seconds),
        basket_sizes=_basket_sizes(purchases),
        present_shares=present_shares(purchases, purchases.as_of_seconds),
        attribute_tokens=fitted[0],
        attribute_weights=fitted[1],
        attribute_places=attribute_places(purchases.item_ids, attributes, fitted),
        ranker="",
    )


def popularity(purchases: Purchases, as_of_seconds: int) -> NDArray[np.float32]:
    """Return the share of baskets that hold each item in the windows of ``POPULARITY_DAYS``.

    Args:
        purchases: what was bought, and later too.
        as_of_seconds: when the windows end; what was bought later does not count.

    Returns:
        float32 [items, windows]; zeros where a window has no basket.
    """
    n = len(purchases.item_ids)
    shares = np.zeros((n, len(POPULARITY_DAYS)), np.float32)
    for place, days in enumerate(POPULARITY_DAYS):
        ages = as_of_seconds - purchases.basket_seconds
        recent = (ages >= 0) & (ages < days * SECONDS_PER_DAY)
        held = purchases.row_items[recent[purchases.row_baskets]]
        shares[:, place] = np.bincount(held, minlength=n) / max(recent.sum(), 1)
    return shares


def basket_counts(purchases: Purchases, as_of_seconds: int) -> NDArray[np.float32]:
    """Return how many baskets held each item until a moment, float32 [items]."""
    held = purchases.row_items[(purchases.basket_seconds <= as_of_seconds)[purchases.row_baskets]]
    return np.bincount(held, minlength=len(purchases.item_ids)).astype(np.float32)


def _basket_sizes(purchases: Purchases) -> NDArray[np.float32]:
    items = len(purchases.item_ids)
    sizes = np.bincount(purchases.row_baskets, minlength=len(purchases.basket_seconds))
    sums = np.bincount(purchases.row_items, sizes[purchases.row_baskets], items)
    counts = np.bincount(purchases.row_items, minlength=items)
    return np.asarray(sums / np.maximum(counts, 1), np.float32)
