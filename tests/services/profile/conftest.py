"""Stores of every kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import MIGRATIONS
from services.profile.ports.customers import ProfileStore
from services.storage.engine import DatabaseLimits
from services.storage.startup import open_database
from tests.services.profile.memory_store import MemoryProfileStore

OpenEngine = Callable[[str], Engine]


@pytest.fixture
def migrated() -> Iterator[OpenEngine]:
    """Give a function that migrates a database and returns an engine, closed in the end."""
    with ExitStack() as stack:

        def open_engine(url: str) -> Engine:
            limits = DatabaseLimits(pool_size=8)
            engine = open_database(url, MIGRATIONS, limits=limits, migrate_first=True)
            stack.callback(engine.dispose)
            return engine

        yield open_engine


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def new_store(request: pytest.FixtureRequest, migrated: OpenEngine) -> Callable[[], ProfileStore]:
    """Give a function that makes an empty store, once of each kind."""
    if request.param == "memory":
        return MemoryProfileStore
    if request.param == "postgresql":
        new_url = request.getfixturevalue("new_postgres_url")
        return lambda: SqlProfileStore(migrated(new_url()))
    folder = request.getfixturevalue("tmp_path")
    numbers = iter(range(1_000))
    return lambda: SqlProfileStore(migrated(f"sqlite:///{folder}/{next(numbers)}.sqlite"))


@pytest.fixture
def store(new_store: Callable[[], ProfileStore]) -> ProfileStore:
    """Give an empty store, once of each kind."""
    return new_store()
