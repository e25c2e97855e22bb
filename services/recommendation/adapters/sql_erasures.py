"""Erasures in SQL: decisions are removed for good, and how many is kept."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, update

from services.recommendation.adapters.forgotten import (
    forgotten_until,
    keep_writing_out,
    mark,
)
from services.recommendation.adapters.tables import DECISIONS, ERASURES, FORGOTTEN
from services.recommendation.domain.erasure import Erasure
from services.storage.emptied_log import empty_log
from services.storage.statements import insert_if_absent
from services.storage.transactions import transaction


class SqlErasureStore:
    """Forgets customers on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        """Take a migrated database and the clock by which decisions are dated."""
        self._engine = engine
        self._clock = clock

    def forget(self, erasure: Erasure) -> dict[str, int]:
        """Remove the decisions of a customer, and keep out those that are still on their way.

        Again is harmless, and leaves alone who came again in the meantime.

        Returns:
            By table, how many rows this erasure has removed, by whatever process.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the database is away.
        """
        until = erasure.until_seconds(self._clock().timestamp())

        def work(connection: Connection) -> int:
            keep_writing_out(connection)
            row = {"erasure_id": erasure.erasure_id, "decision_count": 0}
            if connection.execute(insert_if_absent(connection, ERASURES), [row]).rowcount:
                _mark(connection, erasure, until)
            counted = (
                update(ERASURES)
                .where(ERASURES.c.erasure_id == erasure.erasure_id)
                .values(decision_count=ERASURES.c.decision_count + _remove(connection, erasure))
                .returning(ERASURES.c.decision_count)
            )
            return int(connection.execute(counted).scalar_one())

        return {DECISIONS.name: transaction(self._engine, work)}

    def empty_log(self) -> bool:
        """Make the files forget too; ``False`` asks for another try."""
        return empty_log(self._engine)


def _mark(connection: Connection, erasure: Erasure, until: int) -> None:
    rows = [{"mark": mark(each), "until_seconds": until} for each in erasure.customer_ids]
    marked = FORGOTTEN.c.mark.in_([row["mark"] for row in rows])
    connection.execute(update(FORGOTTEN).where(marked).values(until_seconds=until))
    if rows:
        connection.execute(insert_if_absent(connection, FORGOTTEN), rows)


def _remove(connection: Connection, erasure: Erasure) -> int:
    by_moment: dict[int, list[str]] = defaultdict(list)  # one for all names, as a rule
    for customer_id, until in forgotten_until(connection, erasure.customer_ids).items():
        by_moment[until].append(customer_id)
    removals = (
        delete(DECISIONS).where(
            DECISIONS.c.customer_id.in_(names), DECISIONS.c.create_seconds <= until
        )
        for until, names in by_moment.items()
    )
    return sum(connection.execute(each).rowcount for each in removals)
