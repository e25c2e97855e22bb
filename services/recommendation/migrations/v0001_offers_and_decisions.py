"""Offers with one counter for all their changes, and the log of decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recommendation_offers",
        sa.Column("offer_id", sa.String(63), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
        sa.Column("create_time", sa.String(32), nullable=False),
        sa.Column("update_time", sa.String(32), nullable=False),
    )
    counter = op.create_table(
        "recommendation_offer_revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counter, [{"id": 1, "revision": 0}])
    op.create_table(
        "recommendation_decisions",
        sa.Column("decision_id", sa.String(64), primary_key=True),
        sa.Column("customer_id", sa.String(128), nullable=False),
        sa.Column("create_seconds", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "recommendation_decisions_of_customer",
        "recommendation_decisions",
        ["customer_id", "create_seconds"],
    )
