"""Who was forgotten, as marks that name nobody, and what was removed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recommendation_forgotten",
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        sa.Column("until_seconds", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recommendation_erasures",
        sa.Column("erasure_id", sa.String(63), primary_key=True),
        sa.Column("decision_count", sa.BigInteger, nullable=False),
    )
