"""What sources say of a person besides events, and the ledger of what they said."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0005"
down_revision = "profile_0003"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "facts",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("fact_id", TEXT, primary_key=True),
        sa.Column("trace_id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("basis", sa.SmallInteger, nullable=False),
        sa.Column("party", sa.SmallInteger, nullable=False),
        sa.Column("observed_micros", sa.BigInteger, nullable=False),
        sa.Column("stored_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen_facts",
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("fact_id", TEXT, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("trace_id", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
