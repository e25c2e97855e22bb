"""Where an item nobody has bought yet lies: its vector from category, brand, name and price.

Source: Gantner, Drumond, Freudenthaler, Rendle, Schmidt-Thieme, "Learning Attribute-to-Feature
Mappings for Cold-Start Recommendations", ICDM 2010; here the linear map, fitted by ridge
regression.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_TOKENS = 64
"""Tokens beyond this in one item carry nothing new."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class ItemAttributes:
    """What is known of an item before anybody buys it; empty strings and ``None`` say unknown."""

    name: str
    category: str = ""
    brand: str = ""
    price: float | None = None


def tokens(attributes: ItemAttributes) -> list[str]:
    """Return the distinct tokens of an item: ``category=…``, ``brand=…``, ``price=…``, words.

    Prices fall into bands a factor of two wide.
    """
    found = []
    if attributes.category:
        found.append(f"category={attributes.category.casefold()}")
    if attributes.brand:
        found.append(f"brand={attributes.brand.casefold()}")
    if attributes.price is not None and attributes.price > 0:
        found.append(f"price={math.floor(math.log2(attributes.price))}")
    found += _WORD.findall(attributes.name.casefold())
    return list(dict.fromkeys(found))[:MAX_TOKENS]


@dataclass(frozen=True, slots=True)
class AttributeMap:
    """The linear map from tokens to the space of the item factors.

    Attributes:
        places: token to its row in ``weights``.
        weights: float32 [tokens + 1, factors]; the last row is the intercept.
    """

    places: dict[str, int]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, attribute_tokens: Sequence[str], weights: NDArray[np.float32]) -> "AttributeMap":
        """Take the tokens in the order of the weights' rows."""
        return cls({token: place for place, token in enumerate(attribute_tokens)}, weights)

    def vector(self, attributes: ItemAttributes) -> NDArray[np.float32]:
        """Return where the item lies, float32 [factors]; the intercept where no token is known."""
        known = [self.places[token] for token in tokens(attributes) if token in self.places]
        vector: NDArray[np.float32] = self.weights[-1] + self.weights[known].sum(axis=0)
        return vector
