"""Segment and meter in the key of a list price."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TABLE = "reference_price_list"
KEY = (
    *("vendor_id", "product_id", "sku_id", "term", "billing_plan", "market", "segment"),
    *("meter_id", "currency", "tier_min", "valid_from", "to_snapshot"),
)


def upgrade() -> None:
    """Add the columns and make the index anew."""
    for name in ("segment", "meter_id"):
        op.add_column(TABLE, sa.Column(name, sa.Text(), nullable=True))
    op.drop_index(f"ix_{TABLE}_key", TABLE)
    op.create_index(f"ix_{TABLE}_key", TABLE, KEY, unique=False)
