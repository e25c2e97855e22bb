"""A service's migrations, as small as they come."""

from pathlib import Path

import pytest

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
