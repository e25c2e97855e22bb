"""Alembic for any service: its own folder of versions, its own version table, no ini file."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from services.serving.failures import Failure, Kind
from services.storage.outages import database_name
from services.storage.transactions import reading, transaction

_ENVIRONMENT = Path(__file__).parent / "alembic"
_LOCK = 0x0F0E  # any number that all our services agree on


@dataclass(frozen=True, slots=True)
class Migrations:
    """Where a service's migrations lie and where it notes how far it is."""

    folder: Path
    """The folder with one module a revision."""
    version_table: str
    """Such as ``profile_version``: services that share a database do not share it."""


def migrate(engine: Engine, migrations: Migrations) -> None:
    """Bring the database to the newest revision; all of it or nothing, one process at a time.

    A database at a newer revision than ours is left as it is: an older release that starts
    again, or one that is rolled back to, serves on it.

    Raises:
        Failure: of kind ``UNAVAILABLE``, when the database is away.
    """

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = _config(migrations)
        if _heads(connection, migrations) - _known(ScriptDirectory.from_config(config)):
            return
        config.attributes["connection"] = connection
        config.attributes["version_table"] = migrations.version_table
        command.upgrade(config, "heads")

    transaction(engine, upgrade)


def check_ready(engine: Engine, migrations: Migrations) -> None:
    """Return when the database answers and is at the newest revision we know, or a newer one.

    A newer revision than ours is the other half of a rolling update and no reason to stop.

    Raises:
        Failure: of kind ``UNAVAILABLE``, when the database is away; of kind ``PRECONDITION``,
            when it has not been migrated.
    """
    script = ScriptDirectory.from_config(_config(migrations))
    with reading(engine) as connection:
        there = _heads(connection, migrations)
    if not there or (there <= _known(script) and there != set(script.get_heads())):
        raise Failure(
            Kind.PRECONDITION,
            "DATABASE_NOT_MIGRATED",
            f"{database_name(engine)} is not at the newest migration: run the service's"
            " command 'migrate'",
        )


def _heads(connection: Connection, migrations: Migrations) -> set[str]:
    """Return the revisions that the database is at; none when it was never migrated."""
    options = {"version_table": migrations.version_table}
    return set(MigrationContext.configure(connection, opts=options).get_current_heads())


def _known(script: ScriptDirectory) -> set[str]:
    return {revision.revision for revision in script.walk_revisions()}


def _config(migrations: Migrations) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(_ENVIRONMENT))
    config.set_main_option("version_locations", _escaped(migrations.folder))
    config.set_main_option("path_separator", "newline")
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")  # the config interpolates
