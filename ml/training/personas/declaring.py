"""The question which persona is theirs: somebody unknown is told best by themselves.

A history tells a persona, and the model reads the same history better. An answer says what no
history has said yet, so it is heard as any answer is: each possible one with what its members buy
more, or less, than everybody.
"""

from typing import Any

import numpy as np

from ml.model.hearing import LIKING_WEIGHT
from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Teaching
from ml.training.personas.beginnings import Beginnings

QUESTION_ID = "persona"
TEXT = "Which of these is most like you?"
CHOICES = 12
"""Personas to choose from, the most answers that a question has: four say next to nothing of
somebody unknown (docs/decisions/0075)."""
LIKINGS = 50
"""Items that an answer tells of, as many as a question may hold: those whose share of the baskets
of members is furthest from everybody's."""

MOST_LOG_ODDS = 5.0
"""Of a liking, either way."""
DIGITS = 3
"""Of a liking; what is 0 then says nothing and is left out."""
MOST_CHARACTERS = 128
"""Of an answer's text."""


def persona_teaching(beginnings: Beginnings) -> Teaching:
    """Return the question as far as the model is concerned; answers go by the persona's id."""
    likings, everybody = beginnings.likings, beginnings.everybody
    lifts = np.log(likings / everybody[:, None]) / LIKING_WEIGHT
    lifts = lifts.clip(-MOST_LOG_ODDS, MOST_LOG_ODDS).round(DIGITS)
    answers = []
    for place, persona in enumerate(beginnings.learned.personas.personas):
        apart = np.abs(likings[:, place] - everybody)
        rows = np.argsort(-apart, kind="stable")[:LIKINGS].tolist()
        told = (
            Liking(SubjectKind.ITEM, beginnings.purchases.item_ids[row], float(lifts[row, place]))
            for row in rows
            if lifts[row, place]
        )
        answers.append(PossibleAnswer(persona.persona_id, tuple(told), persona.share))
    return Teaching(QUESTION_ID, tuple(answers))


def question_document(beginnings: Beginnings) -> dict[str, Any]:
    """Return the question as ``ofone question write`` takes it."""
    personas = beginnings.learned.personas.personas
    return {
        "name": QUESTION_ID,
        "text": TEXT,
        "answers": [
            {
                "answer_id": answer.answer_id,
                "text": persona.name[:MOST_CHARACTERS],
                "share": float(f"{answer.share:.4g}"),  # 0 would be heard as everybody
                "likings": [
                    {"item": f"items/{liking.name}", "log_odds": liking.log_odds}
                    for liking in answer.likings
                ],
            }
            for answer, persona in zip(persona_teaching(beginnings).answers, personas, strict=True)
        ],
    }
