"""Gamma-gamma: what customers spend on a day with a purchase.

What one customer spends varies as a gamma distribution of shape p around a mean of their own; the
rates of those distributions vary between customers as a gamma distribution (q, gamma).

Source: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from ml.training.priors.fitting import FitError, fitted
from ml.training.priors.purchase_days import Floats


@dataclass(frozen=True, slots=True)
class Spend:
    """The parameters, gamma in the currency of the data."""

    p: float
    q: float
    gamma: float


def log_likelihood(model: Spend, count: Floats, mean: Floats) -> float:
    """Return the log-likelihood of mean spends (2013, equation 1a), summed over customers.

    ``1 / (m B(p x, q)) (gamma / (gamma + m x))^q (m x / (gamma + m x))^(p x)``.

    Args:
        model: The parameters.
        count: [c], purchases x that a mean is over, at least 1.
        mean: [c], mean m of what was spent, more than 0.
    """
    p, q, gamma = model.p, model.q, model.gamma
    shape = p * count
    total = mean * count
    each = (
        gammaln(shape + q)
        - gammaln(shape)
        - gammaln(q)
        - np.log(mean)
        + q * (np.log(gamma) - np.log(gamma + total))
        + shape * (np.log(total) - np.log(gamma + total))
    )
    return float(each.sum())


def fit_spend(count: Floats, mean: Floats) -> Spend:
    """Return the parameters under which these mean spends are likeliest.

    Raises:
        FitError: when the means do not tell them, or tell of no finite mean (q up to 1).
    """

    def of(parameters: Floats) -> float:
        return log_likelihood(Spend(*map(float, parameters)), count, mean)

    start = (3.0, 3.0, max(float(np.median(mean)), 1e-6))
    found = Spend(*map(float, fitted(of, start, model="gamma-gamma")))
    if found.q <= 1:
        raise FitError("gamma-gamma cannot be fitted: the spread of spends has no finite mean")
    return found
