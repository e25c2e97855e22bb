"""How much a persona's likings count beside the model: learned, by how much history is known.

The ranker has seen the moments that it learned from, and says more of them than of what is to come.
So the weights are learned at the latest moment before the question, with a ranker that was taught
at the moments before that one only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.metrics import Baskets
from ml.evaluation.question import Now
from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Moment
from ml.model.index import build_index
from ml.model.ranker import Ranker
from ml.training.lessons.asking import Asking
from ml.training.lessons.present import Presents
from ml.training.personas.beginnings import Beginnings

DEPTHS: Mapping[str, int | None] = {"0": 0, "1": 1, "2": 2, "3-5": 4, "6+": None}
"""How many of the latest baskets are known: what it is called, and what is told; ``None`` tells
all. Only who has so many is asked."""
LEAST_BASKETS = {"6+": 6}
GUESSED, TOLD = "guessed", "told"
SAYINGS = (GUESSED, TOLD)
"""Whether the persona is guessed from store and history, or the customer said which is theirs."""

CERTAIN = 1e-6
"""No probability is taken for more certain than this: its log-odds would be infinite."""
DOUBT = 1.0
"""Precision of the belief that a weight lies about 0: at a weight of 1 a persona's word is taken
outright. Without it, a persona that foretells everything would weigh without end."""
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a log-lift adds to the log-odds."""

    value: float
    error: float
    """Standard error."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One customer, asked about with so much of the history known.

    Attributes:
        customer_id: who.
        depth: one of ``DEPTHS``.
        item_ids: n candidates.
        log_odds: float64 [n], what the model says.
        log_lifts: by saying, float64 [n], what the persona adds.
        memberships: by saying, float64 [K].
    """

    customer_id: str
    depth: str
    item_ids: Sequence[str]
    log_odds: NDArray[np.float64]
    log_lifts: Mapping[str, NDArray[np.float64]]
    memberships: Mapping[str, NDArray[np.float64]]


def asked(
    bundle: Bundle, beginnings: Beginnings, customer_ids: Sequence[str], now: Now
) -> Iterator[Asked]:
    """Yield every customer at every depth that they have.

    Args:
        bundle: learned from the same purchases as ``beginnings``.
        beginnings: the personas.
        customer_ids: who is asked about.
        now: the moment, or that of each.
    """
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    purchases, ranker = beginnings.purchases, Ranker(bundle.ranker)
    presents = Presents(generator, purchases, now)
    rows = {item: row for row, item in enumerate(purchases.item_ids)}
    for customer in customer_ids:
        present, store = presents.of(customer), purchases.last_store(customer)
        asking, known = Asking(present.candidates, ranker), len(purchases.baskets(customer))
        told = beginnings.told(customer)
        for depth, last in DEPTHS.items():
            if known < LEAST_BASKETS.get(depth, last or 0):
                continue
            history = purchases.history(customer, last=last)
            answer = asking.about(history, Moment(store=store), present.now_seconds)
            item_ids = answer.candidates.item_ids
            places = np.array([rows[item] for item in item_ids], np.int64)
            guessed = beginnings.memberships(customer, last=last, store=store)
            memberships = {GUESSED: guessed, TOLD: told}
            yield Asked(
                customer,
                depth,
                item_ids,
                log_odds=_log_odds(answer.probabilities),
                log_lifts={
                    saying: beginnings.log_lifts(places, each)
                    for saying, each in memberships.items()
                },
                memberships=memberships,
            )


def learned_weights(lessons: Iterator[Asked], truth: Baskets) -> dict[str, dict[str, Weight]]:
    """Return the weight of each saying at each depth; depths that nobody has are left out.

    Args:
        lessons: of ``asked``, at a moment that the model never learned from.
        truth: what these customers bought then.
    """
    parts: dict[str, list[tuple[NDArray[np.float64], ...]]] = {}
    for each in lessons:
        bought = truth[each.customer_id]
        labels = np.array([item in bought for item in each.item_ids], np.float64)
        told = (each.log_lifts[saying] for saying in SAYINGS)
        parts.setdefault(each.depth, []).append((each.log_odds, labels, *told))
    found = {}
    for depth, rows in parts.items():
        log_odds, labels, *lifts = (np.concatenate(column) for column in zip(*rows, strict=True))
        found[depth] = {
            saying: fit_weight(log_odds, each, labels)
            for saying, each in zip(SAYINGS, lifts, strict=True)
        }
    return found


def fit_weight(
    log_odds: NDArray[np.float64], lifts: NDArray[np.float64], labels: NDArray[np.float64]
) -> Weight:
    """Return the likeliest weight of the lifts beside what the model says.

    A logistic ridge regression with the log-odds as an offset, by Newton's method; an intercept,
    which moves no order, takes up what the model is too sure of. Lifts that do not differ weigh
    nothing.

    Args:
        log_odds: float64 [n].
        lifts: float64 [n].
        labels: float64 [n], 1 where the item was bought.
    """
    if np.ptp(lifts) == 0:
        return Weight(0.0, 0.0)
    columns = np.stack([np.ones(len(lifts)), lifts], axis=1)
    weights = np.zeros(2)
    penalty = np.diag([0.0, DOUBT])
    hessian = penalty
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-(log_odds + columns @ weights)))
        hessian = (columns * (chances * (1 - chances))[:, None]).T @ columns + penalty
        gradient = columns.T @ (labels - chances) - penalty @ weights
        weights = weights + np.linalg.solve(hessian, gradient)
    return Weight(float(weights[1]), float(np.sqrt(np.linalg.inv(hessian)[1, 1])))


def _log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    chances = np.clip(probabilities.astype(np.float64), CERTAIN, 1 - CERTAIN)
    return np.asarray(np.log(chances / (1 - chances)))
