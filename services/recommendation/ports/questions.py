"""Where questions are kept, and where they are at hand."""

from collections.abc import Mapping
from typing import Protocol

from services.recommendation.domain.question import Question, QuestionId, StoredQuestion


class QuestionStore(Protocol):
    """Keeps questions."""

    def create(self, question: Question) -> StoredQuestion:
        """Keep a new question.

        Raises:
            Failure: of kind ``ALREADY_EXISTS``, also when one with that id was deleted.
        """
        ...

    def get(self, question_id: QuestionId) -> StoredQuestion:
        """Return a question.

        Raises:
            Failure: of kind ``NOT_FOUND``, also for a deleted one.
        """
        ...

    def replace(
        self, question: Question, *, revision: int, is_deleted: bool = False
    ) -> StoredQuestion:
        """Keep ``question`` in the place of the one with that revision, or as deleted.

        Raises:
            Failure: of kind ``NOT_FOUND``; of kind ``STALE``, when another revision is there.
        """
        ...

    def page(self, *, after: str, count: int) -> list[StoredQuestion]:
        """Return up to ``count`` questions by id behind ``after``."""
        ...

    def changed_since(self, revision: int) -> list[StoredQuestion]:
        """Return the questions that changed after ``revision``, by revision, deleted ones too."""
        ...


class QuestionBook(Protocol):
    """The questions there are, at hand without reading the store."""

    def by_id(self) -> Mapping[str, Question]:
        """Return all questions, also those that are not asked any more; another after a change."""
        ...

    def refresh(self) -> None:
        """Take in what changed; while the store is away, what was known stays."""
        ...
