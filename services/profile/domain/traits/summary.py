"""Numbers about the whole of a customer, each a pure function of the state."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.profile.domain.history.events import MICROS
from services.profile.domain.history.item_histories import columnar
from services.profile.domain.history.moments import SECONDS_PER_DAY
from services.profile.domain.history.state import CustomerState


@dataclass(frozen=True, slots=True)
class Traits:
    """Numbers about a customer; all 0 and empty for one who never bought."""

    basket_count: int = 0
    item_count: int = 0
    """Different items ever bought."""
    first_purchase_seconds: int = 0
    last_purchase_seconds: int = 0
    total_spend: float = 0.0
    """In the deployment's currency, after discounts; returns are not taken off."""
    mean_gap_days: float = 0.0
    """Between baskets; 0 for fewer than two."""
    mean_basket_size: float = 0.0
    """Different items in a basket."""
    discounted_basket_share: float = 0.0
    """From 0 to 1."""
    home_store: str = ""
    main_channel: str = ""


def traits(state: CustomerState) -> Traits:
    """Return the numbers of a customer in this state."""
    baskets = state.basket_count
    if not baskets:
        return Traits()
    counts = columnar(state.items).basket_counts
    return Traits(
        basket_count=baskets,
        item_count=len(counts) - counts.count(0) + state.shelf.bought_count,
        first_purchase_seconds=state.first_basket_seconds,
        last_purchase_seconds=state.last_basket_seconds,
        total_spend=state.spend_micros / MICROS,
        mean_gap_days=mean_gap_days(
            state.first_basket_seconds, state.last_basket_seconds, count=baskets
        ),
        mean_basket_size=state.basket_item_count / baskets,
        discounted_basket_share=state.discounted_basket_count / baskets,
        home_store=_most_frequent(state.store_counts),
        main_channel=_most_frequent(state.channel_counts),
    )


def mean_gap_days(first_seconds: int, last_seconds: int, *, count: int) -> float:
    """Return the mean days between ``count`` moments of which these are first and last.

    It is 0 for fewer than two moments.
    """
    if count < 2:
        return 0.0
    return (last_seconds - first_seconds) / (count - 1) / SECONDS_PER_DAY


def _most_frequent(counts: Mapping[str, int]) -> str:
    """Return the name with the highest count, of equals the one that sorts first."""
    return min(counts, key=lambda name: (-counts[name], name), default="")
