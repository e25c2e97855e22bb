"""Decisions in SQL: written many at a time, read one by one."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from services.recommendation.adapters.tables import DECISIONS
from services.storage.single_row import RowReader
from services.storage.transactions import transaction


class DecisionRow(NamedTuple):
    """A decision as it is kept."""

    decision_id: str
    customer_id: str
    create_seconds: int
    content: bytes


class DecisionStore(Protocol):
    """Keeps decisions."""

    def write(self, rows: Sequence[DecisionRow]) -> None:
        """Keep all of ``rows``; one that is there already stays as it is.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the database is away.
        """
        ...

    def read(self, decision_id: str) -> bytes | None:
        """Return the content of a decision, ``None`` when there is none.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the database is away.
        """
        ...


class SqlDecisionStore:
    """Decisions on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        """Take a migrated database."""
        self._engine = engine
        dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
        self._insert = dialect.insert(DECISIONS).on_conflict_do_nothing()
        self._reader = RowReader(
            engine, select(DECISIONS.c.content).where(DECISIONS.c.decision_id == bindparam("id"))
        )

    def write(self, rows: Sequence[DecisionRow]) -> None:
        """See ``DecisionStore.write``."""
        values = [row._asdict() for row in rows]

        def work(connection: Connection) -> None:
            connection.execute(self._insert, values)

        transaction(self._engine, work)

    def read(self, decision_id: str) -> bytes | None:
        """See ``DecisionStore.read``."""
        row = self._reader.fetch({"id": decision_id})
        return None if row is None else bytes(row[0])
