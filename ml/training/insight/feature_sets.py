"""What of the features is left out together, to see what it is worth.

The groups are those of ``ml.model.features``, by which people are told reasons. What is due, and
what is popular now, lie across them: rhythms of the item and of the customer's visits in several
groups, and beside the present shares of an item what it always was. So they are named here; and so
is each together with what says nearly the same, for a set whose place others take looks worthless.
"""

from collections.abc import Mapping

from ml.model.features import GROUPS

DUENESS = (
    *GROUPS["timing"], "item_gap", "days_since_basket", "mean_basket_gap", "basket_due",
)  # fmt: skip
"""Days since and gaps, of the item and of the visits. How many baskets ago an item was bought
stays: that needs no dates."""

POPULARITY_NOW = (
    "popular_here", "popular_7", "popular_28", "popular_90", "trend", "present_trend",
)  # fmt: skip
"""Shares of the last days, here and anywhere, and where they tend."""

LATELY = ("recency_50", "recency_80", "recency_95", "baskets_since")
"""What was bought lately, told by baskets instead of days."""

NEXT_SCORES = ("next", "next_relative", "next_place")
"""What the regression of the next basket says; it begins with the present shares of items."""

FEATURE_SETS: Mapping[str, tuple[str, ...]] = {
    "due-ness": DUENESS,
    "popularity as of now": POPULARITY_NOW,
    "both of these": DUENESS + POPULARITY_NOW,
    "due-ness and recency": DUENESS + LATELY,
    "popularity as of now and next": POPULARITY_NOW + NEXT_SCORES,
} | {f"all of {group}": names for group, names in GROUPS.items()}
"""Feature names by what they are called together."""
