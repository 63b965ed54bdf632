"""Invoices move one way and keep their figures; every move is in the audit.

The rules stand in the database, so that no program and no person at its prompt gets round them.
A later step that makes `invoice` anew on SQLite has to make these triggers anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# what a document says; from hop 2 on it is fixed once the document is verified
SAID = (
    *("period", "hop", "seller_id", "seller_name", "buyer_id", "buyer_name", "contract_id"),
    *("contract_type_name", "vendor_id", "vendor_name", "currency", "minor_digits"),
    *("invoice_number", "invoice_date", "due_date", "document_type", "total_amount"),
    *("detail_total", "rounding_residual", "row_count", "detail_count", "cost_amount"),
    *("cost_currency", "margin_amount", "input_digest", "output_digest", "tax_zone", "tax_rate"),
    *("payment_terms_days", "verified_at", "accepted_parked"),
)
IS_DRAFT = "OLD.status_id IN (0, 6)"
MOVES = ((0, (1, 6)), (6, (1,)), (1, (2, 3, 4)), (2, (3, 4)), (4, (3,)))
ALLOWED = " OR ".join(
    f"(OLD.status_id = {before} AND NEW.status_id IN ({', '.join(map(str, after))}))"
    for before, after in MOVES
)
CHANGES = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in SAID)
UNNUMBERED = "NEW.status_id NOT IN (0, 6) AND NEW.invoice_number IS NULL"

SERIES_CHANGES = (
    "NEW.last_number <= OLD.last_number OR OLD.seller_id <> NEW.seller_id"
    " OR OLD.series <> NEW.series"
)

# name: table, when, condition, what is said
TRIGGERS = {
    "invoice_moves_one_way": (
        "invoice",
        "UPDATE",
        f"NOT (OLD.status_id = NEW.status_id OR {ALLOWED})",
        "an invoice moves one way, from New to Verified to Issued and Paid",
    ),
    "invoice_keeps_its_figures": (
        "invoice",
        "UPDATE",
        f"NOT ({IS_DRAFT}) AND OLD.hop > 1 AND ({CHANGES})",
        "a verified invoice never changes",
    ),
    "invoice_is_kept": (
        "invoice",
        "DELETE",
        f"NOT ({IS_DRAFT}) AND OLD.hop > 1",
        "a verified invoice is never removed",
    ),
    "invoice_moves_with_number": ("invoice", "UPDATE", UNNUMBERED, "verified without a number"),
    "invoice_starts_with_number": ("invoice", "INSERT", UNNUMBERED, "verified without a number"),
    "number_series_grows": (
        "number_series",
        "UPDATE",
        SERIES_CHANGES,
        "a series of numbers only grows",
    ),
    "number_series_is_kept": ("number_series", "DELETE", "TRUE", "a series of numbers is kept"),
    "audit_entry_is_fixed": ("audit_entry", "UPDATE", "TRUE", "the audit is only added to"),
    "audit_entry_is_kept": ("audit_entry", "DELETE", "TRUE", "the audit is only added to"),
}
REFUSE = """
CREATE FUNCTION tieout_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def upgrade() -> None:
    """Add two columns and the audit, then the triggers of both databases."""
    op.add_column("invoice", sa.Column("paid_at", sa.Text(), nullable=True))
    op.add_column("invoice", sa.Column("accepted_parked", sa.Text(), nullable=True))
    op.create_table(
        "audit_entry",
        sa.Column("entry_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("entry_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_no"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_id"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(REFUSE)
    for name, (table, when, condition, sentence) in TRIGGERS.items():
        then = (
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            if is_sqlite
            else f"EXECUTE FUNCTION tieout_refuse('{sentence}')"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN ({condition}) {then}"
        )
