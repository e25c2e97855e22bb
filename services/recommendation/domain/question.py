"""A question: something a customer may be asked, and what its answers teach."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from ml.model.likings import Teaching
from services.recommendation.domain.offer import Benefit

QuestionId = NewType("QuestionId", str)

MAX_ASKS = 3
"""Who did not answer three times will not be won by a fourth."""
PAUSE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Question:
    """Something a customer may be asked."""

    question_id: QuestionId
    text: str
    teaching: Teaching
    """Its answers, as the model understands them."""
    answer_texts: tuple[str, ...]
    """What the customer reads of each, in the order of the teaching's answers."""
    benefit: Benefit | None = None
    """For an answer; ``None`` for thanks alone."""
    audience: str = ""
    """CEL; empty for everyone."""
    start_time: datetime | None = None
    """Not asked before; ``None`` for at once."""
    end_time: datetime | None = None
    """Not asked from this moment on; answers go on to count. ``None`` for an open end."""
    stores: tuple[str, ...] = ()
    """Empty for all."""
    channels: tuple[str, ...] = ()
    """Empty for all."""
    max_asks: int = MAX_ASKS
    """So many times it is asked without an answer."""
    pause_days: int = PAUSE_DAYS
    """Between two times of asking."""
    ask_again_days: int = 0
    """So long after an answer it is asked again; 0 for never."""
    cost: float = 1.0
    """Of asking, beside other questions; positive."""


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question as it is kept."""

    question: Question
    revision: int
    """Of all questions' changes, the number of the latest one to this question."""
    create_time: datetime
    update_time: datetime
    is_deleted: bool = False
    """Its id is not given again: answers to it are kept elsewhere."""

    @property
    def etag(self) -> str:
        """What an update has to name to be sure that nobody was faster."""
        return f'"{self.revision}"'
