"""How well an offer fits: the chance that it is of use, times what the business makes of it.

The score is the product of its parts, so that the parts explain it wholly.
"""

import math
from dataclasses import dataclass

from services.recommendation.domain.customer import Traits
from services.recommendation.domain.offer import MONEY_OFF, Benefit, Offer, Variant
from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.shelf import Fit

DUE_FACTOR = 1.2
"""An offer whose leading item is due is worth a little more: it comes at the right moment."""
DUE_Z = -0.25
"""From so near the expected gap on, in spreads of the gap, an item counts as due."""
GIVEN_UP_GAPS = 3.0
"""After so many expected gaps of silence an item is not due any more: more likely a habit given up
than a late purchase."""
DUE_COUNT = 2
"""A rhythm needs two purchases at the least."""

BENEFIT_SWING = 0.2
"""How far the liking for money off moves a score, up or down."""

UNKNOWN_RELEVANCE = 0.01
"""Of an offer about the whole shop when nothing could be ranked."""


@dataclass(frozen=True, slots=True)
class Scored:
    """An offer with its score."""

    offer: Offer
    variant: Variant
    place: int | None
    """Place of the leading item in the ranking; ``None`` when nothing could be ranked."""
    parts: dict[str, float]
    score: float


def scored(
    offer: Offer, variant: Variant, fit: Fit, *, ranking: Ranking, traits: Traits | None
) -> Scored:
    """Return ``offer`` with its score.

    Args:
        offer: eligible.
        variant: the form chosen.
        fit: the items that speak for it; none only for an offer about the whole shop.
        ranking: what ``fit`` points into.
        traits: of the customer; ``None`` where not known.
    """
    place = fit.places[0] if fit.places else None
    parts = {
        "relevance": _relevance(fit, ranking, whole_shop=offer.targets.whole_shop),
        "due": DUE_FACTOR if place is not None and is_due(ranking, place) else 1.0,
        "weight": offer.weight,
        "benefit_fit": benefit_fit(variant.benefit, traits),
    }
    return Scored(offer, variant, place, parts, math.prod(parts.values()))


def is_due(ranking: Ranking, place: int) -> bool:
    """Return whether the item at ``place`` is bought in a rhythm and it is time again.

    Not before its time, and not so long after it that the habit seems given up.
    """
    if place >= ranking.own_item_count or ranking.own_counts[place] < DUE_COUNT:
        return False
    timing = ranking.timing
    given_up = timing.days_since[place] >= GIVEN_UP_GAPS * timing.expected_gap_days[place]
    return bool(timing.z[place] >= DUE_Z and not given_up)


def benefit_fit(benefit: Benefit, traits: Traits | None) -> float:
    """Return how well a kind of benefit suits the customer, around 1.

    Who buys more at a discount than is typical is drawn by money off; who buys less, by anything
    else.
    """
    liking = 0.0 if traits is None else _liking_of_money_off(traits)
    return 1 + BENEFIT_SWING * (liking if benefit.kind in MONEY_OFF else -liking)


def _liking_of_money_off(traits: Traits) -> float:
    """Return -1 to 1; 0 for the typical customer, and where discounts are not told.

    With p the customer's share of lines bought at a discount and t the typical one, the odds ratio
    ``r = p (1 - t) / (t (1 - p))`` scaled to ``Q = (r - 1) / (r + 1)``.

    Source: Yule, "On the Association of Attributes in Statistics", Philosophical Transactions of
    the Royal Society A 194, 1900 (Q).
    """
    own = traits.tendencies.get("promotion_sensitivity")
    typical = traits.tendencies.get("typical_promotion_sensitivity")
    if own is None or typical is None:
        return 0.0
    for_it, against_it = own * (1 - typical), typical * (1 - own)
    either = for_it + against_it
    return (for_it - against_it) / either if either else 0.0


def _relevance(fit: Fit, ranking: Ranking, *, whole_shop: bool) -> float:
    """Return the probability that the next basket holds at least one fitting item.

    For the whole shop that is near 1 for everyone, so there it is the mean of the best ones.
    """
    if not fit.places:
        return UNKNOWN_RELEVANCE
    best = [float(ranking.probabilities[place]) for place in fit.places]
    return sum(best) / len(best) if whole_shop else 1 - math.prod(1 - each for each in best)
