"""Lessons of the ranker: candidates and features as in serving, labels from the basket that came.

The artefacts behind a window's features saw nothing from its moment on, so no feature knows its
label. Some customers are asked about once more: with a part of that basket shown, as if it were
in their hands already, so that complements get their say and the label is the rest; or as if they
had come lately or never before, for where everybody has a long history nothing else teaches what
a newcomer buys; or as if some items had come in today.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Moment
from ml.model.index import build_index
from ml.training.artefacts.purchases import Purchases
from ml.training.lessons.asking import looked_at
from ml.training.lessons.launches import launch
from ml.training.lessons.present import Presents
from ml.training.lessons.windows import Window

NEGATIVE_SHARE = 0.3
"""Share of the candidates not bought that is kept; each then weighs its inverse, so that what the
trees answer stays a probability. Keeping all gains nothing (measured on Ta-Feng)."""

REVEALED_SHARE = 0.2
"""Share of customers who are asked about once more with a part of their basket shown."""

NEWCOMER_SHARE = 0.1
"""Share of customers who are asked about once more with their history hidden."""

RECENT_SHARE = 0.08
"""Share of customers who are asked about once more with their latest baskets alone."""

LAUNCH_SHARE = 0.5
"""Share of customers who are asked about once more with some items hidden."""

MAX_SHOWN_BASKETS = 3
"""How many baskets those show at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Candidates of some customers.

    Attributes:
        values: float32 [n, features], in the order of ``FEATURES``.
        labels: float32 [n], 1 where the next basket held the candidate.
        weights: float32 [n].
    """

    values: NDArray[np.float32]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]


Progress = Callable[[Sequence[str]], Iterable[str]]


def window_samples(
    bundle: Bundle,
    purchases: Purchases,
    window: Window,
    *,
    max_customers: int,
    generator: np.random.Generator,
    progress: Progress = lambda customers: customers,
) -> Samples:
    """Return what one window teaches.

    Args:
        bundle: artefacts of ``purchases``.
        purchases: what was known at the window's moment.
        window: the moment and what came.
        max_customers: how many customers to learn from at most.
        generator: draws customers, negatives and revealed items.
        progress: wraps the customers, to show how far it is.
    """
    asked = sorted(window.truth)
    if len(asked) > max_customers:
        chosen = generator.choice(len(asked), max_customers, replace=False)
        asked = [asked[place] for place in sorted(chosen.tolist())]
    candidates = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    lesson = _Lesson(
        Presents(candidates, purchases, window.now),
        purchases,
        window=window,
        generator=generator,
    )
    parts = [lesson.of(_Asked(customer)) for customer in progress(asked)]
    parts += [lesson.of(each) for each in _asked_again(asked, generator)]
    parts += _of_launch(bundle, lesson, asked)
    return joined(parts)


def joined(parts: Sequence[Samples]) -> Samples:
    """Return all samples as one; at least one part."""
    return Samples(
        np.concatenate([each.values for each in parts]),
        np.concatenate([each.labels for each in parts]),
        np.concatenate([each.weights for each in parts]),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A customer, and how much of the history is told."""

    customer: str
    last: int | None = None
    """How many of the latest baskets; all when ``None``."""
    names_store: bool = True
    shows_basket: bool = False


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Turns customers of one window into samples; the arguments of ``window_samples``."""

    presents: Presents
    purchases: Purchases
    window: Window
    generator: np.random.Generator

    def of(self, asked: _Asked) -> Samples:
        """Return the candidates of one customer, what was bought among them, and their weights."""
        basket = sorted(self.window.truth[asked.customer])
        revealed = _revealed(basket, self.generator) if asked.shows_basket else []
        item_ids, values = self._candidates(asked, revealed)
        wanted, shown = set(basket).difference(revealed), set(revealed)
        labels = np.array([each in wanted for each in item_ids], np.bool_)
        open_ = np.array([each not in shown for each in item_ids], np.bool_)
        drawn = self.generator.random(len(labels)) < NEGATIVE_SHARE
        kept = open_ & (labels | drawn)
        weights = np.where(labels[kept], 1, 1 / NEGATIVE_SHARE)
        return Samples(values[kept], labels[kept].astype(np.float32), weights.astype(np.float32))

    def of_fresh(self, customer: str) -> Samples:
        """Return the fresh candidates of one customer alone, for the others have been told of."""
        item_ids, values = self._candidates(_Asked(customer), ())
        basket = self.window.truth[customer]
        known = self.presents.of(customer).candidates.bundle.vocabulary
        places = [place for place, item in enumerate(item_ids) if item not in known]
        labels = np.array([item_ids[place] in basket for place in places], np.float32)
        return Samples(values[places], labels, np.ones(len(places), np.float32))

    def _candidates(
        self, asked: _Asked, revealed: Sequence[str]
    ) -> tuple[list[str], NDArray[np.float32]]:
        """Return a customer's candidates and their features, float32 [n, features]."""
        history = self.purchases.history(asked.customer, last=asked.last)
        store = self.purchases.last_store(asked.customer) if asked.names_store else ""
        now = self.presents.of(asked.customer)
        moment = Moment(current_basket=revealed, store=store)
        found, table = looked_at(now.candidates, history, moment, now.now_seconds)
        return found.item_ids, table.values


def _of_launch(bundle: Bundle, lesson: _Lesson, customers: Sequence[str]) -> list[Samples]:
    """Return what some customers teach about items that came in today."""
    found = launch(bundle, lesson.window.history, lesson.generator)
    if found is None:
        return []
    presents = Presents(found.candidates, found.purchases, lesson.window.now)
    of_new = replace(lesson, presents=presents, purchases=found.purchases)
    draws = lesson.generator.random(len(customers)) < LAUNCH_SHARE
    return [of_new.of_fresh(customers[place]) for place in np.flatnonzero(draws).tolist()]


def _asked_again(customers: Sequence[str], generator: np.random.Generator) -> list[_Asked]:
    """Return who is asked about once more: as a newcomer, as one who came lately, at the till.

    Every other newcomer names no store: a service knows it only where the question says it.
    """
    draws = generator.random(len(customers))
    baskets = generator.integers(1, MAX_SHOWN_BASKETS + 1, len(customers)).tolist()
    is_newcomer = draws < NEWCOMER_SHARE
    is_recent = ~is_newcomer & (draws < NEWCOMER_SHARE + RECENT_SHARE)
    newcomers = [
        _Asked(customers[place], last=0, names_store=number % 2 == 1)
        for number, place in enumerate(np.flatnonzero(is_newcomer).tolist())
    ]
    recent = [
        _Asked(customers[place], last=baskets[place])
        for place in np.flatnonzero(is_recent).tolist()
    ]
    reveals = generator.random(len(customers)) < REVEALED_SHARE
    revealing = [
        _Asked(customers[place], shows_basket=True) for place in np.flatnonzero(reveals).tolist()
    ]
    return newcomers + recent + revealing


def _revealed(basket: Sequence[str], generator: np.random.Generator) -> list[str]:
    """Return what a customer shows of a basket: a part, never all of it."""
    if len(basket) < 2:
        return []
    count = int(generator.integers(1, len(basket)))
    return [basket[place] for place in sorted(generator.choice(len(basket), count, replace=False))]
