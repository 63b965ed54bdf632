"""What becomes of vendor lines that arrive after an invoice of a contract is verified."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column; contracts before carry late lines to the next invoice."""
    op.add_column("reference_contracts", sa.Column("late_lines", sa.Text(), nullable=True))
