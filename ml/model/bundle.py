"""The bundle: how a model travels, as plain arrays and a few facts.

``ml.model.bundle_folder`` writes and reads it, ``ml.model.bundle_fit`` says whether its arrays
belong together.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ml.model.drift import DriftReference
from ml.model.lists import RelatedLists
from ml.model.vocabulary import Vocabulary

TEXTS = ("item_ids", "store_ids", "attribute_tokens")
LISTS = ("transitions", "neighbours", "complements", "store_popularity", "next_items")
SIGNED_LISTS = ("next_items",)
COLUMNS = (
    "repeat_rates", "gap_log_means", "gap_log_stds", "basket_counts", "basket_sizes",
    "present_shares",
)  # fmt: skip
MATRICES = ("item_factors", "popularity", "attribute_weights")
OPTIONAL_MATRICES = ("attribute_places",)
"""The names of a bundle's arrays by form; each list is two arrays, rows and scores; scores of
signed lists may be negative; a bundle may come without an optional one."""


REFUSAL_REASONS = (
    "MISSING_FILE",
    "BAD_MANIFEST",
    "BAD_FORMAT",
    "BAD_DIGEST",
    "BAD_SHAPE",
    "NOT_FINITE",
    "BAD_VALUE",
    "BAD_RECALL",
    "UNREADABLE",
)
"""Why a bundle may be refused."""


class BundleError(Exception):
    """A bundle that may not be used.

    Attributes:
        reason: one of ``REFUSAL_REASONS``.
    """

    def __init__(self, reason: str, message: str) -> None:
        """Keep the reason beside the sentence."""
        super().__init__(f"{reason}: {message}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a bundle says about itself.

    Attributes:
        version: names the model; derived from the content by ``content_version``.
        created: the moment up to which it knows purchases, ISO 8601, UTC.
        as_of_seconds: time of the latest purchase it learned from, seconds since 1970.
        dataset_digest: digest of the data set it learned from.
        regularization: of the fold-in.
        alpha: confidence per basket of the fold-in.
        gap_log_mean: mean of the logarithm of repurchase gaps in days, over all items.
        gap_log_std: its standard deviation.
        metrics: what the evaluation measured.
    """

    version: str
    created: str
    as_of_seconds: int
    dataset_digest: str
    regularization: float
    alpha: float
    gap_log_mean: float
    gap_log_std: float
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model's arrays; rows are items in the order of ``vocabulary``, n of them.

    Attributes:
        facts: what it says about itself.
        vocabulary: the n items.
        item_factors: float32 [n, factors].
        transitions: next-basket partners of an item: probability that the next basket holds the
            partner, given the item in this one.
        neighbours: items bought by the same customers, cosine.
        complements: items bought in the same basket, cosine.
        next_items: what an item of a history adds to the score of another in the next basket, or
            takes from it; see ``ml.model.next_basket``.
        popularity: float32 [n, 3], share of baskets holding the item in the last 7, 28, 90 days.
        store_ids: the stores, m of them.
        store_popularity: popular items of each store: share of its baskets in the last 90 days.
        repeat_rates: float32 [n], share of buyers who bought again, shrunk to the mean.
        gap_log_means: float32 [n], mean logarithm of the repurchase gap in days, shrunk.
        gap_log_stds: float32 [n], its standard deviation, shrunk, positive.
        basket_counts: float32 [n], how many baskets held the item, ever.
        basket_sizes: float32 [n], how many items the baskets with it hold, on average.
        present_shares: float32 [n], share of baskets holding the item now: each basket weighs half
            as much as one a week later.
        attribute_tokens: tokens of item attributes, t of them.
        attribute_weights: float32 [t + 1, factors], what a token adds to a new item's vector; the
            last row is the intercept.
        attribute_places: float32 [n, factors], where the items' own attributes place them: there a
            new item looks for those it is like. ``None`` where nobody learned it; then it looks
            among ``item_factors``.
        ranker: the trees of the ranker, in LightGBM's text form.
        drift: what the model looks like in use; ``None`` where nobody looked.
    """

    facts: ModelFacts
    vocabulary: Vocabulary
    item_factors: NDArray[np.float32]
    transitions: RelatedLists
    neighbours: RelatedLists
    complements: RelatedLists
    next_items: RelatedLists
    popularity: NDArray[np.float32]
    store_ids: tuple[str, ...]
    store_popularity: RelatedLists
    repeat_rates: NDArray[np.float32]
    gap_log_means: NDArray[np.float32]
    gap_log_stds: NDArray[np.float32]
    basket_counts: NDArray[np.float32]
    basket_sizes: NDArray[np.float32]
    present_shares: NDArray[np.float32]
    attribute_tokens: tuple[str, ...]
    attribute_weights: NDArray[np.float32]
    ranker: str
    drift: DriftReference | None = None
    attribute_places: NDArray[np.float32] | None = None

    @property
    def places(self) -> NDArray[np.float32]:
        """Where a new item finds those it is like, float32 [n, factors]."""
        return self.item_factors if self.attribute_places is None else self.attribute_places
