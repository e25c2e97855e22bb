"""Maximum likelihood of positive parameters."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

_LARGEST_LOG = 15.0
"""A parameter beyond a few millions says that the data do not tell it from infinity."""


class FitError(ValueError):
    """The likelihood has no summit that could be found; the message names the model."""


def fitted(
    log_likelihood: Callable[[NDArray[np.float64]], float], start: Sequence[float], *, model: str
) -> NDArray[np.float64]:
    """Return the positive parameters under which a log-likelihood is highest.

    Logarithms are searched, so that every parameter stays positive; from several starts, because
    these likelihoods have long flat ridges.

    Raises:
        FitError: when no search ends at a summit within the bounds.
    """

    def loss(logs: NDArray[np.float64]) -> float:
        value = -log_likelihood(np.exp(logs))
        return value if np.isfinite(value) else 1e12

    best = None
    for shift in (0.0, -1.0, 1.0):
        found = minimize(
            loss,
            np.log(start) + shift,
            method="L-BFGS-B",
            bounds=[(-_LARGEST_LOG, _LARGEST_LOG)] * len(start),
            options={"maxiter": 2_000, "ftol": 1e-12, "gtol": 1e-7},
        )
        if best is None or found.fun < best.fun:
            best = found
    if best is None or best.fun >= 1e12 or np.any(np.abs(best.x) >= _LARGEST_LOG - 1e-6):
        raise FitError(f"{model} cannot be fitted: the histories do not tell its parameters")
    parameters: NDArray[np.float64] = np.exp(best.x)
    return parameters
