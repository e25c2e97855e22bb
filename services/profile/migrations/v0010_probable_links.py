"""Links that a comparison of customers found probable."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0010"
down_revision = "profile_0009"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "probable_links",
        sa.Column("low", TEXT, primary_key=True),
        sa.Column("high", TEXT, primary_key=True, index=True),
        sa.Column("probability", sa.Double, nullable=False),
        sa.Column("comparisons", sa.Text, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("model_version", TEXT, nullable=False),
        sa.Column("recorded_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
