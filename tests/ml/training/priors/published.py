"""What was published about CDNOW, and customers drawn as its models say they are.

Sources: Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way", Marketing Science 24(2),
2005, table 2 (weeks); Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013.
"""

from dataclasses import dataclass

import numpy as np

from ml.training.priors.lifetime import Lifetime
from ml.training.priors.purchase_days import Floats
from ml.training.priors.spend import Spend

CDNOW = Lifetime(r=0.243, alpha=4.414, a=0.793, b=2.426)
CDNOW_LOG_LIKELIHOOD = -9582.4
CDNOW_SPEND = Spend(p=6.25, q=3.74, gamma=15.44)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Histories of c customers, as ``fit_lifetime`` and ``fit_spend`` take them."""

    x: Floats
    t_x: Floats
    T: Floats
    mean_spend: Floats


def drawn(customers: int, *, seed: int, weeks: float = 39.0) -> Drawn:
    """Return customers of the published models, acquired during the first 12 weeks."""
    chance = np.random.default_rng(seed)
    rates = chance.gamma(CDNOW.r, 1 / CDNOW.alpha, customers)
    leaving = chance.beta(CDNOW.a, CDNOW.b, customers)
    ages = weeks - chance.uniform(0, 12, customers)
    x, t_x = np.zeros(customers), np.zeros(customers)
    for row in range(customers):
        now = 0.0
        while True:
            now += chance.exponential(1 / rates[row]) if rates[row] > 0 else np.inf
            if now > ages[row]:
                break
            x[row] += 1
            t_x[row] = now
            if chance.random() < leaving[row]:
                break
    scales = chance.gamma(CDNOW_SPEND.q, 1 / CDNOW_SPEND.gamma, customers)
    counts = x + 1
    spend = chance.gamma(CDNOW_SPEND.p * counts, 1 / scales) / counts
    return Drawn(x, t_x, ages, spend)
