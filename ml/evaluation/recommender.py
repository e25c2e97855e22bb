"""What can be asked: learn from histories, then rank items for customers."""

from collections.abc import Sequence
from typing import Protocol

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Now


class Recommender(Protocol):
    """Ranks items for customers; baselines and models alike."""

    @property
    def name(self) -> str:
        """Return the name it has in tables."""
        ...

    def fit(self, history: Dataset, now: Now) -> None:
        """Learn.

        Args:
            history: everything that may be known.
            now: the moment of asking, or of asking each customer; ``None`` for undated data.
        """
        ...

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """Return the items each customer is most likely to buy next, repeats included.

        Args:
            customer_ids: customers, known or not.
            count: how many items at most.

        Returns:
            A list of each customer in the order asked, best first, no item twice; it may be
            shorter than ``count``.
        """
        ...
