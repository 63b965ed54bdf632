"""Decisions on vendor lines, rows that two vendor files share, estimates of unbilled files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


COLUMNS = (
    *("vendor", "invoice_number", "load_id", "format", "currency", "period", "state"),
    *("rows", "subtotal", "tax_total", "total", "content_digest"),
)


def upgrade() -> None:
    """Make two tables, and one anew: SQLite changes no constraint in place."""
    _line_decision()
    _overlap()
    _vendor_invoice()


def _line_decision() -> None:
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


def _overlap() -> None:
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


def _vendor_invoice() -> None:
    op.rename_table("vendor_invoice", "vendor_invoice_0002")
    op.create_table(
        "vendor_invoice",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=False),
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("subtotal", sa.Text(), nullable=False),
        sa.Column("tax_total", sa.Text(), nullable=False),
        sa.Column("total", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('current', 'detail', 'estimate', 'copy', 'replaced')", name="state_known"
        ),
        sa.ForeignKeyConstraint(["load_id"], ["load.load_id"]),
        sa.PrimaryKeyConstraint(
            "vendor", "invoice_number", "load_id", "format", name="pk_vendor_invoice_state"
        ),
        sqlite_strict=True,
    )
    names = ", ".join(COLUMNS)
    op.execute(f"INSERT INTO vendor_invoice ({names}) SELECT {names} FROM vendor_invoice_0002")
    op.drop_table("vendor_invoice_0002")
