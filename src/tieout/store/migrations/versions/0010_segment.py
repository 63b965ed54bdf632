"""The segment of a subscription, which list prices may name."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; subscriptions before have none."""
    op.add_column("reference_subscriptions", sa.Column("segment", sa.Text(), nullable=True))
