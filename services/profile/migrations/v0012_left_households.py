"""A household that was left keeps who said so, and why."""

import sqlalchemy as sa
from alembic import op

revision = "profile_0012"
down_revision = "profile_0011"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; of what was left before nobody knows."""
    for name in ("left_by", "left_why"):
        op.add_column("household_members", sa.Column(name, TEXT, nullable=False, server_default=""))
