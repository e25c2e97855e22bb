"""Learning where an item lies from what it is: ridge regression from tokens to factors.

Source: Gantner et al., "Learning Attribute-to-Feature Mappings for Cold-Start Recommendations",
ICDM 2010, section 4.2 (linear map); ridge: Hoerl, Kennard, "Ridge Regression", 1970.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from ml.model.attributes import AttributeMap, ItemAttributes, tokens

LEAST_TOKEN_ITEMS = 3
"""A token of fewer items says nothing about others."""

MAX_MAP_TOKENS = 4_096
"""The most frequent tokens are kept; the normal equations are this many squared."""

RIDGE = 10.0
"""Penalty on a token's weights: ten items' worth of doubt. Of 1, 3, 10 and 30, ten orders withdrawn
items of Online Retail best, thirty those of the simulated town (docs/decisions/0053)."""


def item_attributes(items: pd.DataFrame) -> dict[str, ItemAttributes]:
    """Return what ``items.parquet`` knows of each item."""
    found = {}
    columns = ("item_id", "name", "category", "brand", "price")
    for item, name, category, brand, price in zip(*(items[each] for each in columns), strict=True):
        found[str(item)] = ItemAttributes(
            name="" if pd.isna(name) else str(name),
            category="" if pd.isna(category) else str(category),
            brand="" if pd.isna(brand) else str(brand),
            price=None if pd.isna(price) else float(price),
        )
    return found


def attribute_places(
    item_ids: Sequence[str],
    attributes: Mapping[str, ItemAttributes],
    fitted: tuple[tuple[str, ...], NDArray[np.float32]],
) -> NDArray[np.float32] | None:
    """Return where their own attributes place items that were bought.

    Args:
        item_ids: n items.
        attributes: of some of them; the others lie at the intercept.
        fitted: as ``fit_attribute_map`` returns it.

    Returns:
        float32 [n, factors]; ``None`` where no token says anything.
    """
    if not fitted[0]:
        return None
    place = AttributeMap.of(*fitted)
    nothing = ItemAttributes("")
    return np.stack([place.vector(attributes.get(each, nothing)) for each in item_ids])


def fit_attribute_map(
    item_ids: Sequence[str],
    item_factors: NDArray[np.float32],
    attributes: Mapping[str, ItemAttributes],
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Return the tokens and their weights, so that ones times weights comes near the factors.

    Args:
        item_ids: n items.
        item_factors: float32 [n, factors].
        attributes: of some of them; the others teach the intercept alone.

    Returns:
        t tokens, ascending, and float32 [t + 1, factors] whose last row is the intercept.
    """
    spoken = [tokens(attributes[each]) if each in attributes else [] for each in item_ids]
    counts = Counter(token for each in spoken for token in each)
    common = [token for token, count in counts.items() if count >= LEAST_TOKEN_ITEMS]
    common.sort(key=lambda token: (-counts[token], token))
    kept = sorted(common[:MAX_MAP_TOKENS])
    intercept = item_factors.mean(axis=0)
    if not kept:
        return (), np.ascontiguousarray(intercept[None], np.float32)
    places = {token: place for place, token in enumerate(kept)}
    pairs = [
        (item, places[token])
        for item, each in enumerate(spoken)
        for token in each
        if token in places
    ]
    rows, columns = np.array(pairs).T
    X = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(item_ids), len(kept)))
    means = np.asarray(X.mean(axis=0)).ravel()
    centred = item_factors.astype(np.float64) - intercept
    gram = (X.T @ X).toarray() - len(item_ids) * np.outer(means, means)
    gram[np.diag_indices_from(gram)] += RIDGE
    weights = np.linalg.solve(gram, X.T @ centred)  # X is centred in gram; centred sums to zero
    last = intercept - means @ weights
    return tuple(kept), np.vstack([weights, last]).astype(np.float32)
