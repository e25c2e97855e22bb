"""Decisions in SQL: written many at a time, read one by one."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Engine, bindparam, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from services.recommendation.adapters.forgotten import forgotten_until, keep_erasing_out
from services.recommendation.adapters.tables import DECISIONS
from services.recommendation.ports.decisions import LoggedDecision
from services.storage.single_row import RowReader
from services.storage.transactions import reading, transaction


class DecisionRow(NamedTuple):
    """A decision as it is kept."""

    decision_id: str
    customer_id: str
    create_seconds: int
    content: bytes


class DecisionStore(Protocol):
    """Keeps decisions."""

    def write(self, rows: Sequence[DecisionRow]) -> int:
        """Keep ``rows``; one that is there already stays as it is.

        Returns:
            How many were not kept, because their customer was erased.

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

    def of_customer(
        self, customer_id: str, *, before: tuple[int, str] | None, count: int
    ) -> list[LoggedDecision]:
        """See ``ports.decisions.DecisionLog.of_customer``."""
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

    def write(self, rows: Sequence[DecisionRow]) -> int:
        """See ``DecisionStore.write``."""
        names = {row.customer_id for row in rows}

        def work(connection: Connection) -> int:
            keep_erasing_out(connection)
            forgotten = forgotten_until(connection, names)
            values = [
                row._asdict()
                for row in rows
                if row.create_seconds > forgotten.get(row.customer_id, -1)
            ]
            if values:
                connection.execute(self._insert, values)
            return len(rows) - len(values)

        return transaction(self._engine, work)

    def read(self, decision_id: str) -> bytes | None:
        """See ``DecisionStore.read``."""
        row = self._reader.fetch({"id": decision_id})
        return None if row is None else bytes(row[0])

    def of_customer(
        self, customer_id: str, *, before: tuple[int, str] | None, count: int
    ) -> list[LoggedDecision]:
        """See ``DecisionStore.of_customer``."""
        place = tuple_(DECISIONS.c.create_seconds, DECISIONS.c.decision_id)
        query = (
            select(DECISIONS.c.decision_id, DECISIONS.c.create_seconds, DECISIONS.c.content)
            .where(DECISIONS.c.customer_id == customer_id)
            .order_by(DECISIONS.c.create_seconds.desc(), DECISIONS.c.decision_id.desc())
            .limit(count)
        )
        if before is not None:
            query = query.where(place < before)
        with reading(self._engine) as connection:
            return [
                LoggedDecision(decision_id, seconds, bytes(content))
                for decision_id, seconds, content in connection.execute(query)
            ]
