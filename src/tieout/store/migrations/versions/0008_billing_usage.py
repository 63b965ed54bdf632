"""Keys belong to an environment; calls of the Billing API are counted per key and version."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KEYS = ("key_id", "party", "environment", "version", "endpoint", "day")


def upgrade() -> None:
    """Add the table; keys made before are for production."""
    op.add_column(
        "access_key",
        sa.Column("environment", sa.Text(), nullable=False, server_default="production"),
    )
    op.create_table(
        "billing_usage",
        *(sa.Column(name, sa.Text(), primary_key=True, nullable=False) for name in KEYS),
        sa.Column("calls", sa.Integer(), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_billing_usage_version", "billing_usage", ["version", "day"])
