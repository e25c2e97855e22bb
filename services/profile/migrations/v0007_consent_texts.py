"""Statements of consent keep which text the customer read."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0007"
down_revision = "profile_0006"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; of what was said before nobody knows."""
    op.add_column(
        "consent_statements",
        sa.Column("text_version", TEXT, nullable=False, server_default=""),
    )
