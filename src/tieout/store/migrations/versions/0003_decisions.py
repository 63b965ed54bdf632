"""Decisions on single vendor lines, and rows that two vendor files share."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "line_decision",
        sa.Column("decision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.Text(), nullable=False),
        sa.CheckConstraint("decision IN ('set_aside', 'take_back')", name="decision_known"),
        sa.PrimaryKeyConstraint("decision_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_line_decision_line", "line_decision", ["file_id", "row_number"])
    op.create_table(
        "overlap",
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=False),
        sa.Column("other_file_id", sa.Text(), nullable=False),
        sa.Column("other_invoice_number", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("subtotal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["load_id"], ["load.load_id"]),
        sa.PrimaryKeyConstraint(
            *("load_id", "file_id", "invoice_number"),
            *("other_file_id", "other_invoice_number", "currency"),
        ),
        sqlite_strict=True,
    )
