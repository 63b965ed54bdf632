"""Loads know which export of the vendor they are, and which version of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add two columns; loads before have neither."""
    op.add_column("load", sa.Column("export_id", sa.Text(), nullable=True))
    op.add_column("load", sa.Column("etag", sa.Text(), nullable=True))
