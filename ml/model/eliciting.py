"""What a question is worth before it is asked: what its answer is expected to change.

Two measures over the answers that this customer is expected to give:

* ``hits``: by how many the expected hits among the first ten grow, for the list may then be put in
  another order. The value of information of Howard, "Information Value Theory", 1966, where the
  decision is the list.
* ``bits``: by how much the uncertainty about the next basket shrinks, item by item. Source: MacKay,
  "Information-Based Objective Functions for Active Data Selection", 1992, section 3; for a new
  customer Rashid et al., "Getting to Know You", 2002, section 4 (entropy and popularity together),
  and Golbandi, Koren, Lempel, "Adaptive Bootstrapping of Recommender Systems", 2011, who let each
  answer choose the next question.

Which of the two chooses was decided by measuring (docs/evaluation.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.hearing import Hearing, with_odds

LIST_LENGTH = 10
"""How far a list is read."""

_LEAST = 1e-12
"""Keeps a logarithm finite."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What asking is expected to bring."""

    hits: float
    """Expected hits among the first ten, more than without the answer; 0 or more."""
    bits: float
    """Uncertainty about the next basket, less than without the answer."""
    said: NDArray[np.float64]
    """How likely each answer is to be given, float64 [m]."""


def worth_of(hearing: Hearing, probabilities: NDArray[np.floating]) -> Worth:
    """Return what asking this question now is expected to bring.

    Args:
        hearing: the question put to the customer, about n items.
        probabilities: float [n], that the next basket holds each, with all that is known.
    """
    reliability = hearing.teaching.confidence
    said = hearing.said(reliability)
    after = with_odds(probabilities, hearing.changes(reliability))
    hits = said @ expected_hits(after) - expected_hits(probabilities)
    bits = uncertainty(probabilities) - said @ uncertainty(after)
    return Worth(max(float(hits), 0.0), float(bits), said)


def expected_hits(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how many of the first ten of each list are expected in the next basket.

    Args:
        probabilities: float [..., n].

    Returns:
        float64 [...]; of fewer items than ten, all.
    """
    count = min(LIST_LENGTH, probabilities.shape[-1])
    split = probabilities.shape[-1] - count
    if split == 0:
        return np.asarray(probabilities.sum(axis=-1), np.float64)
    best = np.partition(probabilities, split, axis=-1)[..., split:]
    return np.asarray(best.sum(axis=-1), np.float64)


def uncertainty(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the entropy of the next basket in bits, its items taken as independent.

    Args:
        probabilities: float [..., n].

    Returns:
        float64 [...].
    """
    p = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
    return np.asarray(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).sum(axis=-1))
