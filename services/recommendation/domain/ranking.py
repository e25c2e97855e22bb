"""Items proposed for a customer, and the same items ranked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.candidates import Candidates
from ml.model.timing import Timing
from services.recommendation.domain.moment import Moment


@dataclass(frozen=True, slots=True)
class ItemAttributes:
    """Categories and brands of n items, each name once.

    Attributes:
        categories: the names that the indexes point into; the empty name for none.
        category_indexes: int64 [n].
        brands: the names that the indexes point into; the empty name for none.
        brand_indexes: int64 [n].
    """

    categories: tuple[str, ...]
    category_indexes: NDArray[np.int64]
    brands: tuple[str, ...]
    brand_indexes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Items worth ranking, with what is known of them."""

    candidates: Candidates
    attributes: ItemAttributes
    model_version: str = ""
    """The model that proposed them; empty where no search was made."""


Losses = Callable[[NDArray[np.int64]], Mapping[str, NDArray[np.float32]]]
"""For some places, what each group of features is worth to the log-odds there."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The n proposed items with the probability that the next basket holds each.

    Attributes:
        proposal: the items, own ones at the head.
        probabilities: float32 [n], 0 to 1.
        timing: of the own items.
        own_counts: float32 [own], in how many baskets each own item was.
        losses: why the model says so, for the places asked for.
        model_version: empty where no model ranked.
        told: float32 [n], what the customer's answers add to the log-odds; ``None`` for nothing.
    """

    proposal: Proposal
    probabilities: NDArray[np.float32]
    timing: Timing
    own_counts: NDArray[np.float32]
    losses: Losses
    model_version: str
    told: NDArray[np.float32] | None = None

    @property
    def item_ids(self) -> list[str]:
        """The items."""
        return self.proposal.candidates.item_ids

    @property
    def own_item_count(self) -> int:
        """How many items at the head are own ones."""
        return self.proposal.candidates.own_item_count

    def category(self, place: int) -> str:
        """Return the category of the item at ``place``; empty for none."""
        attributes = self.proposal.attributes
        return attributes.categories[int(attributes.category_indexes[place])]

    def is_of(self, kind: str, name: str) -> NDArray[np.bool_]:
        """Return which items are of a ``category`` or ``brand``, or are that ``item``; bool [n]."""
        attributes = self.proposal.attributes
        if kind == "item":
            places = [self.item_ids.index(name)] if name in self.item_ids else []
            return np.isin(np.arange(len(self.item_ids)), places)
        names, indexes = {
            "category": (attributes.categories, attributes.category_indexes),
            "brand": (attributes.brands, attributes.brand_indexes),
        }[kind]
        return indexes == names.index(name) if name in names else np.zeros(len(indexes), np.bool_)

    def best(self, count: int, *, left_out: NDArray[np.bool_]) -> list[int]:
        """Return the places of the most probable items, best first, at most ``count``.

        Args:
            count: how many at most.
            left_out: bool [n], which are passed over.
        """
        order = np.argsort(-self.probabilities, kind="stable")
        places: list[int] = order[~left_out[order]][:count].tolist()
        return places

    def just_bought(self) -> NDArray[np.bool_]:
        """Return which items were bought a moment ago, by the customer's own rhythm; bool [n]."""
        bought = np.zeros(len(self.item_ids), np.bool_)
        bought[: self.own_item_count] = self.timing.just_bought
        return bought

    def in_basket(self, moment: Moment) -> NDArray[np.bool_]:
        """Return which items are in the basket at hand; bool [n]."""
        basket = set(moment.basket)
        if not basket:
            return np.zeros(len(self.item_ids), np.bool_)
        return np.fromiter((each in basket for each in self.item_ids), np.bool_, len(self.item_ids))
