"""Vendor lines that come late: what their contract does with them, and what stays as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns; contracts before carry late lines to the next invoice."""
    op.add_column("reference_contracts", sa.Column("late_lines", sa.Text(), nullable=True))
    op.add_column("invoice", sa.Column("shown_run_id", sa.Text(), nullable=True))
