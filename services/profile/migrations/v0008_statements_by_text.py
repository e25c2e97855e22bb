"""Two statements of consent that differ in nothing but the text that was read are two."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0008"
down_revision = "profile_0007"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
COLUMNS = (
    "customer_id, trace_id, purpose, stated_micros, denied, source, text_version, stored_micros"
)


def upgrade() -> None:
    """Make the text part of the key; SQLite gives a table its key once and for all."""
    op.rename_table("consent_statements", "statements_before")
    op.create_table(
        "consent_statements",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("trace_id", TEXT, primary_key=True),
        sa.Column("purpose", sa.SmallInteger, primary_key=True),
        sa.Column("stated_micros", sa.BigInteger, primary_key=True),
        sa.Column("denied", sa.Boolean, primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("text_version", TEXT, primary_key=True),
        sa.Column("stored_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO consent_statements ({COLUMNS}) SELECT {COLUMNS} FROM statements_before"  # noqa: S608
    )
    op.drop_table("statements_before")
