"""A database that goes away, comes back, or takes no writes."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, column, select, table, text

from services.serving.failures import Failure, Kind
from services.storage.migrations import Migrations, migrate
from services.storage.outages import database_name
from services.storage.single_row import RowReader
from services.storage.transactions import reading, transaction

Open = Callable[[str], Engine]
ACCOUNTS = table("accounts", column("name"), column("balance"))


def test_connections_cut_by_the_server_are_replaced(
    opened: Open, postgres_url: str, migrations: Migrations
) -> None:
    engine = opened(postgres_url)
    migrate(engine, migrations)
    reader = RowReader(engine, select(ACCOUNTS.c.balance))
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for attempt in (
        lambda: reader.fetch({}),
        lambda: transaction(engine, lambda c: c.execute(text("SELECT 1")).scalar_one()),
    ):
        with ExitStack() as in_use:  # several lie in the pool afterwards
            for _ in range(4):
                in_use.enter_context(engine.connect()).execute(text("SELECT 1"))
        with opened(postgres_url).connect() as connection:
            connection.execute(cut)
        attempt()


def test_a_standby_takes_no_writes_and_is_taken_for_an_outage(
    opened: Open, postgres_url: str, migrations: Migrations
) -> None:
    engine = opened(postgres_url)
    migrate(engine, migrations)
    standby = f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = on"
    transaction(engine, lambda c: c.execute(text(standby)))
    engine.dispose()
    with pytest.raises(Failure) as failure:
        transaction(engine, lambda c: c.execute(text("INSERT INTO accounts VALUES ('bert', 0)")))
    assert failure.value.reason == "DATABASE_UNAVAILABLE"


def test_a_database_that_is_away_is_named_without_its_password(
    opened: Open, tmp_path: Path
) -> None:
    engine = opened(f"postgresql://ofone:geheim@/profile?host={tmp_path}")
    with pytest.raises(Failure) as failure:
        transaction(engine, lambda c: c.execute(text("SELECT 1")))
    assert failure.value.kind is Kind.UNAVAILABLE
    assert str(tmp_path) in failure.value.message
    assert "profile" in failure.value.message
    assert "geheim" not in str(failure.value)
    with pytest.raises(Failure):
        RowReader(engine, select(ACCOUNTS.c.name)).fetch({})


def test_a_file_in_a_folder_that_is_not_there_is_an_outage(opened: Open, tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path}/nowhere/profile.sqlite")
    with pytest.raises(Failure) as failure, reading(engine) as connection:
        connection.execute(text("SELECT 1"))
    assert failure.value.reason == "DATABASE_UNAVAILABLE"
    assert "nowhere/profile.sqlite" in failure.value.message


def test_a_host_and_port_are_named() -> None:
    name = database_name("postgresql://u:geheim@db.example:5433/profile")
    assert name == "the PostgreSQL database profile at db.example:5433"
