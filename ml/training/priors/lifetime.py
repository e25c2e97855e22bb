"""BG/NBD: how often customers buy, and when they leave.

While active, a customer buys at a rate of their own; after each purchase they leave with a
probability of their own. Rates vary as a gamma distribution (r, alpha), probabilities as a beta
distribution (a, b).

Source: Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
Pareto/NBD Model", Marketing Science 24(2), 2005.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, gammaln

from ml.training.priors.fitting import fitted
from ml.training.priors.purchase_days import Floats

START = (1.0, 30.0, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The parameters, alpha in days (or in whatever unit recency and age came in)."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(model: Lifetime, x: Floats, t_x: Floats, T: Floats) -> float:
    """Return the log-likelihood of histories (2005, equation 6), summed over customers.

    ``B(a, b + x) / B(a, b) Gamma(r + x) alpha^r / Gamma(r) [ (alpha + T)^-(r + x) + (x > 0)
    a / (b + x - 1) (alpha + t_x)^-(r + x) ]``.

    Args:
        model: The parameters.
        x: [c], purchases after the first one.
        t_x: [c], time from the first to the last.
        T: [c], time from the first to the end of observation.
    """
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    staying = -(r + x) * np.log(alpha + T)
    is_back = x > 0
    leaving = np.where(
        is_back,
        np.log(a) - np.log(np.where(is_back, b + x - 1, 1.0)) - (r + x) * np.log(alpha + t_x),
        -np.inf,
    )
    each = (
        betaln(a, b + x)
        - betaln(a, b)
        + gammaln(r + x)
        - gammaln(r)
        + r * np.log(alpha)
        + np.logaddexp(staying, leaving)
    )
    return float(each.sum())


def fit_lifetime(x: Floats, t_x: Floats, T: Floats) -> Lifetime:
    """Return the parameters under which these histories are likeliest.

    Raises:
        FitError: when the histories do not tell them.
    """

    def of(parameters: Floats) -> float:
        return log_likelihood(Lifetime(*map(float, parameters)), x, t_x, T)

    return Lifetime(*map(float, fitted(of, START, model="BG/NBD")))
