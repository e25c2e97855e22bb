"""Who lives in which household: what was told of each trace."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0009"
down_revision = "profile_0008"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; who lives in a household is looked up by it, and where somebody lives."""
    op.create_table(
        "household_members",
        sa.Column("trace_id", TEXT, primary_key=True),
        sa.Column("household_id", TEXT, primary_key=True, index=True),
        sa.Column("told_micros", sa.BigInteger, nullable=False),
        sa.Column("left_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
