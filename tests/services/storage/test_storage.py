"""Engines, transactions, migrations and single rows, on both engines."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    column,
    select,
    table,
    text,
)

from services.serving.failures import Failure
from services.storage.engine import UnsupportedDatabase, open_engine
from services.storage.migrations import Migrations, check_ready, migrate
from services.storage.outages import Conflict
from services.storage.single_row import RowReader
from services.storage.statements import insert_if_absent
from services.storage.transactions import MAX_ATTEMPTS, reading, transaction

SECOND = '''
"""Colours."""
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.add_column("accounts", sa.Column("colour", sa.String(20)))
'''
Open = Callable[[str], Engine]
ACCOUNTS = table("accounts", column("name"), column("balance"))


@pytest.fixture
def engine(opened: Open, database_url: str, migrations: Migrations) -> Engine:
    engine = opened(database_url)
    migrate(engine, migrations)
    transaction(engine, lambda c: c.execute(text("INSERT INTO accounts VALUES ('anna', 0)")))
    return engine


def balance(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT balance FROM accounts")).scalar_one())


def test_a_database_is_ready_once_it_is_migrated(
    opened: Open, database_url: str, migrations: Migrations
) -> None:
    engine = opened(database_url)
    with pytest.raises(Failure) as refusal:
        check_ready(engine, migrations)
    assert refusal.value.reason == "DATABASE_NOT_MIGRATED"
    migrate(engine, migrations)
    migrate(engine, migrations)
    check_ready(engine, migrations)


def test_an_older_database_is_not_ready_and_a_newer_one_is(
    engine: Engine, migrations: Migrations
) -> None:
    newer = migrations.folder / "v0002_colours.py"
    newer.write_text(SECOND)
    with pytest.raises(Failure):
        check_ready(engine, migrations)
    migrate(engine, migrations)
    check_ready(engine, migrations)
    newer.unlink()
    check_ready(engine, migrations)


def test_migrating_leaves_a_newer_database_as_it_is(engine: Engine, migrations: Migrations) -> None:
    newer = migrations.folder / "v0002_colours.py"
    newer.write_text(SECOND)
    migrate(engine, migrations)
    newer.unlink()  # as in a pod of the release before, which migrates when it starts
    migrate(engine, migrations)
    check_ready(engine, migrations)
    with reading(engine) as connection:
        row = connection.execute(text("SELECT * FROM accounts")).one()
    assert tuple(row) == ("anna", 0, None)


def test_a_failed_migration_leaves_nothing_behind(engine: Engine, migrations: Migrations) -> None:
    broken = SECOND + "    raise ValueError('half way')\n"
    (migrations.folder / "v0002_colours.py").write_text(broken)
    with pytest.raises(ValueError, match="half way"):
        migrate(engine, migrations)
    with reading(engine) as connection:
        row = connection.execute(text("SELECT * FROM accounts")).one()
    assert tuple(row) == ("anna", 0)


def test_threads_that_add_to_one_row_lose_nothing(engine: Engine) -> None:
    together = Barrier(4)

    def add(connection: Connection) -> None:
        lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
        found = connection.execute(text(f"SELECT balance FROM accounts{lock}")).scalar_one()
        connection.execute(text("UPDATE accounts SET balance = :b"), {"b": found + 1})

    def work() -> None:
        together.wait()
        for _ in range(25):
            transaction(engine, add)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert balance(engine) == 100


def test_work_that_lost_a_race_is_rolled_back_and_run_again(engine: Engine) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> str:
        connection.execute(text("UPDATE accounts SET balance = balance + 1"))
        attempts.append(1)
        if len(attempts) < 3:
            raise Conflict
        return "done"

    assert transaction(engine, work) == "done"
    assert balance(engine) == 1


@pytest.mark.parametrize(
    ("bound", "seconds", "attempt_count"),
    [("LONGEST_PAUSE_SECONDS", 0.001, MAX_ATTEMPTS), ("PATIENCE_SECONDS", 0, 1)],
)
def test_work_that_always_loses_gives_up_and_says_when_to_come_back(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    seconds: float,
    attempt_count: int,
) -> None:
    monkeypatch.setattr(f"services.storage.transactions.{bound}", seconds)
    attempts: list[int] = []

    def work(_connection: Connection) -> None:
        attempts.append(1)
        raise Conflict

    with pytest.raises(Failure) as failure:
        transaction(engine, work)
    assert failure.value.reason == "DATABASE_BUSY"
    assert failure.value.retry_after_seconds
    assert len(attempts) == attempt_count


def test_a_defect_of_ours_surfaces_as_itself(engine: Engine) -> None:
    with pytest.raises(Exception, match="no_such_table"):
        transaction(engine, lambda c: c.execute(text("SELECT * FROM no_such_table")))
    with pytest.raises(Exception, match="no_such_table"):
        RowReader(engine, select(table("no_such_table", column("x")))).fetch({})
    assert balance(engine) == 0


def test_a_single_row_is_read_with_names_bound(engine: Engine) -> None:
    reader = RowReader(
        engine, select(ACCOUNTS.c.balance).where(ACCOUNTS.c.name == bindparam("who"))
    )
    assert reader.fetch({"who": "anna"}) == (0,)
    assert reader.fetch({"who": "bert"}) is None
    transaction(engine, lambda c: c.execute(text("UPDATE accounts SET balance = 7")))
    assert reader.fetch({"who": "anna"}) == (7,)


def test_rows_that_are_there_are_left_alone_and_not_counted(engine: Engine) -> None:
    accounts = Table("accounts", MetaData(), Column("name", String), Column("balance", Integer))
    rows = [{"name": "anna", "balance": 5}, {"name": "bert", "balance": 6}]

    def insert(connection: Connection) -> int:
        return connection.execute(insert_if_absent(connection, accounts), rows).rowcount

    assert transaction(engine, insert) == 1
    assert transaction(engine, insert) == 0
    with reading(engine) as connection:
        kept = connection.execute(select(accounts).order_by(accounts.c.name)).all()
    assert [tuple(row) for row in kept] == [("anna", 0), ("bert", 6)]


def test_sqlite_commits_survive_a_power_cut(opened: Open, sqlite_url: str) -> None:
    with opened(sqlite_url).connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


@pytest.mark.parametrize("url", ["mysql://host/x", "sqlite://", "sqlite:///:memory:", "x y z"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase):
        open_engine(url)
