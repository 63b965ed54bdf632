"""Lines typed onto drafts, and documents made by hand: credit notes, custom invoices."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

MANUAL_LINE = (
    *("period", "invoice_id", "seller_id", "buyer_id", "vendor_id", "contract_id", "currency"),
    *("charge_type", "amount", "copied", "typed_by", "typed_at"),
)
# of a verified document from hop 2 on; what it says besides is fixed since migration 6
MADE_FROM = (
    "OLD.source_id <> NEW.source_id"
    " OR OLD.credits_invoice_id IS DISTINCT FROM NEW.credits_invoice_id"
)
TRIGGERS = {
    "invoice_keeps_its_origin": (
        "invoice",
        "UPDATE",
        f"OLD.status_id NOT IN (0, 6) AND OLD.hop > 1 AND ({MADE_FROM})",
        "a verified invoice never changes",
    ),
    "manual_line_is_fixed": ("manual_line", "UPDATE", "TRUE", "a line once typed never changes"),
    "manual_line_is_kept": ("manual_line", "DELETE", "TRUE", "a line once typed is kept"),
}
LATE = "a line is typed onto a draft only"
IS_VERIFIED = (
    "EXISTS (SELECT 1 FROM invoice WHERE invoice_id = NEW.invoice_id AND status_id NOT IN (0, 6))"
)
REFUSE_LATE = f"""
CREATE FUNCTION tieout_refuse_late() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF {IS_VERIFIED} THEN
        RAISE EXCEPTION '{LATE}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the columns and the table, then the triggers of both databases."""
    op.add_column("run", sa.Column("kind", sa.Text(), nullable=False, server_default="month"))
    op.add_column(
        "invoice", sa.Column("source_id", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("invoice", sa.Column("credits_invoice_id", sa.Text(), nullable=True))
    op.create_table(
        "manual_line",
        sa.Column("line_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in MANUAL_LINE),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("line_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_manual_line_period", "manual_line", ["period"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, when, condition, sentence) in TRIGGERS.items():
        then = (
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            if is_sqlite
            else f"EXECUTE FUNCTION tieout_refuse('{sentence}')"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN ({condition}) {then}"
        )
    if is_sqlite:
        op.execute(
            "CREATE TRIGGER manual_line_is_in_time BEFORE INSERT ON manual_line FOR EACH ROW"
            f" WHEN ({IS_VERIFIED}) BEGIN SELECT RAISE(ABORT, '{LATE}'); END"
        )
        return
    op.execute(REFUSE_LATE)
    op.execute(
        "CREATE TRIGGER manual_line_is_in_time BEFORE INSERT ON manual_line FOR EACH ROW"
        " EXECUTE FUNCTION tieout_refuse_late()"
    )
