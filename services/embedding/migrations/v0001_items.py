"""The catalogue and the counter of its writes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    # Ids are compared byte by byte on both engines, so that pages follow the same order.
    id_type = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
    op.create_table(
        "items",
        sa.Column("item_id", id_type, primary_key=True),
        sa.Column("display_name", sa.String(256), nullable=False),
        sa.Column("category", sa.String(128), nullable=False),
        sa.Column("brand", sa.String(128), nullable=False),
        sa.Column("price", sa.Double, nullable=True),
        sa.Column("stock_quantity", sa.Double, nullable=True),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("updated_us", sa.BigInteger, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
    )
    op.create_index("items_by_change", "items", ["change", "item_id"])
    op.create_index("items_by_category", "items", ["category", "item_id"])
    op.create_index("items_by_brand", "items", ["brand", "item_id"])
    counter = op.create_table(
        "catalogue_changes",
        sa.Column("latest", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counter, [{"latest": 0}])
