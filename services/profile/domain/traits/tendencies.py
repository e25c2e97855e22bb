"""The few traits that decisions need, from sums small enough to travel with every snapshot.

The sums are written with the facts; what follows from them, from now and from what is typical is
computed when it is asked for, so that it never goes stale.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.profile.domain.history.moments import SECONDS_PER_DAY, day_count
from services.profile.domain.history.purchase_lines import LineSums
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.brand import pairs_alike
from services.profile.domain.traits.cadence import visit_gaps
from services.profile.domain.traits.lifetime import Purchasing, active_probability
from services.profile.domain.traits.price import promotion_sensitivity
from services.profile.domain.traits.priors import Priors
from services.profile.domain.traits.rhythm import rhythm_of
from services.profile.domain.traits.summary import Traits
from services.profile.domain.traits.variety import Choices, choices_of, variety_seeking


class Evidence(NamedTuple):
    """What tendencies follow from; all 0 for one who never bought."""

    day_count: int = 0
    """Different days (UTC) with a purchase."""
    log_gap_sum: float = 0.0
    """Of the gaps between them, the logarithms of days."""
    log_gap_square_sum: float = 0.0
    discount_told_count: int = 0
    """Lines of which it was told what was taken off, be it nothing."""
    discounted_count: int = 0
    brand_pairs_alike: int = 0
    brand_pairs: int = 0
    choices_anew: int = 0
    """Of the choices within a category, those of another item than last time."""
    choices: int = 0


@dataclass(frozen=True, slots=True)
class Tendencies:
    """What a decision may lean on; ``None`` where nothing is known."""

    usual_gap_days: float | None = None
    next_visit_seconds: int | None = None
    """Since 1970; ``None`` too for one who is not expected any more."""
    active_probability: float | None = None
    promotion_sensitivity: float | None = None
    brand_loyalty: float | None = None
    variety_seeking: float | None = None
    typical_promotion_sensitivity: float | None = None
    """What one is held against whose own is known."""


def evidence_of(state: CustomerState) -> Evidence:
    """Return what the tendencies of a customer in this state follow from."""
    gaps = visit_gaps(state.days)
    brands = [pairs_alike(category.brands.values()) for category in state.categories.values()]
    return Evidence(
        day_count(state.days),
        gaps.log_sum,
        gaps.log_square_sum,
        state.lines.discount_told_count,
        state.lines.discounted_count,
        sum(alike for alike, _ in brands),
        sum(pairs for _, pairs in brands),
        *choices_of(state.baskets),
    )


def tendencies(evidence: Evidence, traits: Traits, now: datetime, priors: Priors) -> Tendencies:
    """Return what follows from the evidence; each number as the family of its trait tells it."""
    if not evidence.day_count:
        return Tendencies()
    last = traits.last_purchase_seconds
    now_seconds = now.timestamp()
    usual = next_visit = active = promotion = typical = None
    if evidence.day_count > 1:
        rhythm = rhythm_of(
            evidence.day_count - 1,
            evidence.log_gap_sum,
            evidence.log_gap_square_sum,
            prior=priors.visits,
        )
        usual = rhythm.usual_gap_days
        gap = rhythm.expected_gap_days((now_seconds - last) / SECONDS_PER_DAY)
        next_visit = None if gap is None else round(last + gap * SECONDS_PER_DAY)
    if priors.lifetime is not None:
        first_day = traits.first_purchase_seconds // SECONDS_PER_DAY
        recency = float(last // SECONDS_PER_DAY - first_day)
        age = max(now_seconds / SECONDS_PER_DAY - first_day, recency)
        one = Purchasing(evidence.day_count - 1, recency, age)
        active = active_probability(one, priors.lifetime)
    if evidence.discount_told_count:
        lines = LineSums(
            discounted_count=evidence.discounted_count,
            discount_told_count=evidence.discount_told_count,
        )
        promotion = promotion_sensitivity(lines, priors.promotion)
        typical = priors.promotion.share
    loyalty = variety = None
    if evidence.brand_pairs:
        loyalty = evidence.brand_pairs_alike / evidence.brand_pairs
    if evidence.choices:
        choices = Choices(evidence.choices_anew, evidence.choices)
        variety = variety_seeking(choices, priors.variety)
    return Tendencies(usual, next_visit, active, promotion, loyalty, variety, typical)
