"""How far history and answers are believed: learned from people who are not asked afterwards.

What is best is what makes their next baskets likeliest after some questions in random order. One
weight is chosen after the other until none changes: coordinate ascent over a few values each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from ml.model.hearing import Weights, heard
from ml.model.likings import Teaching
from ml.training.insight.inquiry.cases import Case
from ml.training.insight.inquiry.rules import MOST_QUESTIONS, after_asking

CHOICES: Mapping[str, tuple[float, ...]] = {
    "history": (0.0, 0.1, 0.3, 1.0),
    "liking": (0.5, 0.75, 1.0, 1.25, 1.5),
    "fading_baskets": (1.0, 2.0, 4.0, 8.0, 16.0, 1e9),
}
"""What is tried of each weight; the last says that likings do not fade."""

_MOST_ROUNDS = 4


def learned_weights(cases: Sequence[Case], teachings: Sequence[Teaching], *, seed: int) -> Weights:
    """Return the weights that suit these cases best.

    Args:
        cases: at least one.
        teachings: what may be asked.
        seed: of the questions that each is asked.
    """
    generator = np.random.default_rng(seed)
    asked = [
        [teachings[place] for place in generator.permutation(len(teachings))[:MOST_QUESTIONS]]
        for _ in cases
    ]
    best, worth = Weights(), -np.inf
    for _ in range(_MOST_ROUNDS):
        before = best
        for field in fields(Weights):
            for value in CHOICES[field.name]:
                tried = replace(best, **{field.name: value})
                found = _log_likelihood(cases, asked, tried)
                if found > worth:
                    best, worth = tried, found
        if best == before:
            break
    return best


def with_counted_shares(
    teachings: Sequence[Teaching], answers: Sequence[Mapping[str, str]]
) -> tuple[Teaching, ...]:
    """Return the questions with how often each answer was given; once more than it was."""
    return tuple(
        replace(
            teaching,
            answers=tuple(
                replace(
                    each,
                    share=1.0
                    + sum(said.get(teaching.question_id) == each.answer_id for said in answers),
                )
                for each in teaching.answers
            ),
        )
        for teaching in teachings
    )


def _log_likelihood(
    cases: Sequence[Case], asked: Sequence[Sequence[Teaching]], weights: Weights
) -> float:
    total = 0.0
    for case, teachings in zip(cases, asked, strict=True):
        probabilities = case.probabilities
        for teaching in teachings:
            hearing = heard(teaching, case.subjects, case.bought, weights)
            probabilities = after_asking(case, hearing, probabilities)
        total += case.log_likelihood(probabilities)
    return total
