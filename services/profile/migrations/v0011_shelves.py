"""Items that lie apart from the row of their customer, one row each.

A row that holds more items than lie near stays as it is until its customer's next event.
"""

import sqlalchemy as sa
from alembic import op

revision = "profile_0011"
down_revision = "profile_0010"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBERS = ("basket_count", "bought_micros", "returned_micros", "first_seconds", "last_seconds")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shelved_items",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("item_id", TEXT, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in NUMBERS),
        sqlite_with_rowid=False,
    )
