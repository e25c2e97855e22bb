"""A database is opened ready for use, or not at all."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from services.serving.startup import StartupError
from services.storage.migrations import Migrations
from services.storage.startup import is_ready, open_database

SECOND = '''
"""A migration that fails."""
revision = "0002"
down_revision = "0001"
def upgrade():
    raise ValueError("half way")
'''


@pytest.fixture
def held() -> Iterator[list[object]]:
    """Give the connections to databases that are open at the moment."""
    connections: list[object] = []

    def opened(connection: object, _record: object) -> None:
        connections.append(connection)

    def closed(connection: object, _record: object) -> None:
        connections.remove(connection)

    event.listen(Pool, "connect", opened)
    event.listen(Pool, "close", closed)
    yield connections
    event.remove(Pool, "connect", opened)
    event.remove(Pool, "close", closed)


def test_a_database_that_is_migrated_is_opened(
    database_url: str, migrations: Migrations, held: list[object]
) -> None:
    engine = open_database(database_url, migrations, migrate_first=True)
    assert is_ready(engine, migrations)
    assert len(held) == 1
    engine.dispose()
    assert held == []


def test_a_database_that_is_not_migrated_is_let_go(
    database_url: str, migrations: Migrations, held: list[object]
) -> None:
    with pytest.raises(StartupError, match="command 'migrate'"):
        open_database(database_url, migrations)
    assert held == []


def test_a_database_whose_migration_fails_is_let_go(
    database_url: str, migrations: Migrations, held: list[object]
) -> None:
    (migrations.folder / "v0002_broken.py").write_text(SECOND)
    with pytest.raises(ValueError, match="half way"):
        open_database(database_url, migrations, migrate_first=True)
    assert held == []
