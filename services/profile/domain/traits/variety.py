"""How much somebody varies what they buy."""

from collections.abc import Iterator
from datetime import datetime

from services.profile.domain.history.events import MICROS
from services.profile.domain.history.item_histories import columnar
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.brand import pairs_alike
from services.profile.domain.traits.priors import Priors
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import counted, percent


def variety_traits(state: CustomerState, _now: datetime, _priors: Priors) -> Iterator[Trait]:
    """Yield the curiosity of one who bought more than once.

    - ``variety_seeking``: probability that two purchases of an item are of different items,
      ``1 - sum n_i (n_i - 1) / (N (N - 1))`` with item i in n_i baskets. Without bias for any
      length of history.
    - ``exploration``: share of the items in the latest baskets that had never been bought before;
      the very first basket, where everything is new, is left out.

    Sources: Simpson, "Measurement of Diversity", Nature 163, 1949; McAlister and Pessemier,
    "Variety Seeking Behavior", Journal of Consumer Research 9(3), 1982.
    """
    counts = columnar(state.items).basket_counts
    same, pairs = pairs_alike(counts)
    if pairs:
        variety = 1 - same / pairs
        picks = sum(counts)
        yield Trait(
            *("variety_seeking", variety, Unit.SHARE, picks),
            f"Takes something else in {percent(variety)} of {counted(picks, 'choice')}.",
        )
    new, seen = _new_items(state)
    if seen:
        yield Trait(
            *("exploration", new / seen, Unit.SHARE, seen),
            f"{percent(new / seen)} of what the latest baskets held had never been bought before.",
        )


def _new_items(state: CustomerState) -> tuple[int, int]:
    """Return how many items of the latest baskets were bought for the first time, and how many."""
    new = seen = 0
    for basket in state.baskets:
        seconds = basket.occurred_micros // MICROS
        if seconds == state.first_basket_seconds:
            continue
        seen += len(basket.item_ids)
        new += sum(state.items[item].first_seconds == seconds for item in basket.item_ids)
    return new, seen
