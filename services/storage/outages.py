"""What a database's complaints mean: try again, come back later, or a defect of ours.

The failures name the database by host and name, never by user or password.
"""

import sqlite3
from enum import Enum

import psycopg
from sqlalchemy import URL, Engine, exc, make_url

from services.serving.failures import Failure, Kind

RETRY_AFTER_SECONDS = 1.0
"""What a caller is told to wait: about as long as a PostgreSQL standby needs at the least."""

_SQLITE_TRANSIENT = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_OUTAGE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
}
_SQLITE_PRIMARY_CODE = 0xFF
"""Extended result codes carry the primary one in the low byte. Source: sqlite.org/rescode.html."""

# Source: PostgreSQL manual, appendix A, error codes.
_POSTGRES_TRANSIENT = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock not available
_POSTGRES_OUTAGE_CLASSES = {"08", "53", "57", "58"}  # connection, resources, operator, system
_POSTGRES_READ_ONLY = "25006"  # a standby, or what was the primary until a moment ago


class Trouble(Enum):
    """What to do about a database error."""

    TRANSIENT = "transient"
    """The same transaction may succeed at once: run it again."""
    OUTAGE = "outage"
    """The database is away or cannot serve: tell the caller to come back."""
    DEFECT = "defect"
    """Our statement is wrong: let it surface."""


class Conflict(Exception):
    """Raised by work inside a transaction that lost a race: roll back and run it again."""


def trouble(error: exc.SQLAlchemyError) -> Trouble:
    """Return what to do about ``error``."""
    if isinstance(error, exc.TimeoutError):  # no connection came free in the pool
        return Trouble.OUTAGE
    if not isinstance(error, exc.DBAPIError):
        return Trouble.DEFECT
    if error.connection_invalidated:
        return Trouble.OUTAGE
    return driver_trouble(error.orig)


def driver_trouble(error: BaseException | None) -> Trouble:
    """Return what to do about an error of the driver itself."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _SQLITE_PRIMARY_CODE
        if code in _SQLITE_TRANSIENT:
            return Trouble.TRANSIENT
        return Trouble.OUTAGE if code in _SQLITE_OUTAGE else Trouble.DEFECT
    if isinstance(error, psycopg.Error):
        if error.sqlstate in _POSTGRES_TRANSIENT:
            return Trouble.TRANSIENT
        if error.sqlstate is None:  # the server never answered
            return Trouble.OUTAGE if isinstance(error, psycopg.OperationalError) else Trouble.DEFECT
        away = error.sqlstate[:2] in _POSTGRES_OUTAGE_CLASSES
        away = away or error.sqlstate == _POSTGRES_READ_ONLY
        return Trouble.OUTAGE if away else Trouble.DEFECT
    return Trouble.DEFECT


def database_name(database: Engine | URL | str) -> str:
    """Return what people may read about a database: kind, host and name; no user, no password."""
    url = database.url if isinstance(database, Engine) else make_url(database)
    if url.get_backend_name() == "sqlite":
        return f"the SQLite file {url.database}"
    host = url.host or url.query.get("host") or "localhost"
    port = f":{url.port}" if url.port else ""
    return f"the PostgreSQL database {url.database} at {host}{port}"


def unavailable(database: Engine | URL | str) -> Failure:
    """Return the failure for a database that is away."""
    return Failure(
        Kind.UNAVAILABLE,
        "DATABASE_UNAVAILABLE",
        f"{database_name(database)} does not answer",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )


def busy(database: Engine | URL | str) -> Failure:
    """Return the failure for a transaction that lost every race it entered."""
    return Failure(
        Kind.UNAVAILABLE,
        "DATABASE_BUSY",
        f"{database_name(database)} has too many writers on the same rows",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )
