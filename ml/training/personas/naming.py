"""Names that personas get from what sets their members apart."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml.model.persona import BASKET_WORDS, GAP_WORDS

LEAST_LIFT = 1.15
"""A word says something of a persona from so many times everybody's use on."""
LEAST_CHANCE = 0.003
"""Of words used more seldom nobody thinks first, however much more often members use them."""
NAMED_TOPICS = 2
MOST_LIFTS = 8
ORDINARY = "A bit of everything"

_RHYTHM = (*BASKET_WORDS, *GAP_WORDS)
_MIDDLE = (BASKET_WORDS[1], GAP_WORDS[1])
"""What says nothing worth a name."""

Lifts = tuple[tuple[str, float], ...]


def strongest_lifts(
    words: Sequence[str], log_chances: NDArray[np.float64], everybody: NDArray[np.float64]
) -> Lifts:
    """Return what members say more often than everybody, strongest first.

    A lift counts by how much of a member's words it explains, so that a rare word does not name a
    persona of people who hardly use it either.

    Args:
        words: W words.
        log_chances: float64 [W], of the persona.
        everybody: float64 [W], chances over all customers.
    """
    chances = np.exp(log_chances)
    lifts = chances / everybody
    worth = np.where(
        (lifts >= LEAST_LIFT) & (chances >= LEAST_CHANCE), chances * np.log(lifts), 0.0
    )
    order = np.argsort(-worth, kind="stable")[:MOST_LIFTS]
    return tuple((words[place], round(float(lifts[place]), 2)) for place in order if worth[place])


def named(lifts: Lifts, titles: Mapping[str, str]) -> str:
    """Return a name of the strongest lifts: ``Tea and biscuits, small baskets, comes often``.

    Args:
        lifts: of ``strongest_lifts``.
        titles: what people call a topic, where it is not its own name.
    """
    topics = [titles.get(word, word) for word, _ in lifts if word not in _RHYTHM][:NAMED_TOPICS]
    rhythm = [word for word, _ in lifts if word in _RHYTHM and word not in _MIDDLE]
    parts = [_joined(topics), *rhythm] if topics else [ORDINARY, *rhythm]
    return ", ".join(parts)


def _joined(topics: Sequence[str]) -> str:
    first, *others = topics
    return " and ".join([first, *(each if each.isupper() else _lowered(each) for each in others)])


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
