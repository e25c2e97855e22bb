"""The values that are watched, of one answer and of one customer's vector.

Training calls these on past visits and the services on every answer, so that both mean the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.history import History
from ml.model.vocabulary import Vocabulary

LIST_LENGTH = 10
"""So many of the best items are looked at."""

DIGITS = 4
"""Values are rounded: two machines that differ in the last bit agree on the bin."""

_POPULARITY_DAYS = 2
"""The column of ``Bundle.popularity`` over 90 days: the one that moves least by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """What the values of an answer are measured by.

    Attributes:
        vocabulary: the model's items.
        ranks: float32 [items + 1], for each item the share of items that sell less, 0 to 1; a
            last 0 for any item that the model never saw.
    """

    vocabulary: Vocabulary
    ranks: NDArray[np.float32]

    @classmethod
    def of(cls, bundle: Bundle) -> "Yardstick":
        """Return the yardstick of a model."""
        sold = bundle.popularity[:, _POPULARITY_DAYS]
        ranks = np.zeros(len(sold) + 1, np.float32)
        ranks[:-1] = np.searchsorted(np.sort(sold), sold) / len(sold)
        return cls(bundle.vocabulary, ranks)

    def answer_values(
        self, history: History, item_ids: Sequence[str], probabilities: NDArray[np.float32]
    ) -> dict[str, float]:
        """Return the values of an answer.

        Args:
            history: of the customer, with at least one basket.
            item_ids: n items that were ranked, n at least 1.
            probabilities: float32 [n].

        Returns:
            Of ``ANSWER_STATISTICS`` those that there are: probability of the best and of the tenth
            item (the last of a shorter list), mean rank by sales of the ten best and of the latest
            basket's known items, baskets known, share of unknown items in the latest basket.
        """
        best = np.argsort(-probabilities, kind="stable")[:LIST_LENGTH]
        listed = self.vocabulary.rows([item_ids[place] for place in best.tolist()])
        values = {
            "best_score": round(float(probabilities[best[0]]), DIGITS),
            "tenth_score": round(float(probabilities[best[-1]]), DIGITS),
            "list_popularity": round(float(self.ranks[listed].mean()), DIGITS),
            "history_length": float(history.basket_count),
        }
        bought = self.vocabulary.rows(latest_basket(history))
        known = bought[bought >= 0]
        if len(bought):
            values["unknown_items"] = 1 - len(known) / len(bought)
        if len(known):
            values["basket_popularity"] = round(float(self.ranks[known].mean()), DIGITS)
        return values


def vector_values(vector: NDArray[np.float32], axes: NDArray[np.float32]) -> dict[str, float]:
    """Return the values of a customer's vector.

    Args:
        vector: float32 [factors].
        axes: float32 [axes, factors], of length 1.

    Returns:
        ``VECTOR_STATISTICS``: its length, and its cosine with every axis; nothing for a vector of
        zeros, which says that no item of the history is known.
    """
    length = float(np.sqrt(vector @ vector))
    if length == 0:
        return {}
    cosines = (axes @ vector / length).tolist()
    return {"vector_length": round(length, DIGITS)} | {
        f"vector_axis_{axis}": round(cosine, DIGITS) for axis, cosine in enumerate(cosines, 1)
    }


def latest_basket(history: History) -> list[str]:
    """Return the items of the latest basket; none where no basket is told."""
    if len(history.recent_basket_sizes) == 0:
        return []
    places = history.recent_basket_items[: int(history.recent_basket_sizes[0])]
    return [history.item_ids[place] for place in places.tolist()]
