"""How much somebody buys at a discount, and how much price decides what they choose."""

import math
from collections.abc import Iterator
from datetime import datetime

from services.profile.domain.history.events import MICROS
from services.profile.domain.history.purchase_lines import LineSums
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.priors import Priors, PromotionPrior
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import counted, percent

SENSITIVITY_WEIGHT = 20.0
"""How many own lines it is worth that a customer minds price as others do: a few baskets, so that
one dear present makes nobody careless of prices."""


def promotion_sensitivity(lines: LineSums, prior: PromotionPrior) -> float:
    """Return the share of lines bought at a discount, shrunk to the typical share.

    ``(d + w p0) / (n + w)`` with d of the n lines discounted of which it was told what was taken
    off: the posterior mean of a beta prior. A line of which nothing was told is no line without a
    discount: whoever also buys where that is never told would seem to mind discounts less.

    Sources: Webster, "The 'Deal-Prone' Consumer", Journal of Marketing Research 2(2), 1965
    (deal-proneness as the share of units bought on deal); Gelman et al., "Bayesian Data Analysis",
    3rd edition, section 2.4 (beta-binomial).
    """
    weighed = lines.discounted_count + prior.weight * prior.share
    return weighed / (lines.discount_told_count + prior.weight)


def price_traits(state: CustomerState, _now: datetime, priors: Priors) -> Iterator[Trait]:
    """Yield what discounts and prices mean to one of whom prices were told.

    - ``promotion_sensitivity``: see above; not where discounts are never told.
    - ``discount_depth``: what was taken off discounted lines, by what they would have cost.
    - ``price_level`` and ``price_sensitivity``: see ``_choice_traits``.
    """
    lines = state.lines
    if not lines.priced_count:
        return
    if told_count := lines.discount_told_count:
        sensitivity = promotion_sensitivity(lines, priors.promotion)
        yield Trait(
            *("promotion_sensitivity", sensitivity, Unit.SHARE, told_count),
            f"Bought {lines.discounted_count:,} of {counted(told_count, 'line')} at a"
            f" discount; typical is {percent(priors.promotion.share)}.",
        )
    if lines.discounted_list_micros:
        depth = lines.discount_micros / lines.discounted_list_micros
        yield Trait(
            *("discount_depth", depth, Unit.SHARE, lines.discounted_count),
            f"Saves {percent(depth)} on what is bought at a discount.",
        )
    yield from _choice_traits(state, priors)


def _choice_traits(state: CustomerState, priors: Priors) -> Iterator[Trait]:
    """Yield what the prices chosen say, where those typical of the categories are known.

    With n lines in categories c, ``d = sum of (log price paid - m_c)``, where m_c and s_c are mean
    and standard deviation of the logarithm of prices that all customers pay for a unit in c:

    - ``price_level``: ``exp(d / (n + w))``, below 1 for one who chooses what is cheaper.
    - ``price_sensitivity``: ``-d / sum of (s_c^2), the sum over the lines and w typical ones``:
      one Newton step from the typical customer on the log-likelihood of a conditional logit in the
      logarithm of price, whose gradient is -d and whose information is the sum; w lines of prior
      keep it at 0, the typical customer. 1 says: of two like things, one e times dearer is chosen
      e times less often than by others.

    Sources: McFadden, "Conditional Logit Analysis of Qualitative Choice Behavior", 1974; Rossi and
    Allenby, "A Bayesian Approach to Estimating Household Parameters", Journal of Marketing
    Research 30(2), 1993 (shrinkage of a household's price sensitivity).
    """
    known = [
        (held, priors.prices[name])
        for name, held in state.categories.items()
        if held.priced_count and name in priors.prices
    ]
    count = sum(held.priced_count for held, _ in known)
    if not count:
        return
    dearer = math.fsum(
        held.log_price_micros / MICROS - held.priced_count * price.log_mean for held, price in known
    )
    spread = math.fsum(held.priced_count * price.log_std**2 for held, price in known)
    level = math.exp(dearer / (count + SENSITIVITY_WEIGHT))
    side = "less" if level < 1 else "more"
    yield Trait(
        *("price_level", level, Unit.RATIO, count),
        f"Pays {percent(abs(1 - level))} {side} for a unit than others in the same categories.",
    )
    if spread:
        coefficient = -dearer / (spread * (1 + SENSITIVITY_WEIGHT / count))
        minds = "more" if coefficient > 0 else "less"
        yield Trait(
            *("price_sensitivity", coefficient, Unit.COEFFICIENT, count),
            f"Minds price {minds} than others, as {counted(count, 'choice')} say.",
        )
