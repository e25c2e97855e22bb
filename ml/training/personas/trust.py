"""How far personas can be trusted: how firm they stand, and whether their probabilities hold."""

from dataclasses import dataclass

from ml.training.artefacts.purchases import Purchases
from ml.training.personas.agreement import Agreement, agreements
from ml.training.personas.choosing import Stability, stability
from ml.training.personas.learned import Learned


@dataclass(frozen=True, slots=True)
class Trust:
    """What there is to know before a persona is given a face."""

    stability: Stability
    agreements: tuple[Agreement, ...]
    """By depth; none where everybody came once."""


def trust_in(learned: Learned, purchases: Purchases, *, seed: int) -> Trust:
    """Return how far personas can be trusted.

    Args:
        learned: the personas.
        purchases: what they were learned from.
        seed: of the draws.
    """
    firm = stability(learned.lessons, learned.mixture, seed=seed)
    return Trust(firm, agreements(purchases, learned, seed=seed))
