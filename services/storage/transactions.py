"""Transactions that are run again when they lose a race, and reads that never lock.

Work is a function of a connection. It may run more than once, so it touches nothing but the
connection; what it returns is handed out only after a durable commit.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine, exc

from services.storage.engine import READING
from services.storage.outages import Conflict, Trouble, busy, trouble, unavailable

Result = TypeVar("Result")

MAX_ATTEMPTS = 12
"""With the pauses below some 3 s of trying: within a caller's patience."""
PATIENCE_SECONDS = 5.0
"""No attempt begins after this: each may have waited for a lock as long as the engine allows."""
FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.5


def transaction(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Run ``work`` in a transaction, commit it, and return its result.

    Lost races (serialization failures, deadlocks, lock timeouts, ``Conflict``) are run again up
    to ``MAX_ATTEMPTS`` times within ``PATIENCE_SECONDS``, with growing, jittered pauses. A
    connection found dead before the commit is replaced once; one that dies during the commit is
    not tried again, because whether it counted is unknown: the caller repeats an idempotent
    request.

    Raises:
        Failure: of kind ``UNAVAILABLE``, when the database is away or every attempt lost.
    """
    reconnected = False
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    for attempt in range(MAX_ATTEMPTS):
        finished = False
        try:
            with engine.begin() as connection:
                result = work(connection)
                finished = True
        except Conflict:
            pass
        except exc.SQLAlchemyError as error:
            kind = trouble(error)
            if kind is Trouble.DEFECT:
                raise
            if kind is Trouble.OUTAGE:
                stale = isinstance(error, exc.DBAPIError) and error.connection_invalidated
                if finished or reconnected or not stale:
                    raise unavailable(engine) from error
                reconnected = True
        else:
            return result
        if time.monotonic() >= give_up_at:
            break
        _pause(attempt)
    raise busy(engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose statements see one state of the database and lock nothing.

    Raises:
        Failure: of kind ``UNAVAILABLE``, when the database is away.
    """
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection.execution_options(**{READING: True})
    except exc.SQLAlchemyError as error:
        if trouble(error) is Trouble.DEFECT:
            raise
        raise unavailable(engine) from error


def _pause(attempt: int) -> None:
    longest = min(FIRST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS)
    time.sleep(random.uniform(longest / 2, longest))  # noqa: S311  # jitter, not a secret
