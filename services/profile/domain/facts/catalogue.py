"""What a company declares about what it knows: sources, what may be known, what is shared."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.profile.domain.facts.keys import FactKey
from services.profile.domain.facts.sources import KnownSources
from services.profile.domain.history.events import MICROS
from services.profile.domain.people.households import HouseRules

_DAY_MICROS = 86_400 * MICROS


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Sources, and keys of facts."""

    sources: KnownSources
    keys: Mapping[str, FactKey]
    """By name."""
    event_half_life_days: float
    """After so many days an event is half as fresh."""
    house: HouseRules = field(default_factory=HouseRules)
    """What is bought for the house."""


def freshness(observed_micros: int, now_micros: int, *, half_life_days: float) -> float:
    """Return how fresh something is: 1 for now, half of it after each half-life.

    Source: exponential decay, as in Cormode, Shkapenyuk, Srivastava and Xu, "Forward Decay", 2009.
    """
    age_days = max(0, now_micros - observed_micros) / _DAY_MICROS
    return float(0.5 ** (age_days / half_life_days))
