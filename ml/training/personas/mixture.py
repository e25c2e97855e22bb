"""A mixture of multinomials, fitted by expectation and maximisation.

Source: Nigam, McCallum, Thrun, Mitchell, "Text Classification from Labeled and Unlabeled Documents
using EM", Machine Learning 2000, equations 3 to 6; the smoothing towards everybody's words instead
of a uniform prior: Zhai, Lafferty, "A Study of Smoothing Methods for Language Models", 2004
(Dirichlet prior).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import logsumexp

SMOOTHING = 50.0
"""Words' worth of everybody that are added to those of a persona: rare words stay finite."""
MOST_STEPS = 200
LEAST_GAIN = 1e-5
"""A step that betters the mean log-likelihood of a customer by less is the last."""
STARTS = 5
"""Fits from different beginnings, of which the likeliest is kept: each finds the nearest hill."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """K personas over W words.

    Attributes:
        log_shares: float64 [K].
        log_chances: float64 [K, W].
    """

    log_shares: NDArray[np.float64]
    log_chances: NDArray[np.float64]

    def log_joint(self, words: sparse.csr_matrix) -> NDArray[np.float64]:
        """Return the log-likelihood of each customer together with each persona, [c, K]."""
        return np.asarray(words @ self.log_chances.T + self.log_shares)

    def memberships(self, words: sparse.csr_matrix) -> NDArray[np.float64]:
        """Return how likely each customer belongs to each persona, float64 [c, K]."""
        joint = self.log_joint(words)
        return np.asarray(np.exp(joint - logsumexp(joint, axis=1, keepdims=True)))

    def log_likelihoods(self, words: sparse.csr_matrix) -> NDArray[np.float64]:
        """Return the log-likelihood of each customer, float64 [c]."""
        return np.asarray(logsumexp(self.log_joint(words), axis=1))


def fit_mixture(words: sparse.csr_matrix, count: int, *, seed: int) -> Mixture:
    """Return the likeliest of several fits, the largest persona first.

    Args:
        words: float [c, W], what each customer's history says.
        count: how many personas, at least 1.
        seed: same words and seed give the same personas.
    """
    fits = [
        _climbed(words, _beginning(words, count, np.random.default_rng([seed, start])))
        for start in range(STARTS if count > 1 else 1)
    ]
    best, _ = max(fits, key=lambda fit: fit[1])
    order = np.argsort(-best.log_shares, kind="stable")
    return Mixture(best.log_shares[order], best.log_chances[order])


def _beginning(
    words: sparse.csr_matrix, count: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return memberships around drawn customers, each drawn far from those before: [c, K].

    Source: Arthur, Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007.
    """
    norms = sparse.linalg.norm(words, axis=1)
    unit = sparse.diags(1 / np.maximum(norms, 1e-12)) @ words
    chosen = [int(generator.integers(words.shape[0]))]
    for _ in range(count - 1):
        nearest = np.asarray((unit @ unit[chosen].T).todense()).max(axis=1)
        distance = np.maximum(1 - nearest, 0) ** 2 + 1e-12
        chosen.append(int(generator.choice(len(distance), p=distance / distance.sum())))
    likeness = np.asarray((unit @ unit[chosen].T).todense())
    odds = np.exp(10 * likeness)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _climbed(words: sparse.csr_matrix, memberships: NDArray[np.float64]) -> tuple[Mixture, float]:
    everybody = np.asarray(words.sum(axis=0)).ravel() + 1e-9
    prior = SMOOTHING * everybody / everybody.sum()
    reached = -np.inf
    mixture = _maximised(words, memberships, prior)
    for _ in range(MOST_STEPS):
        joint = mixture.log_joint(words)
        whole = logsumexp(joint, axis=1, keepdims=True)
        mean = float(whole.mean())
        if mean - reached < LEAST_GAIN:
            break
        reached = mean
        mixture = _maximised(words, np.exp(joint - whole), prior)
    return mixture, reached


def _maximised(
    words: sparse.csr_matrix, memberships: NDArray[np.float64], prior: NDArray[np.float64]
) -> Mixture:
    shares = (memberships.sum(axis=0) + 1) / (len(memberships) + memberships.shape[1])
    said = np.asarray(memberships.T @ words) + prior
    return Mixture(np.log(shares), np.log(said / said.sum(axis=1, keepdims=True)))
