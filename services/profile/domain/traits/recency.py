"""Recency, frequency and monetary value: how lately, how often, for how much.

Source: Hughes, "Strategic Database Marketing", 1994, chapter 6 (RFM).
"""

from collections.abc import Iterator
from datetime import datetime

from services.profile.domain.history.events import MICROS
from services.profile.domain.history.moments import SECONDS_PER_DAY, day_count
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.priors import Priors
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import ago, amount, counted

MONTH_DAYS = 30.0


def recency_traits(state: CustomerState, now: datetime, _priors: Priors) -> Iterator[Trait]:
    """Yield recency, frequency and monetary value of one who ever bought.

    - ``days_since_purchase``: now less the latest purchase, in days.
    - ``purchase_days_per_month``: different days (UTC) with a purchase, by 30 days of acquaintance,
      of which there is at least one such month.
    - ``spend_per_purchase_day``: what was paid in all by those days; absent when no price was told.
    """
    visits = day_count(state.days)
    if not visits:
        return
    since = max(0.0, (now.timestamp() - state.last_basket_seconds) / SECONDS_PER_DAY)
    known = max(MONTH_DAYS, (now.timestamp() - state.first_basket_seconds) / SECONDS_PER_DAY)
    yield Trait(
        "days_since_purchase", since, Unit.DAYS, visits, f"Last bought something {ago(since)}."
    )
    rate = visits * MONTH_DAYS / known
    yield Trait(
        *("purchase_days_per_month", rate, Unit.PER_MONTH, visits),
        f"Bought on {counted(visits, 'day')}: {rate:.1f} a month since the first.",
    )
    if state.spend_micros:
        spend = state.spend_micros / MICROS / visits
        yield Trait(
            *("spend_per_purchase_day", spend, Unit.CURRENCY, visits),
            f"Pays {amount(spend)} on a day with a purchase.",
        )
