"""Whether the probability of a persona is one: what early baskets say, held against later ones.

Personas tell a customer by the earlier half of the baskets, or by the latest few of it, and by the
later half. Probabilities that can be believed agree with the later half as often as they are high.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml.training.artefacts.purchases import Purchases
from ml.training.personas.learned import Learned

DEPTHS: Mapping[str, int | None] = {"1": 1, "2": 2, "4": 4, "all": None}
"""How many of the latest baskets of the earlier half are told; ``None`` tells all."""
LEAST_FOR_ALL = 5
"""Who has fewer is not asked how much all of them say."""
MOST_CUSTOMERS = 5_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """How sure personas are of customers, and how right."""

    depth: str
    """One of ``DEPTHS``."""
    customer_count: int
    confidence: float
    """Mean probability of the likeliest persona."""
    agreement: float
    """Mean probability that the later half gives to that persona."""


def agreements(purchases: Purchases, learned: Learned, *, seed: int) -> tuple[Agreement, ...]:
    """Return how sure and how right the personas are, by depth; depths nobody has are left out.

    Args:
        purchases: what ``learned`` was learned from.
        learned: the personas.
        seed: of the draw of customers, where there are more than ``MOST_CUSTOMERS``.
    """
    rows = np.arange(len(purchases.customer_ids))
    if len(rows) > MOST_CUSTOMERS:
        generator = np.random.default_rng([seed, 4])
        rows = np.sort(generator.choice(rows, MOST_CUSTOMERS, replace=False))
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows.tolist():
        baskets = purchases.baskets(purchases.customer_ids[row])
        earlier, later = baskets[: len(baskets) // 2], baskets[len(baskets) // 2 :]
        in_the_end = learned.memberships_of(later)
        for depth, count in DEPTHS.items():
            if len(earlier) < (count or LEAST_FOR_ALL):
                continue
            said = learned.memberships_of(earlier if count is None else earlier[-count:])
            likeliest = int(said.argmax())
            pair = float(said[likeliest]), float(in_the_end[likeliest])
            found.setdefault(depth, []).append(pair)
    return tuple(
        Agreement(depth, len(found[depth]), *np.mean(found[depth], axis=0).tolist())
        for depth in DEPTHS
        if depth in found
    )
