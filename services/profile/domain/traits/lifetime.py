"""Whether somebody still is a customer, how often they will come, and what they are worth.

BG/NBD: an active customer buys on days that follow a Poisson process of their own rate, and leaves
after a purchase with a probability of their own; both vary between customers (gamma, beta).
Gamma-gamma: what one spends on such a day varies around a mean of their own, which varies too.

Sources: Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
Pareto/NBD Model", Marketing Science 24(2), 2005; the same, "Computing P(alive) Using the BG/NBD
Model", 2008; Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.profile.domain.history.events import MICROS
from services.profile.domain.history.moments import SECONDS_PER_DAY, day_count
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.hypergeometric import hypergeometric
from services.profile.domain.traits.priors import LifetimePrior, Priors, SpendPrior
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import amount, counted, percent

HORIZON_DAYS = 90.0
"""How far ahead is looked: a quarter, as budgets do."""
MAX_LOG_ODDS = 700.0
"""The exponential of more is too large for a float; nobody is that certain to stay."""


@dataclass(frozen=True, slots=True)
class Purchasing:
    """What the models need of a customer; the letters are the paper's."""

    x: int
    """Days with a purchase after the first one."""
    t_x: float
    """Days from the first to the last of them."""
    T: float
    """Days from the first of them to now."""


def purchasing(state: CustomerState, now: datetime) -> Purchasing:
    """Return recency and frequency of one who bought."""
    first = state.first_basket_seconds // SECONDS_PER_DAY
    recency = state.last_basket_seconds // SECONDS_PER_DAY - first
    age = now.timestamp() / SECONDS_PER_DAY - first
    return Purchasing(day_count(state.days) - 1, float(recency), max(age, recency))


def active_probability(one: Purchasing, prior: LifetimePrior) -> float:
    """Return the probability of still being a customer (2008, equation 8); 1 for one purchase."""
    r, alpha, a, b = prior.r, prior.alpha, prior.a, prior.b
    if one.x == 0:
        return 1.0
    ratio = (alpha + one.T) / (alpha + one.t_x)
    log_odds = math.log(a / (b + one.x - 1)) + (r + one.x) * math.log(ratio)
    if log_odds > MAX_LOG_ODDS:
        return 0.0
    return 1 / (1 + math.exp(log_odds))


def expected_days(one: Purchasing, prior: LifetimePrior, *, horizon_days: float) -> float:
    """Return the expected days with a purchase within the horizon (2005, equation 10).

    ``(a + b + x - 1) / (a - 1) [1 - ((alpha + T) / (alpha + T + t))^(r + x) 2F1(r + x, b + x;
    a + b + x - 1; z)] P(active)`` with ``z = t / (alpha + T + t)``. By Euler's transformation
    (Abramowitz and Stegun 15.3.3) the power times 2F1 is ``(1 - z)^(a - 1) 2F1(a + b - 1 - r,
    a - 1; a + b + x - 1; z)``, which neither overflows nor needs many terms for any x.
    """
    r, alpha, b = prior.r, prior.alpha, prior.b
    a = prior.a if prior.a != 1 else 1 + 1e-9  # a removable singularity
    c = a + b + one.x - 1
    z = horizon_days / (alpha + one.T + horizon_days)
    transformed = math.exp((a - 1) * math.log1p(-z)) * hypergeometric(c - one.x - r, a - 1, c, z)
    return c / (a - 1) * (1 - transformed) * active_probability(one, prior)


def expected_spend(mean_spend: float, day_count: int, prior: SpendPrior) -> float:
    """Return what a customer spends on a day with a purchase, in the long run (2013, equation 5).

    ``p (gamma + x m) / (p x + q - 1)``: m own mean over x days, shrunk to what is typical.
    """
    numerator = prior.p * (prior.gamma + day_count * mean_spend)
    return numerator / (prior.p * day_count + prior.q - 1)


def lifetime_traits(state: CustomerState, now: datetime, priors: Priors) -> Iterator[Trait]:
    """Yield the prospects of one who bought, where the models were fitted.

    - ``active_probability``: that they still are a customer.
    - ``expected_purchase_days``: days with a purchase expected in the next 90 days.
    - ``expected_value``: those times the expected spend of such a day; where prices are told.
    """
    if priors.lifetime is None or not state.days:
        return
    one = purchasing(state, now)
    days = one.x + 1
    active = active_probability(one, priors.lifetime)
    yield Trait(
        *("active_probability", active, Unit.SHARE, days),
        f"Still a customer with {percent(active)}.",
    )
    expected = expected_days(one, priors.lifetime, horizon_days=HORIZON_DAYS)
    within = f"in the next {HORIZON_DAYS:.0f} days"
    yield Trait(
        *("expected_purchase_days", expected, Unit.COUNT, days),
        f"Expected to buy on {expected:.1f} days {within}.",
    )
    if priors.spend is not None and state.spend_micros:
        mean = state.spend_micros / MICROS / days
        value = expected * expected_spend(mean, days, priors.spend)
        yield Trait(
            *("expected_value", value, Unit.CURRENCY, days),
            f"Expected to spend {amount(value)} {within}, as {counted(days, 'day')} so far say.",
        )
