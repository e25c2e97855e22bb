"""Personas, with one counter for all their changes."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0003"
down_revision = "profile_0002"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "personas",
        sa.Column("persona_id", TEXT, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
        sa.Column("created_micros", sa.BigInteger, nullable=False),
        sa.Column("updated_micros", sa.BigInteger, nullable=False),
    )
    counter = op.create_table(
        "persona_catalogue",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("learned", sa.Text, nullable=False),
    )
    op.bulk_insert(counter, [{"id": 1, "revision": 0, "learned": ""}])
