"""Questions in SQL."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, exc, insert, select, update

from services.recommendation.adapters.question_json import from_json, to_json
from services.recommendation.adapters.tables import QUESTION_REVISION, QUESTIONS
from services.recommendation.domain.question import Question, QuestionId, StoredQuestion
from services.serving.failures import Failure, Kind, not_found
from services.storage.transactions import reading, transaction


class SqlQuestionStore:
    """The port ``QuestionStore`` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        """Take a migrated database and what tells the time of a change."""
        self._engine = engine
        self._clock = clock

    def create(self, question: Question) -> StoredQuestion:
        """See ``ports.questions.QuestionStore.create``."""

        def work(connection: Connection) -> StoredQuestion:
            now = self._clock()
            stored = StoredQuestion(question, _next_revision(connection), now, now)
            connection.execute(insert(QUESTIONS).values(_row(stored)))
            return stored

        try:
            return transaction(self._engine, work)
        except exc.IntegrityError:
            raise already_exists(question.question_id) from None

    def get(self, question_id: QuestionId) -> StoredQuestion:
        """See ``ports.questions.QuestionStore.get``."""
        with reading(self._engine) as connection:
            return _get(connection, question_id)

    def replace(
        self, question: Question, *, revision: int, is_deleted: bool = False
    ) -> StoredQuestion:
        """See ``ports.questions.QuestionStore.replace``."""

        def work(connection: Connection) -> StoredQuestion:
            next_revision = _next_revision(connection)  # from here on, the only writer
            before = _get(connection, question.question_id)
            if before.revision != revision:
                raise stale(question.question_id)
            stored = StoredQuestion(
                question, next_revision, before.create_time, self._clock(), is_deleted
            )
            where = QUESTIONS.c.question_id == question.question_id
            connection.execute(update(QUESTIONS).where(where).values(_row(stored)))
            return stored

        return transaction(self._engine, work)

    def page(self, *, after: str, count: int) -> list[StoredQuestion]:
        """See ``ports.questions.QuestionStore.page``."""
        query = select(QUESTIONS).where(
            QUESTIONS.c.question_id > after, QUESTIONS.c.is_deleted.is_(False)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(QUESTIONS.c.question_id).limit(count))
            return [_stored(row) for row in rows]

    def changed_since(self, revision: int) -> list[StoredQuestion]:
        """See ``ports.questions.QuestionStore.changed_since``."""
        column = QUESTIONS.c.revision
        query = select(QUESTIONS).where(column > revision).order_by(column)
        with reading(self._engine) as connection:
            return [_stored(row) for row in connection.execute(query)]


def already_exists(question_id: QuestionId) -> Failure:
    """Return the failure for an id that is taken, or was once."""
    name = f"questions/{question_id}"
    message = f"{name} exists already, or did: an id is not given twice"
    return Failure(Kind.ALREADY_EXISTS, "QUESTION_EXISTS", message, metadata={"name": name})


def stale(question_id: QuestionId) -> Failure:
    """Return the failure for a question that somebody else changed first."""
    name = f"questions/{question_id}"
    message = f"{name} was changed in the meantime: read it again"
    return Failure(Kind.STALE, "STALE_ETAG", message, metadata={"name": name})


def _next_revision(connection: Connection) -> int:
    """Return the next revision; its row is locked until the transaction ends."""
    column = QUESTION_REVISION.c.revision
    count = update(QUESTION_REVISION).values(revision=column + 1).returning(column)
    return int(connection.execute(count).scalar_one())


def _get(connection: Connection, question_id: QuestionId) -> StoredQuestion:
    query = select(QUESTIONS).where(
        QUESTIONS.c.question_id == question_id, QUESTIONS.c.is_deleted.is_(False)
    )
    row = connection.execute(query).first()
    if row is None:
        raise not_found("question", f"questions/{question_id}")
    return _stored(row)


def _row(stored: StoredQuestion) -> dict[str, object]:
    return {
        "question_id": stored.question.question_id,
        "is_deleted": stored.is_deleted,
        "content": to_json(stored.question),
        "revision": stored.revision,
        "create_time": stored.create_time.isoformat(),
        "update_time": stored.update_time.isoformat(),
    }


def _stored(row: Row[Any]) -> StoredQuestion:
    return StoredQuestion(
        question=from_json(row.question_id, row.content),
        revision=row.revision,
        create_time=datetime.fromisoformat(row.create_time),
        update_time=datetime.fromisoformat(row.update_time),
        is_deleted=row.is_deleted,
    )
