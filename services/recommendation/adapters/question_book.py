"""The questions there are, kept at hand: the hot path never reads SQL."""

from collections.abc import Mapping, Sequence

from services.recommendation.adapters.change_poll import ChangePoll
from services.recommendation.domain.question import Question, StoredQuestion
from services.recommendation.ports.questions import QuestionStore


class CachedQuestionBook:
    """The port ``QuestionBook`` over a ``QuestionStore``; looked for as offers are."""

    def __init__(self, store: QuestionStore) -> None:
        """Know nothing yet; ``refresh`` reads."""
        self._poll = ChangePoll("questions", store.changed_since, self._take)
        self._by_id: Mapping[str, Question] = {}

    @property
    def loaded(self) -> bool:
        """Whether the questions have been read once: a readiness check."""
        return self._poll.loaded

    def by_id(self) -> Mapping[str, Question]:
        """See ``ports.questions.QuestionBook.by_id``."""
        return self._by_id

    def refresh(self) -> None:
        """See ``ports.questions.QuestionBook.refresh``."""
        self._poll.refresh()

    def _take(self, changed: Sequence[StoredQuestion]) -> None:
        kept = dict(self._by_id)  # whoever reads the old ones goes on with them
        for stored in changed:
            kept.pop(stored.question.question_id, None)
            if not stored.is_deleted:
                kept[stored.question.question_id] = stored.question
        self._by_id = kept
