"""Whether the arrays of a bundle belong together; pure checks, each with its reason."""

from ml.model.bundle import COLUMNS, LISTS, SIGNED_LISTS, Bundle, BundleError
from ml.model.lists import RelatedLists


def check_fit(bundle: Bundle) -> None:
    """Refuse arrays that do not belong together, or rows that point nowhere.

    Raises:
        BundleError: with reason ``BAD_SHAPE`` or ``BAD_VALUE``.
    """
    items = len(bundle.vocabulary)
    factors = bundle.item_factors.shape[1] if bundle.item_factors.ndim == 2 else 0
    if items == 0 or factors == 0:
        raise BundleError("BAD_SHAPE", "a bundle needs at least one item and one factor")
    shapes = {
        "item_factors": (items, factors),
        "popularity": (items, 3),
        "attribute_weights": (len(bundle.attribute_tokens) + 1, factors),
    } | dict.fromkeys(COLUMNS, (items,))
    if bundle.attribute_places is not None:
        shapes["attribute_places"] = (items, factors)
    for name, wanted in shapes.items():
        found = getattr(bundle, name).shape
        if found != wanted:
            raise BundleError("BAD_SHAPE", f"{name} has shape {found}, must have {wanted}")
    for name in LISTS:
        _check_lists(name, getattr(bundle, name), bundle)
    if (bundle.gap_log_stds <= 0).any() or bundle.facts.gap_log_std <= 0:
        raise BundleError("BAD_VALUE", "a standard deviation is not positive")
    if bundle.facts.alpha <= 0 or bundle.facts.regularization < 0:
        raise BundleError("BAD_VALUE", "alpha is not positive, or the regularisation is negative")


def _check_lists(name: str, lists: RelatedLists, bundle: Bundle) -> None:
    entries = len(bundle.store_ids) if name == "store_popularity" else len(bundle.vocabulary)
    if lists.rows.ndim != 2 or lists.rows.shape != lists.scores.shape:
        raise BundleError("BAD_SHAPE", f"rows and scores of {name} differ in shape")
    if len(lists.rows) != entries:
        raise BundleError("BAD_SHAPE", f"{name} has {len(lists.rows)} lists, must have {entries}")
    if lists.rows.size and (lists.rows.min() < -1 or lists.rows.max() >= lists.item_count):
        raise BundleError("BAD_VALUE", f"{name} points at an item that does not exist")
    if name not in SIGNED_LISTS and (lists.scores < 0).any():
        raise BundleError("BAD_VALUE", f"{name} has a negative score")
    if (lists.scores[lists.rows < 0] != 0).any():
        raise BundleError("BAD_VALUE", f"{name} has a score behind its end")
