"""Receipts of erasures, what is left of those erased, and who looked at whom."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0006"
down_revision = "profile_0005"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erasures",
        sa.Column("erasure_id", TEXT, primary_key=True),
        sa.Column("created_micros", sa.BigInteger, nullable=False, index=True),
        sa.Column("done_micros", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pending_erasures",
        sa.Column("holder", TEXT, primary_key=True),
        sa.Column("erasure_id", TEXT, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstones",
        sa.Column("tombstone", sa.LargeBinary, primary_key=True),
        sa.Column("erased_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "accesses",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("accessed_micros", sa.BigInteger, primary_key=True),
        sa.Column("access_id", TEXT, primary_key=True),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("caller", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
