"""How many personas there are, and how firm they stand when other customers are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score

from ml.training.personas.mixture import Mixture, fit_mixture

COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 12)
"""How many personas are tried. More than a dozen nobody keeps in mind."""
HELD_OUT_SHARE = 0.2
ERRORS = 2.0
"""How many standard errors one more step must gain: of nine numbers that are tried, one that gains
nothing passes a single error by chance."""
REFITS = 10
"""Of the stability; each draws as many customers as there are, with repetition."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How well so many personas tell customers whom they were not learned from."""

    count: int
    gain: float
    """Mean log-likelihood of a customer, less that of the number kept so far."""
    gain_error: float
    """Standard error of the gain, paired by customer."""


@dataclass(frozen=True, slots=True)
class Stability:
    """How like personas from other draws of the same customers are; means over the refits."""

    adjusted_rand: float
    """Of everybody's likeliest persona: 1 for the same groups, 0 for chance. Source: Hubert,
    Arabie, "Comparing Partitions", 1985."""
    cosine: float
    """Of the chances of words relative to everybody's, each persona beside the nearest refitted."""


def choose_count(
    said: sparse.csr_matrix, *, seed: int, counts: Sequence[int] = COUNTS
) -> tuple[int, tuple[Trial, ...]]:
    """Return how many personas tell strangers best, and every trial.

    One more step is taken only where it gains more than ``ERRORS`` standard errors: of what tells
    equally well, the fewest.

    Args:
        said: float64 [c, W], histories.
        seed: of the draw of who is held out.
        counts: ascending, the first the least.
    """
    generator = np.random.default_rng([seed, 1])
    order = generator.permutation(said.shape[0])
    held_out = max(1, round(HELD_OUT_SHARE * len(order)))
    strangers, known = said[order[:held_out]], said[order[held_out:]]
    chosen, trials = counts[0], []
    best = fit_mixture(known, counts[0], seed=seed).log_likelihoods(strangers)
    for count in counts[1:]:
        found = fit_mixture(known, count, seed=seed).log_likelihoods(strangers)
        gains = found - best
        error = float(gains.std() / np.sqrt(len(gains)))
        trials.append(Trial(count, float(gains.mean()), error))
        if gains.mean() > ERRORS * error:
            chosen, best = count, found
    return chosen, tuple(trials)


def stability(said: sparse.csr_matrix, mixture: Mixture, *, seed: int) -> Stability:
    """Return how like personas are that other draws of the same customers teach.

    Args:
        said: what ``mixture`` was fitted on.
        mixture: the personas.
        seed: of the draws.
    """
    ours = mixture.memberships(said).argmax(axis=1)
    count = len(mixture.log_shares)
    found = []
    for refit in range(REFITS):
        generator = np.random.default_rng([seed, 2, refit])
        drawn = said[generator.integers(0, said.shape[0], said.shape[0])]
        other = fit_mixture(drawn, count, seed=seed + refit + 1)
        theirs = other.memberships(said).argmax(axis=1)
        found.append((adjusted_rand_score(ours, theirs), _matched(mixture, other)))
    rand, cosine = np.mean(found, axis=0).tolist()
    return Stability(rand, cosine)


def _matched(one: Mixture, other: Mixture) -> float:
    """Return the mean cosine of personas, each beside its partner in the best matching."""
    likeness = _directions(one) @ _directions(other).T
    rows, columns = linear_sum_assignment(-likeness)
    return float(likeness[rows, columns].mean())


def _directions(mixture: Mixture) -> NDArray[np.float64]:
    """Return how each persona differs from everybody, in square roots of chances, of length 1.

    A persona that does not differ at all, as the only one does not, lies along everybody.
    """
    roots = np.exp(mixture.log_chances / 2)
    if len(roots) == 1:
        return roots
    apart = roots - np.exp(mixture.log_shares) @ roots
    return np.asarray(apart / np.linalg.norm(apart, axis=1, keepdims=True))
