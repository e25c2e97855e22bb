"""How a service opens its database when it starts: ready, or one sentence and the end."""

import contextlib

from sqlalchemy import Engine

from services.serving.failures import Failure
from services.serving.startup import StartupError
from services.storage.engine import DatabaseLimits, UnsupportedDatabase, open_engine
from services.storage.migrations import Migrations, check_ready, migrate


def open_database(
    url: str,
    migrations: Migrations,
    *,
    limits: DatabaseLimits | None = None,
    migrate_first: bool = False,
) -> Engine:
    """Return an engine whose database answers and is migrated.

    Args:
        url: As ``open_engine`` takes it.
        migrations: The service's migrations.
        limits: Bounds of pool and waits.
        migrate_first: Whether to bring the database to the newest migration before.

    Raises:
        StartupError: when the URL is no good, or the database is away or not migrated; no
            connection stays open then.
    """
    try:
        engine = open_engine(url, limits)
    except UnsupportedDatabase as error:
        raise StartupError(str(error)) from None
    with contextlib.ExitStack() as unless_ready:
        unless_ready.callback(engine.dispose)
        try:
            if migrate_first:
                migrate(engine, migrations)
            check_ready(engine, migrations)
        except Failure as failure:
            raise StartupError(failure.message) from failure
        unless_ready.pop_all()
    return engine


def is_ready(engine: Engine, migrations: Migrations) -> bool:
    """Return whether the database answers and is migrated: a readiness check."""
    try:
        check_ready(engine, migrations)
    except Failure:
        return False
    return True
