"""How much somebody varies what they buy."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from services.profile.domain.history.events import MICROS, ItemId
from services.profile.domain.history.state import Basket, CustomerState
from services.profile.domain.traits.priors import Priors, VarietyPrior
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import counted, percent


class Choices(NamedTuple):
    """Items taken of a category that was bought from before."""

    anew: int
    """Those that were not among what was taken of it the last time."""
    made: int


def choices_of(baskets: Sequence[Basket]) -> Choices:
    """Return the choices in these baskets, the latest first, each beside the last of its category.

    They are told from the baskets that a state keeps whole, so any order of arrival gives the same.
    """
    anew = made = 0
    last: dict[str, set[ItemId]] = {}
    for basket in reversed(baskets):
        taken: dict[str, set[ItemId]] = {}
        for item_id, category in zip(basket.item_ids, basket.categories, strict=False):
            if category:
                taken.setdefault(category, set()).add(item_id)
        for category, items in taken.items():
            if category in last:
                made += len(items)
                anew += len(items - last[category])
        last |= taken
    return Choices(anew, made)


def variety_seeking(choices: Choices, prior: VarietyPrior) -> float:
    """Return the share of choices of another item than last time, shrunk to the typical share.

    ``(a + w p0) / (n + w)`` with a of n choices anew: the posterior mean of a beta prior. That the
    next choice differs from the last one of its category is the switching that a first-order model
    of choice holds against repeating. Over all items together two choices nearly always differ,
    whoever makes them, so only like is held against like.

    Sources: Kahn, Kalwani and Morrison, "Measuring Variety-Seeking and Reinforcement Behaviors
    Using Panel Data", Journal of Marketing Research 23(2), 1986; Gelman et al., "Bayesian Data
    Analysis", 3rd edition, section 2.4 (beta-binomial).
    """
    return (choices.anew + prior.weight * prior.share) / (choices.made + prior.weight)


def variety_traits(state: CustomerState, _now: datetime, priors: Priors) -> Iterator[Trait]:
    """Yield the curiosity of one who bought more than once.

    - ``variety_seeking``: see above; absent where no category was bought from twice.
    - ``exploration``: share of the items in the latest baskets that had never been bought before;
      the very first basket, where everything is new, is left out.
    """
    choices = choices_of(state.baskets)
    if choices.made:
        variety = variety_seeking(choices, priors.variety)
        yield Trait(
            *("variety_seeking", variety, Unit.SHARE, choices.made),
            f"Took something else than last time in {choices.anew:,} of"
            f" {counted(choices.made, 'choice')} within a category; typical is"
            f" {percent(priors.variety.share)}.",
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
