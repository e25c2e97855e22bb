"""The ranked items, best first, ready to be asked which of them an offer is about.

Hundreds of offers may be asked about in one request; what one category or brand holds is looked
up once, over all items at a time.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.recommendation.domain.moment import Moment
from services.recommendation.domain.offer import Targets
from services.recommendation.domain.ranking import Ranking

FITTING_SIZE = 5
"""So many of the best items speak for an offer; more would favour wide offers over fitting ones."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Which items speak for an offer."""

    places: tuple[int, ...]
    """Places in the ranking, best first, at most ``FITTING_SIZE``."""
    held_back: int | None
    """Place of the best item that was just bought or lies in the basket; ``None`` for none."""


class Shelf:
    """Ranked items of one request."""

    def __init__(self, ranking: Ranking, moment: Moment) -> None:
        """Put the items in order."""
        self.ranking = ranking
        self.in_basket = ranking.in_basket(moment)
        held = self.in_basket | ranking.just_bought()
        attributes = ranking.proposal.attributes
        order = np.argsort(-ranking.probabilities, kind="stable")
        self._order: list[int] = order.tolist()
        self._held: NDArray[np.bool_] = held[order]
        self._codes = {
            "category": attributes.category_indexes[order],
            "brand": attributes.brand_indexes[order],
        }
        self._code_of = {
            "category": {name: code for code, name in enumerate(attributes.categories) if name},
            "brand": {name: code for code, name in enumerate(attributes.brands) if name},
        }
        self._known: dict[tuple[str, str], tuple[list[int], list[int]]] = {}

    @cached_property
    def whole_shop(self) -> Fit:
        """Which items speak for an offer about the whole shop."""
        return self._fit(*self._split(np.arange(len(self._order))))

    def fit(self, targets: Targets) -> Fit:
        """Return which items speak for an offer with these targets."""
        if targets.whole_shop:
            return self.whole_shop
        fresh: set[int] = set()
        held: set[int] = set()
        if targets.item_ids:
            rank_of = self._rank_of
            ranks = [rank_of[each] for each in targets.item_ids if each in rank_of]
            held.update(rank for rank in ranks if self._held[rank])
            fresh.update(rank for rank in ranks if not self._held[rank])
        for kind, names in (("category", targets.categories), ("brand", targets.brands)):
            for name in names:
                found = self._named(kind, name)
                fresh.update(found[0])
                held.update(found[1])
        return self._fit(sorted(fresh)[:FITTING_SIZE], sorted(held)[:1])

    @cached_property
    def _rank_of(self) -> dict[str, int]:
        ranks = np.empty(len(self._order), np.int64)
        ranks[self._order] = np.arange(len(self._order))
        return dict(zip(self.ranking.item_ids, ranks.tolist(), strict=True))

    def _named(self, kind: str, name: str) -> tuple[list[int], list[int]]:
        """Return the best free ranks of a category or brand, and its best one held back."""
        key = (kind, name)
        if key not in self._known:
            code = self._code_of[kind].get(name)
            ranks = np.flatnonzero(self._codes[kind] == code) if code is not None else _NOTHING
            self._known[key] = self._split(ranks)
        return self._known[key]

    def _split(self, ranks: NDArray[np.int64]) -> tuple[list[int], list[int]]:
        held = self._held[ranks]
        return ranks[~held][:FITTING_SIZE].tolist(), ranks[held][:1].tolist()

    def _fit(self, fresh: list[int], held: list[int]) -> Fit:
        places = tuple(self._order[rank] for rank in fresh)
        return Fit(places, self._order[held[0]] if held else None)


_NOTHING = np.zeros(0, np.int64)
