"""Vendor invoices by format (rulings 20), and vendor files that several loads share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COPIED = (
    *("vendor", "invoice_number", "load_id", "currency", "period", "state"),
    *("rows", "subtotal", "tax_total", "total", "content_digest"),
)


FILE_COLUMNS = (
    *("file_id", "load_id", "name", "format", "vendor", "rows", "loaded", "rejected", "skipped"),
    *("header", "notices", "totals"),
)


def upgrade() -> None:
    """Make both tables anew: SQLite changes no constraint in place."""
    _vendor_invoice()
    _vendor_file()


def _vendor_file() -> None:
    op.rename_table("vendor_file", "vendor_file_0001")
    op.create_table(
        "vendor_file",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("loaded", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("mapping_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["load_id"], ["load.load_id"]),
        sa.PrimaryKeyConstraint("file_id", "load_id", name="pk_vendor_file_load"),
        sqlite_strict=True,
    )
    names = ", ".join(FILE_COLUMNS)
    op.execute(f"INSERT INTO vendor_file ({names}) SELECT {names} FROM vendor_file_0001")
    op.drop_table("vendor_file_0001")


def _vendor_invoice() -> None:
    op.rename_table("vendor_invoice", "vendor_invoice_0001")
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
            "state IN ('current', 'detail', 'copy', 'replaced')", name="state_known"
        ),
        sa.ForeignKeyConstraint(["load_id"], ["load.load_id"]),
        sa.PrimaryKeyConstraint(
            "vendor", "invoice_number", "load_id", "format", name="pk_vendor_invoice_format"
        ),
        sqlite_strict=True,
    )
    names = ", ".join(COPIED)
    op.execute(
        f"INSERT INTO vendor_invoice ({names}, format)"
        f" SELECT {names}, (SELECT min(file.format) FROM vendor_file AS file"
        " WHERE file.load_id = old.load_id) FROM vendor_invoice_0001 AS old"
    )
    op.drop_table("vendor_invoice_0001")
