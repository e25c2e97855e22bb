"""Customers, their events and statements of consent, identifiers, ledger and log of merges."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0001"
down_revision = None

# Bytes decide the order of text, on both engines: the smallest name speaks for a customer.
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "customers",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("personalisation", sa.SmallInteger, nullable=False),
        sa.Column("created_micros", sa.BigInteger, nullable=False),
        sa.Column("updated_micros", sa.BigInteger, nullable=False),
        sa.Column("consents", sa.LargeBinary, nullable=False),
        sa.Column("columns", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("occurred_micros", sa.BigInteger, primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("event_id", TEXT, primary_key=True),
        sa.Column("type", sa.SmallInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent_statements",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("purpose", sa.SmallInteger, primary_key=True),
        sa.Column("stated_micros", sa.BigInteger, primary_key=True),
        sa.Column("denied", sa.Boolean, primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "former_names",
        sa.Column("former_id", TEXT, primary_key=True),
        sa.Column("customer_id", TEXT, nullable=False, index=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merges",
        sa.Column("former_id", TEXT, primary_key=True),
        sa.Column("merged_micros", sa.BigInteger, primary_key=True),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identifiers",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False, index=True),
        sa.Column("first_seen_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen_events",
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("event_id", TEXT, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        *("seen_events", "identifiers", "merges", "former_names"),
        *("consent_statements", "events", "customers"),
    ):
        op.drop_table(name)
