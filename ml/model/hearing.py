"""What an answer changes: who gives it buys as its likings say, unless their history knows better.

A question divides customers into those of each answer. To which of them a customer belongs is
uncertain: the shares say who is how many, the customer's own purchases make some of it likelier,
and an answer settles it as far as it can be relied on. An item's odds are those the model gives,
times what the likings make of them after the answer, over what they made of them before. So an
answer that everybody could have foreseen changes nothing, and the more a history says, the less is
left for an answer to say.

Source: a finite mixture with one class an answer, McLachlan, Peel, "Finite Mixture Models", 2000,
section 1.4 (posterior of the class); purchases are counted as Poisson, their evidence tempered,
for they are not independent: Grünwald, "The Safe Bayesian", 2012 (a learning rate below 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.likings import Subjects, Teaching, likings_of

WIDE_SOURCE_SIZE = 100
"""So many items each source proposes for somebody who is asked, or has answered and is hardly
known: what an answer can lift must be among the candidates, and the 25 of an ordinary request hold
.23 of a newcomer's next basket, the hundred .51 (docs/evaluation.md)."""

FEW_BASKETS = 5
"""Who has more is known by them: wider candidates no longer change the first ten."""

HISTORY_WEIGHT = 0.3
LIKING_WEIGHT = 1.25
FADING_BASKETS = 4.0
"""Learned on the simulated town by ``python -m ml questions``, see docs/evaluation.md."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much history and answers are believed."""

    history: float = HISTORY_WEIGHT
    """Of each purchase as evidence of the answer, 0 to 1; 0 ignores the history."""
    liking: float = LIKING_WEIGHT
    """Factor on every log-odds, 0 or more; 0 ignores the answers."""
    fading_baskets: float = FADING_BASKETS
    """Of a customer with so many baskets likings count half: their own items are known by then,
    and with them most of what an answer could say; positive."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What a customer bought of n items, beside what would be expected of anybody.

    Attributes:
        counts: float [n], in how many baskets each was.
        expected: float [n], in how many of that many baskets anybody would have had each.
        basket_count: how many baskets there were.
    """

    counts: NDArray[np.floating]
    expected: NDArray[np.floating]
    basket_count: int

    @classmethod
    def of(
        cls, own_counts: NDArray[np.floating], shares: NDArray[np.floating], basket_count: int
    ) -> "Bought":
        """Return the columns of n items of which the first ones are own items.

        Args:
            own_counts: float [own], in how many baskets each own item was.
            shares: float [n], of all baskets with the item; NaN where it is not known.
            basket_count: how many baskets there were.
        """
        counts = np.zeros(len(shares))
        counts[: len(own_counts)] = own_counts
        return cls(counts, basket_count * np.nan_to_num(shares), basket_count)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A question put to one customer, about n items; m answers.

    Attributes:
        teaching: the question.
        factors: float64 [m, n], what each answer makes of the odds, were it certain.
        chances: float64 [m], how likely each answer is the true one, by the history alone.
    """

    teaching: Teaching
    factors: NDArray[np.float64]
    chances: NDArray[np.float64]

    def said(self, reliability: float) -> NDArray[np.float64]:
        """Return how likely each answer is to be given, float64 [m].

        Args:
            reliability: how often an answer is true, 0 to 1.
        """
        return reliability * self.chances + (1 - reliability) * self.teaching.shares()

    def changes(self, reliability: float) -> NDArray[np.float64]:
        """Return what each answer, when it is given, makes of the odds: float64 [m, n], positive.

        Args:
            reliability: how often an answer is true, 0 to 1; at 0 nothing changes.
        """
        return self._changes(reliability, np.eye(len(self.chances)))

    def change(self, place: int, reliability: float) -> NDArray[np.float64]:
        """Return what one answer, the one at ``place``, makes of the odds: float64 [n]."""
        given = np.eye(len(self.chances))[place : place + 1]
        return np.asarray(self._changes(reliability, given)[0])

    def _changes(self, reliability: float, given: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a row for each answer given, of which each is a row of zeros and a one."""
        by_chance = (1 - reliability) * (given @ self.teaching.shares())
        likelihoods = reliability * given + by_chance[:, None]
        after = likelihoods * self.chances + _LEAST  # certain of another one: nothing to go by
        after /= after.sum(axis=1, keepdims=True)
        return np.asarray((after @ self.factors) / (self.chances @ self.factors))


_LEAST = 1e-300
"""Keeps a sum from being 0."""


def heard(
    teaching: Teaching, subjects: Subjects, bought: Bought, weights: Weights | None = None
) -> Hearing:
    """Return a question put to a customer.

    Args:
        teaching: the question.
        subjects: the n items that matter to this customer.
        bought: of the same items.
        weights: as learned, where ``None``.
    """
    believed = weights or Weights()
    likings = believed.liking * likings_of(teaching, subjects)
    rates = np.exp(likings)
    evidence = likings @ bought.counts - (rates - 1) @ bought.expected  # log Poisson, by class
    odds = np.log(teaching.shares()) + believed.history * evidence
    chances = np.exp(odds - odds.max())
    fading = believed.fading_baskets / (believed.fading_baskets + bought.basket_count)
    return Hearing(teaching, rates**fading, np.asarray(chances / chances.sum()))


def with_odds(
    probabilities: NDArray[np.floating], factors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return probabilities whose odds are multiplied, each 0 to 1.

    Args:
        probabilities: float [n].
        factors: float64 [..., n], positive.
    """
    grown = probabilities * factors
    return np.asarray(grown / (1 - probabilities + grown))
