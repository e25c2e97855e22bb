"""What a model must beat: popular, personal, personal then popular.

Source: Li, Jullien, Ariannezhad, de Rijke, "A Next Basket Recommendation Reality Check", ACM TOIS
2023, section 3.1 (G-TopFreq, P-TopFreq, GP-TopFreq).
"""

from collections.abc import Sequence
from typing import Literal

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Now

Ties = Literal["popular", "earliest"]


class Popular:
    """The items that most baskets hold, the same for everybody (G-TopFreq)."""

    name = "popular"

    def __init__(self) -> None:
        """Know nothing yet."""
        self._ranked: list[str] = []

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Count baskets; ties go to the smaller id."""
        counts = history.interactions.groupby("item_id", sort=True).size()
        self._ranked = counts.sort_values(ascending=False, kind="stable").index.tolist()

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``."""
        return [self._ranked[:count] for _ in customer_ids]


class Personal:
    """The items that most of the customer's own baskets hold (P-TopFreq).

    Most counts are small, so ties decide much: broken by popularity, Recall@10 on Ta-Feng is .123
    where the published table, which takes the item bought first, has .107.
    """

    name = "personal"

    def __init__(self, ties: Ties = "popular") -> None:
        """Know nothing yet; ``ties`` says which of two items bought equally often comes first."""
        self._ties = ties
        self._ranked: dict[str, list[str]] = {}

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Count each customer's baskets; the last tie goes to the smaller id."""
        frame = history.interactions
        own = frame.groupby(["customer_id", "item_id"], sort=True)["sequence"]
        found = own.agg(["size", "min"]).reset_index()
        found["popularity"] = found["item_id"].map(frame["item_id"].value_counts())
        column, ascending = ("popularity", False) if self._ties == "popular" else ("min", True)
        found = found.sort_values(
            ["customer_id", "size", column], ascending=[True, False, ascending], kind="stable"
        )
        self._ranked = {
            str(customer): items.tolist()
            for customer, items in found.groupby("customer_id", sort=False)["item_id"]
        }

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``."""
        return [self._ranked.get(customer, [])[:count] for customer in customer_ids]


class PersonalThenPopular:
    """The customer's own items, then what is popular (GP-TopFreq): the baseline to beat."""

    name = "personal-then-popular"

    def __init__(self, ties: Ties = "popular") -> None:
        """Know nothing yet; ``ties`` as in ``Personal``."""
        self._personal = Personal(ties)
        self._popular = Popular()

    def fit(self, history: Dataset, now: Now) -> None:
        """Count both ways."""
        self._personal.fit(history, now)
        self._popular.fit(history, now)

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``."""
        personal = self._personal.recommend(customer_ids, count)
        popular = self._popular.recommend(customer_ids, 2 * count)
        return [
            list(dict.fromkeys(own + common))[:count]
            for own, common in zip(personal, popular, strict=True)
        ]
