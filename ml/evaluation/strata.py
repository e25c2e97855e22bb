"""Parts of an answer that are scored by themselves: who was asked, and what was wanted.

A stratum of items narrows every true basket to the items that belong to it (bought before or new to
the customer, seldom or often bought by anybody); customers who wanted nothing of it are left out. A
stratum of customers keeps those with so many known baskets.

Source: Li, Jullien, Ariannezhad, de Rijke, "A Next Basket Recommendation Reality Check", ACM TOIS
2023, section 4.3 (metrics of repeated and of new items).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ml.dataset.dataset import Ideal
from ml.evaluation.comparison import Answered, Judgement
from ml.evaluation.metrics import score_customers
from ml.evaluation.question import Question

BASKET_BANDS = ((0, 0), (1, 1), (2, 2), (3, 5), (6, None))
"""Known baskets of a customer, from and to."""

PURCHASE_BANDS = ((0, 0), (1, 2), (3, 9), (10, 99), (100, None))
"""Known purchases of an item by anybody, from and to."""

Band = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Known:
    """What a question tells of those who are asked and of what they want."""

    baskets: dict[str, int]
    """How many baskets of each customer are known; who is missing has none."""
    items: dict[str, frozenset[str]]
    """What each customer who is asked bought before."""
    purchases: dict[str, int]
    """How many known baskets held each item; what is missing was in none."""


IsWanted = Callable[[Known, str, str], bool]
"""Whether an item, the last, of a customer's true basket belongs to the stratum."""


def known_of(question: Question) -> Known:
    """Return what the question's history tells."""
    bought = question.history.interactions
    asked = bought[bought["customer_id"].isin(question.truth)]
    by_customer = asked.groupby("customer_id", sort=False)
    baskets = by_customer["sequence"].nunique()
    purchases = pd.concat([bought["item_id"], question.history.targets["item_id"]]).value_counts()
    return Known(
        dict(zip(baskets.index, baskets.tolist(), strict=True)),
        {str(name): frozenset(items) for name, items in by_customer["item_id"]},
        dict(zip(purchases.index, purchases.tolist(), strict=True)),
    )


def told(band: Band) -> str:
    """Return a band as people write it: ``2``, ``3-5``, ``6+``."""
    low, high = band
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Scores parts of any judgement of the same questions.

    Attributes:
        known: what each question tells, in the order in which they were asked.
        ideal: see ``score_customers``.
    """

    known: tuple[Known, ...]
    ideal: Ideal

    @classmethod
    def of(cls, questions: Sequence[Question], *, ideal: Ideal) -> "Strata":
        """Return the strata of these questions."""
        return cls(tuple(map(known_of, questions)), ideal)

    def bought_before(self, judgement: Judgement) -> Judgement | None:
        """Return how it did on items the customer had bought before; ``None`` without any."""
        return self._narrowed(
            judgement, lambda known, customer, item: item in known.items.get(customer, ())
        )

    def new_to_customer(self, judgement: Judgement) -> Judgement | None:
        """Return how it did on items the customer had never bought; ``None`` without any."""
        return self._narrowed(
            judgement, lambda known, customer, item: item not in known.items.get(customer, ())
        )

    def by_known_purchases(self, judgement: Judgement) -> dict[str, Judgement]:
        """Return how it did on items of each of ``PURCHASE_BANDS``; empty bands are left out."""
        found = {}
        for band in PURCHASE_BANDS:

            def is_wanted(known: Known, _: str, item: str, band: Band = band) -> bool:
                return _is_within(known.purchases.get(item, 0), band)

            narrowed = self._narrowed(judgement, is_wanted)
            if narrowed:
                found[told(band)] = narrowed
        return found

    def by_known_baskets(self, judgement: Judgement) -> dict[str, Judgement]:
        """Return how it did for customers of each of ``BASKET_BANDS``; empty ones are left out."""
        found = {}
        for band in BASKET_BANDS:
            kept = []
            for each, known in zip(judgement.answered, self.known, strict=True):
                sizes = [known.baskets.get(customer, 0) for customer in each.scores.index]
                rows = each.scores[[_is_within(size, band) for size in sizes]]
                if len(rows):
                    kept.append(replace(each, scores=rows))
            if kept:
                found[told(band)] = Judgement(judgement.name, tuple(kept))
        return found

    def _narrowed(self, judgement: Judgement, is_wanted: IsWanted) -> Judgement | None:
        kept: list[Answered] = []
        for each, known in zip(judgement.answered, self.known, strict=True):
            truth: dict[str, frozenset[str]] = {}
            for customer, basket in each.question.truth.items():
                part = frozenset(item for item in basket if is_wanted(known, customer, item))
                if part:
                    truth[customer] = part
            if truth:
                scores = score_customers(each.lists, truth, ideal=self.ideal)
                kept.append(replace(each, scores=scores))
        return Judgement(judgement.name, tuple(kept)) if kept else None


def _is_within(count: int, band: Band) -> bool:
    low, high = band
    return count >= low and (high is None or count <= high)
