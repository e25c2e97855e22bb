"""Questions, with one counter for all their changes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recommendation_questions",
        sa.Column("question_id", sa.String(63), primary_key=True),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
        sa.Column("create_time", sa.String(32), nullable=False),
        sa.Column("update_time", sa.String(32), nullable=False),
    )
    counter = op.create_table(
        "recommendation_question_revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counter, [{"id": 1, "revision": 0}])
