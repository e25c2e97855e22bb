"""Traits: what history says about a customer, each a pure function of state, now and priors.

One module a family; ``all_traits`` calls them in the order in which people read them.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.brand import brand_traits
from services.profile.domain.traits.cadence import cadence_traits
from services.profile.domain.traits.lifetime import lifetime_traits
from services.profile.domain.traits.places import place_traits
from services.profile.domain.traits.price import price_traits
from services.profile.domain.traits.priors import DEFAULT_PRIORS, Priors
from services.profile.domain.traits.recency import recency_traits
from services.profile.domain.traits.repurchase import repurchase_traits
from services.profile.domain.traits.summary import Traits, mean_gap_days, traits
from services.profile.domain.traits.trait import Mix, Trait, Unit, Value
from services.profile.domain.traits.variety import variety_traits

__all__ = [
    "DEFAULT_PRIORS", "FAMILIES", "Mix", "Priors", "Trait", "Traits", "Unit", "Value", "all_traits",
    "mean_gap_days", "traits",
]  # fmt: skip

Family = Callable[[CustomerState, datetime, Priors], Iterator[Trait]]

FAMILIES: tuple[Family, ...] = (
    recency_traits,
    cadence_traits,
    lifetime_traits,
    price_traits,
    brand_traits,
    variety_traits,
    place_traits,
    repurchase_traits,
)


def all_traits(state: CustomerState, now: datetime, priors: Priors) -> tuple[Trait, ...]:
    """Return everything there is to say about a customer.

    Args:
        state: What events said.
        now: The moment it is said at, aware, in the time zone of the shop.
        priors: What is typical of the shop's customers.
    """
    return tuple(trait for family in FAMILIES for trait in family(state, now, priors))
