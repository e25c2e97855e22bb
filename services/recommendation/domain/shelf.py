"""The ranked items, best first, ready to be asked which of them an offer is about.

Hundreds of offers may be asked about in one request; the items are sorted into categories and
brands once.
"""

from collections.abc import Sequence
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
            "category": (attributes.categories, attributes.category_indexes[order]),
            "brand": (attributes.brands, attributes.brand_indexes[order]),
        }
        self._sections: dict[str, dict[str, tuple[list[int], list[int]]]] = {}

    @cached_property
    def whole_shop(self) -> Fit:
        """Which items speak for an offer about the whole shop."""
        fresh, held = np.flatnonzero(~self._held), np.flatnonzero(self._held)
        return self._fit(fresh[:FITTING_SIZE].tolist(), held[:1].tolist())

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
        sections = self._sections.get(kind)
        if sections is None:
            sections = self._sections[kind] = self._sorted(*self._codes[kind])
        return sections.get(name, _NOTHING)

    def _sorted(
        self, names: Sequence[str], codes: NDArray[np.int64]
    ) -> dict[str, tuple[list[int], list[int]]]:
        """Return what ``_named`` returns, for every name at once; the empty name is none."""
        found: list[tuple[list[int], list[int]]] = [([], []) for _ in names]
        for rank, (code, is_held) in enumerate(
            zip(codes.tolist(), self._held.tolist(), strict=True)
        ):
            fresh, held = found[code]
            if is_held:
                if not held:
                    held.append(rank)
            elif len(fresh) < FITTING_SIZE:
                fresh.append(rank)
        return {name: ranks for name, ranks in zip(names, found, strict=True) if name}

    def _fit(self, fresh: list[int], held: list[int]) -> Fit:
        places = tuple(self._order[rank] for rank in fresh)
        return Fit(places, self._order[held[0]] if held else None)


_NOTHING: tuple[list[int], list[int]] = ([], [])
