"""What is bought again, and after how long: by item and by category.

The person who never wants a second coffee, and the one who chain-drinks tea: how long somebody has
already been silent says whether they want a thing at all, and their own gaps say how often.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from services.profile.domain.history.moments import SECONDS_PER_DAY
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.priors import Priors, RepurchasePrior
from services.profile.domain.traits.rhythm import Rhythm, rhythm_of_mean
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import ago, every, percent, times

MAX_SUBJECTS = 50
"""Items, and categories, that are spoken of: those in most baskets, of equals the latest."""
RETURN_WEIGHT = 2.0
"""How many returns of the customer's own the share of buyers who return is worth."""


class Purchases(NamedTuple):
    """The purchases of one thing. Times are seconds since 1970."""

    basket_count: int
    last_seconds: int
    first_seconds: int
    subject: str
    prior: RepurchasePrior

    @property
    def rhythm(self) -> Rhythm:
        """How often it is bought, shrunk to what is typical of it."""
        gaps = self.basket_count - 1
        days = (self.last_seconds - self.first_seconds) / SECONDS_PER_DAY
        return rhythm_of_mean(gaps, days / gaps if gaps else 0.0, prior=self.prior.gap)

    def return_chance(self, silence_days: float) -> float:
        """Return the probability that it will be bought again at all.

        After each purchase somebody returns with probability R, and then after a log-normal gap.
        Having returned n times, ``R = (w R0 + n) / (w + n)``, where R0 is the share of all buyers
        who return and w is ``RETURN_WEIGHT``; of those silent for s days, with S(s) the share of
        gaps that last longer, ``P = R S / (R S + 1 - R)``.

        Source: Bayes' rule on the "dropout after a purchase" of Fader, Hardie and Lee, "Counting
        Your Customers the Easy Way", Marketing Science 24(2), 2005, section 3.
        """
        returns = self.basket_count - 1
        rate = (RETURN_WEIGHT * self.prior.repeat_rate + returns) / (RETURN_WEIGHT + returns)
        waiting = rate * (1 - self.rhythm.elapsed(silence_days))
        possible = waiting + 1 - rate
        return waiting / possible if possible else 0.0


def repurchase_traits(state: CustomerState, now: datetime, priors: Priors) -> Iterator[Trait]:
    """Yield how the items, and then the categories, bought most come back.

    - ``repurchase_gap_days``: days between purchases, own gaps shrunk to the typical ones
      (``rhythm_of_mean``); absent for what was bought once.
    - ``return_chance``: probability that it will be bought again at all (``return_chance``).
    """
    items = [
        Purchases(
            *(item.basket_count, item.last_seconds, item.first_seconds, f"items/{item_id}"),
            priors.items.get(item_id, priors.anything),
        )
        for item_id, item in state.items.items()
        if item.basket_count
    ]
    categories = [
        Purchases(
            *(held.basket_count, held.last_seconds, held.first_seconds, f"categories/{name}"),
            priors.categories.get(name, priors.anything),
        )
        for name, held in state.categories.items()
    ]
    for found in (items, categories):
        found.sort(key=lambda each: (-each.basket_count, -each.last_seconds, each.subject))
        for each in found[:MAX_SUBJECTS]:
            yield from _traits_of(each, now)


def _traits_of(bought: Purchases, now: datetime) -> Iterator[Trait]:
    silence = (now.timestamp() - bought.last_seconds) / SECONDS_PER_DAY
    gaps = bought.basket_count - 1
    gap_days = bought.rhythm.usual_gap_days
    if gaps:
        typical = every(bought.prior.gap.usual_days)
        yield Trait(
            *("repurchase_gap_days", gap_days, Unit.DAYS, gaps),
            f"Bought {every(gap_days)}, last {ago(silence)}; typical is {typical}.",
            bought.subject,
        )
    chance = bought.return_chance(silence)
    yield Trait(
        *("return_chance", chance, Unit.SHARE, bought.basket_count),
        f"Bought {times(bought.basket_count)}, last {ago(silence)}; comes back to it with"
        f" {percent(chance)}.",
        bought.subject,
    )
