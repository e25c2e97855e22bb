"""How the next question is chosen, and what becomes of a customer's list when it is answered."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml.model.eliciting import Worth, worth_of
from ml.model.hearing import Hearing, Weights, heard, with_odds
from ml.model.likings import Teaching
from ml.training.insight.inquiry.cases import Case

HITS, BITS = "expected hits", "expected bits"
RANDOM, FIXED = "random order", "fixed order"
"""The names of the rules."""

MOST_QUESTIONS = 5
"""A customer is asked so many at most."""

Rule = Callable[[Sequence[Hearing], NDArray[np.float64]], int]
"""From the questions that are left and the list as it is to the question to ask next."""


def rules(seed: int) -> Mapping[str, Callable[[], Rule]]:
    """Return what makes each rule, by name; the fixed order is that of the questions.

    Args:
        seed: of the random order; another one for each customer.
    """
    return {
        HITS: lambda: _most(lambda worth: worth.hits),
        BITS: lambda: _most(lambda worth: worth.bits),
        RANDOM: lambda: _by_chance(np.random.default_rng(seed)),
        FIXED: lambda: lambda left, probabilities: 0,  # noqa: ARG005  # the first that is left
    }


def recalls(
    case: Case, teachings: Sequence[Teaching], rule: Rule, *, weights: Weights
) -> list[float]:
    """Return the recall after 0, 1, … ``MOST_QUESTIONS`` questions, asked one after the other.

    A question that is waved away was asked too.
    """
    left = [heard(each, case.subjects, case.bought, weights) for each in teachings]
    probabilities = case.probabilities
    found = [case.recall(probabilities)]
    for _ in range(min(MOST_QUESTIONS, len(left))):
        hearing = left.pop(rule(left, probabilities))
        probabilities = after_asking(case, hearing, probabilities)
        found.append(case.recall(probabilities))
    return found


def after_asking(
    case: Case, hearing: Hearing, probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probabilities after a question: the same ones when it is waved away."""
    teaching = hearing.teaching
    answer = case.answers.get(teaching.question_id)
    place = None if answer is None else teaching.place_of(answer)
    if place is None:
        return probabilities
    return with_odds(probabilities, hearing.change(place, teaching.confidence))


def _most(worth: Callable[[Worth], float]) -> Rule:
    def rule(left: Sequence[Hearing], probabilities: NDArray[np.float64]) -> int:
        return int(np.argmax([worth(worth_of(each, probabilities)) for each in left]))

    return rule


def _by_chance(generator: np.random.Generator) -> Rule:
    def rule(left: Sequence[Hearing], probabilities: NDArray[np.float64]) -> int:  # noqa: ARG001
        return int(generator.integers(len(left)))

    return rule
