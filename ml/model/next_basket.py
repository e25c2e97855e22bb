"""The next basket by regression: what is bought now, and what this history adds to it.

The score of an item is the share of baskets that hold it now plus the sum of the history's weights
for it; the history fades by baskets and has length one, so that the score is near a probability.
``ml.training.artefacts.next_basket`` has the equation and its sources.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.history import History
from ml.model.lists import NO_EVIDENCE, Evidence, RelatedLists, highest

FADING = 0.8
"""What a basket of the history weighs beside the one after it."""

_HEAD = 4
"""How many times more of the items bought now are looked at than are asked for: a history may
lower some of them."""


@dataclass(frozen=True, slots=True)
class NextBasket:
    """The scores of one history.

    Attributes:
        shares: float32 [items], the share of baskets that hold each item now.
        by_share: int64 [items], the rows by share, highest first.
        history: what the history adds, of either sign.
    """

    shares: NDArray[np.float32]
    by_share: NDArray[np.int64]
    history: Evidence = NO_EVIDENCE

    @classmethod
    def of_nobody(cls, shares: NDArray[np.float32]) -> "NextBasket":
        """Return the scores without a history: what is bought now, float32 [items]."""
        return cls(shares, np.argsort(-shares, kind="stable"))

    def of(self, weights: RelatedLists, history: History, own: NDArray[np.int64]) -> "NextBasket":
        """Return the scores of a history.

        Args:
            weights: what an item adds to every other.
            history: of the customer.
            own: int64 [n], the row of each of its items, negative where the model has none.
        """
        faded = history.recency_sums(FADING)
        counts = (own >= 0) & (faded > 0)
        faded = faded[counts]
        length = np.sqrt(faded @ faded)
        if not length:
            return self
        found = weights.evidence(own[counts], faded / length)
        return NextBasket(self.shares, self.by_share, found)

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the score of each row; 0 for items behind those that the model saw."""
        seen = rows < len(self.shares)
        scores = np.zeros(len(rows), np.float32)
        scores[seen] = self.shares[rows[seen]]
        return scores + self.history.at(rows)

    def top(self, count: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return the rows with the highest scores, best first, at most ``count``.

        Args:
            count: how many at most.
            allowed: bool [items]; rows where it is false are passed over. ``None`` allows all.
        """
        rows, head = self.history.rows, self.by_share[: _HEAD * count]
        if len(rows):
            places = np.minimum(np.searchsorted(rows, head), len(rows) - 1)
            rows = np.concatenate([rows, head[rows[places] != head]])
        else:
            rows = head
        if allowed is not None:
            rows = rows[allowed[rows]]
        return highest(rows, self.at(rows), count)
