"""What a customer's answers make of a ranking."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.model.candidates import SOURCES
from ml.model.hearing import FEW_BASKETS, WIDE_SOURCE_SIZE, Bought, Hearing, heard, with_odds
from ml.model.likings import Subjects
from services.recommendation.domain.customer import Customer
from services.recommendation.domain.question import Question
from services.recommendation.domain.ranking import Ranking

GROUP = "answers"
"""What answers are called beside the groups of features."""

_POPULAR = SOURCES.index("popular")

Questions = Mapping[str, Question]
"""By id."""


def source_size_for(customer: Customer) -> int | None:
    """Return how many items each source proposes for somebody who said something; else ``None``."""
    history = customer.history
    is_little_known = history.basket_count <= FEW_BASKETS or not history.item_ids
    return WIDE_SOURCE_SIZE if customer.answers and is_little_known else None


def put_to(question: Question, ranking: Ranking, basket_count: int) -> Hearing:
    """Return a question put to the customer whose items are ranked.

    Args:
        question: any.
        ranking: the customer's.
        basket_count: how many baskets they bought.
    """
    attributes, candidates = ranking.proposal.attributes, ranking.proposal.candidates
    subjects = Subjects(
        candidates.item_ids,
        attributes.categories,
        attributes.category_indexes,
        attributes.brands,
        attributes.brand_indexes,
    )
    bought = Bought.of(ranking.own_counts, candidates.scores[_POPULAR], basket_count)
    return heard(question.teaching, subjects, bought)


def listened(
    ranking: Ranking, customer: Customer, questions: Questions, now_seconds: int
) -> Ranking:
    """Return the ranking with what the customer said; the same one where they said nothing.

    An answer to a question, or with an id, that is not there any more teaches nothing.

    Args:
        ranking: by the model alone.
        customer: whose answers are used only where personalisation is allowed.
        questions: that may have been answered.
        now_seconds: the moment, seconds since 1970.
    """
    if not customer.answers:
        return ranking
    told = np.zeros(len(ranking.item_ids))
    for question_id, asked in customer.answers.items():
        question = questions.get(question_id)
        place = question.teaching.place_of(asked.answer_id) if question else None
        if question is not None and place is not None:
            hearing = put_to(question, ranking, customer.history.basket_count)
            reliability = question.teaching.reliability(now_seconds - asked.answered_seconds)
            told += np.log(hearing.change(place, reliability))
    if not told.any():
        return ranking
    return replace(
        ranking,
        probabilities=with_odds(ranking.probabilities, np.exp(told)).astype(np.float32),
        losses=lambda places: {**ranking.losses(places), GROUP: _of(told, places)},
        told=told.astype(np.float32),
    )


def _of(told: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.asarray(told[places], np.float32)
