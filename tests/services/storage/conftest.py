"""A service's migrations, as small as they come, and engines that are let go."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.storage.engine import open_engine
from services.storage.migrations import Migrations

FIRST = '''
"""Accounts."""
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None
def upgrade():
    op.create_table("accounts", sa.Column("name", sa.String(20), primary_key=True),
                    sa.Column("balance", sa.Integer, nullable=False))
'''


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    """Give migrations with one table, ``accounts``."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "v0001_accounts.py").write_text(FIRST)
    return Migrations(folder, "bank_version")


@pytest.fixture
def opened() -> Iterator[Callable[[str], Engine]]:
    """Give a function that opens an engine, closed in the end."""
    with ExitStack() as stack:

        def open_and_dispose(url: str) -> Engine:
            engine = open_engine(url)
            stack.callback(engine.dispose)
            return engine

        yield open_and_dispose
