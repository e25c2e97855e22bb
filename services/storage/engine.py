"""Engines from a URL, set up the one way we trust: durable commits, bounded waits.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit that returned survives a power cut.
PostgreSQL is reached through psycopg 3 with ``synchronous_commit=on``.
"""

import sqlite3
from dataclasses import dataclass

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

READING = "reading"
"""Execution option of a connection whose transaction takes no write lock."""


class UnsupportedDatabase(ValueError):
    """The URL names no database that we keep rows in."""


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """How long and how much; every wait ends."""

    pool_size: int = 4
    """Connections a process holds at most: about its threads that query at once."""
    pool_wait_seconds: float = 5.0
    """How long a thread waits for a connection of the pool."""
    connect_timeout_seconds: int = 5
    """How long connecting may take; PostgreSQL's client knows nothing under 2."""
    statement_timeout_seconds: float = 30.0
    """How long one statement may run on PostgreSQL."""
    lock_wait_seconds: float = 10.0
    """How long a statement waits for another writer."""


def open_engine(url: str, limits: DatabaseLimits | None = None) -> Engine:
    """Return an engine for ``sqlite:///FILE`` or ``postgresql://…``; nothing is connected yet.

    Raises:
        UnsupportedDatabase: when the URL is malformed or names another kind of database, or a
            SQLite database in memory, which its threads could not share.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except exc.ArgumentError:
        raise UnsupportedDatabase("the database URL is malformed") from None
    if backend == "sqlite":
        return _sqlite(parsed, limits or DatabaseLimits())
    if backend == "postgresql":
        return _postgres(parsed, limits or DatabaseLimits())
    raise UnsupportedDatabase(f"{backend} is neither sqlite nor postgresql")


def _sqlite(url: URL, limits: DatabaseLimits) -> Engine:
    if not url.database or ":memory:" in url.database:
        raise UnsupportedDatabase("a SQLite database needs a file")
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        poolclass=QueuePool,
        pool_size=limits.pool_size,
        max_overflow=0,
        pool_timeout=limits.pool_wait_seconds,
        connect_args={"timeout": limits.lock_wait_seconds, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; _begin does
        # What is deleted is overwritten: nobody who was erased is found in the file.
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could never be retried by waiting:
        # writers take the lock at once.
        reading = connection.get_execution_options().get(READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: URL, limits: DatabaseLimits) -> Engine:
    settings = {
        "synchronous_commit": "on",
        "statement_timeout": f"{limits.statement_timeout_seconds * 1000:.0f}",
        "lock_timeout": f"{limits.lock_wait_seconds * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{limits.statement_timeout_seconds * 1000:.0f}",
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=limits.pool_size,
        max_overflow=0,
        pool_timeout=limits.pool_wait_seconds,
        connect_args={
            "connect_timeout": limits.connect_timeout_seconds,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )
