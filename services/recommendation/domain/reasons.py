"""Why an item fits, from what the model makes of each group of features.

A group gives a reason only where the evidence that the reason speaks of is there: nobody is told
of a rhythm after one purchase. No more is said than people read, and nothing twice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ml.model.candidates import SOURCES
from services.recommendation.domain import listening
from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.scoring import DUE_COUNT, is_due


class ReasonKind(Enum):
    """What may speak for an item."""

    DUE = "due"
    OFTEN_BOUGHT = "often_bought"
    FOLLOWS_LAST_BASKET = "follows_last_basket"
    LIKE_WHAT_YOU_BUY = "like_what_you_buy"
    COMPLETES_BASKET = "completes_basket"
    POPULAR_HERE = "popular_here"
    YOU_SAID = "you_said"
    OPEN_TO_ALL = "open_to_all"


KIND_OF_GROUP = {
    "timing": ReasonKind.DUE,
    "habit": ReasonKind.OFTEN_BOUGHT,
    "sequence": ReasonKind.FOLLOWS_LAST_BASKET,
    "taste": ReasonKind.LIKE_WHAT_YOU_BUY,
    "basket": ReasonKind.COMPLETES_BASKET,
    "popularity": ReasonKind.POPULAR_HERE,
    listening.GROUP: ReasonKind.YOU_SAID,
}
"""Groups of ``ml.model.features``, and answers; the rest say nothing about an item."""

SAID_LOG_ODDS = math.log(1.25)
"""From a quarter more on the odds on, an answer speaks for an item; less nobody would recognise."""

MOST_REASONS = 3
"""What is said of one item: a fourth reason is the weakest, and nobody reads on so far."""
MOST_REASONS_WHOLE_SHOP = 2
"""What is said of an offer that is about no item in particular."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with the figures behind it."""

    kind: ReasonKind
    item_id: str
    share: float
    """How much it counts beside the other reasons of the item, 0 to 1."""
    basket_count: int = 0
    expected_gap_days: float = 0.0
    days_since_last: float = 0.0
    """Since the customer's own purchase: what others bring home and when is not told."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What speaks for one item."""

    groups: dict[str, float]
    """What each group of features is worth to the log-odds; empty without an item."""
    reasons: tuple[Reason, ...]
    """Strongest first, at least one; no two say nearly the same."""

    def shortened(self, count: int) -> "Explanation":
        """Return the same with at most ``count`` reasons, whose shares make a whole again."""
        kept = self.reasons[:count]
        whole = sum(each.share for each in kept)
        shares = tuple(replace(each, share=each.share / whole) for each in kept)
        return Explanation(self.groups, shares)


NO_ITEM = Explanation({}, (Reason(ReasonKind.OPEN_TO_ALL, "", 1.0),))
"""For an offer about the whole shop when nothing could be ranked."""


def explanations(ranking: Ranking, places: Sequence[int | None]) -> list[Explanation]:
    """Return what speaks for the item at each place; ``NO_ITEM`` for ``None``.

    At most ``MOST_REASONS`` are given.
    """
    asked = sorted({place for place in places if place is not None})
    if not asked:
        return [NO_ITEM] * len(places)
    losses = ranking.losses(np.array(asked, np.int64))
    found = {}
    for row, place in enumerate(asked):
        groups = {group: float(values[row]) for group, values in losses.items()}
        explanation = Explanation(groups, _reasons(ranking, place, groups))
        found[place] = explanation.shortened(MOST_REASONS)
    return [NO_ITEM if place is None else found[place] for place in places]


def _reasons(ranking: Ranking, place: int, groups: dict[str, float]) -> tuple[Reason, ...]:
    evident = _evident(ranking, place)
    worth = {
        kind: groups[group]
        for group, kind in KIND_OF_GROUP.items()
        if kind in evident and groups.get(group, 0.0) > 0
    }
    if ReasonKind.DUE in worth:  # "you buy it often" is said by "it is time again"
        worth[ReasonKind.DUE] += worth.pop(ReasonKind.OFTEN_BOUGHT, 0.0)
    if not worth:
        worth = {
            next((kind for kind in _FALLBACKS if kind in evident), ReasonKind.OPEN_TO_ALL): 1.0
        }
    whole = sum(worth.values())
    strongest_first = sorted(worth.items(), key=lambda each: -each[1])
    return tuple(_reason(ranking, place, kind, value / whole) for kind, value in strongest_first)


_FALLBACKS = tuple(ReasonKind)
"""Where the model gives no group credit, the first kind with evidence is named."""


def _evident(ranking: Ranking, place: int) -> set[ReasonKind]:
    """Return the kinds whose evidence is there at ``place``."""
    scores = dict(zip(SOURCES, ranking.proposal.candidates.scores[:, place].tolist(), strict=True))
    evidence = {
        ReasonKind.DUE: is_due(ranking, place),
        ReasonKind.OFTEN_BOUGHT: place < ranking.own_item_count
        and ranking.own_counts[place] >= DUE_COUNT,
        ReasonKind.FOLLOWS_LAST_BASKET: scores["transition"] > 0
        and not _was_in_last_basket(ranking, place),
        ReasonKind.LIKE_WHAT_YOU_BUY: scores["latent"] > 0 or scores["neighbour"] > 0,
        ReasonKind.COMPLETES_BASKET: scores["complement"] > 0,
        ReasonKind.POPULAR_HERE: scores["popular"] > 0,
        ReasonKind.YOU_SAID: ranking.told is not None and ranking.told[place] >= SAID_LOG_ODDS,
    }
    return {kind for kind, there in evidence.items() if there}


def _was_in_last_basket(ranking: Ranking, place: int) -> bool:
    """Return whether the customer bought the item last of all: it then follows no other."""
    since = ranking.timing.own_days_since
    return place < ranking.own_item_count and bool(since[place] <= since.min())


def _reason(ranking: Ranking, place: int, kind: ReasonKind, share: float) -> Reason:
    item_id = ranking.item_ids[place]
    if kind not in (ReasonKind.DUE, ReasonKind.OFTEN_BOUGHT):
        return Reason(kind, item_id, share)
    return Reason(
        kind,
        item_id,
        share,
        basket_count=int(ranking.own_counts[place]),
        expected_gap_days=float(ranking.timing.expected_gap_days[place]),
        days_since_last=float(ranking.timing.own_days_since[place]),
    )
