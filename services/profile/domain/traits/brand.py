"""How faithful somebody is to brands."""

from collections.abc import Collection, Iterator
from datetime import datetime
from operator import mul

from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.priors import Priors
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import counted, percent

LEAST_LINES = 3
"""Of a category, before a brand is called the favourite."""


def pairs_alike(counts: Collection[int]) -> tuple[int, int]:
    """Return how many pairs of observations bear one name, and how many pairs there are.

    Args:
        counts: Observations by name.
    """
    total = sum(counts)
    return sum(map(mul, counts, counts)) - total, total * (total - 1)


def brand_traits(state: CustomerState, _now: datetime, _priors: Priors) -> Iterator[Trait]:
    """Yield the loyalty of one of whom brands were told.

    - ``brand_loyalty``: probability that two lines of one category bear the same brand,
      ``sum n_cb (n_cb - 1) / sum n_c (n_c - 1)`` over categories c and brands b. Without bias for
      any length of history, so that people of few and of many purchases compare; its evidence is
      the number of lines in categories with two at least.
    - ``favourite_brand``, by category with ``LEAST_LINES``: the brand of most lines, whose share is
      the "share of requirements".

    Sources: Simpson, "Measurement of Diversity", Nature 163, 1949; Ehrenberg, "Repeat-Buying",
    1988 (share of requirements).
    """
    same = pairs = lines = 0
    for category in state.categories.values():
        alike, all_pairs = pairs_alike(category.brands.values())
        same += alike
        pairs += all_pairs
        lines += sum(category.brands.values()) if all_pairs else 0
    if not pairs:
        return
    loyalty = same / pairs
    yield Trait(
        *("brand_loyalty", loyalty, Unit.SHARE, lines),
        f"Takes the same brand again in {percent(loyalty)} of the choices within a category.",
    )
    for name, category in sorted(state.categories.items()):
        count = sum(category.brands.values())
        if count < LEAST_LINES:
            continue
        brand = min(category.brands, key=lambda each: (-category.brands[each], each))
        share = category.brands[brand] / count
        yield Trait(
            *("favourite_brand", brand, Unit.NONE, count),
            f"{brand} in {percent(share)} of {counted(count, 'purchase')}.",
            f"categories/{name}",
        )
