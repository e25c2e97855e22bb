"""How a service opens its database when it starts: ready, or one sentence and the end."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from services.serving.failures import Failure
from services.serving.settings import load_settings
from services.serving.startup import StartupError
from services.storage.engine import DatabaseLimits, UnsupportedDatabase, open_engine
from services.storage.migrations import Migrations, check_ready, migrate


@dataclass(frozen=True, slots=True)
class MigrationSettings:
    """All that migrating needs; it has the prefix of the service."""

    database_url: str
    """The service's database: ``sqlite:///FILE`` or ``postgresql://…``."""


def migrate_database(prefix: str, migrations: Migrations, environment: Mapping[str, str]) -> int:
    """Bring the database that ``environment`` names to the newest migration: ``migrate``.

    Returns:
        The exit code.

    Raises:
        SettingsError: when the variable is missing.
        StartupError: when the URL is no good, or the database is away.
    """
    url = load_settings(MigrationSettings, prefix, environment).database_url
    open_database(url, migrations, migrate_first=True).dispose()
    return 0


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
