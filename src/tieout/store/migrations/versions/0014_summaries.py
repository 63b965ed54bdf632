"""Invoices of one order, summary invoices, and the reference data that a document shows."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TEXTS = (
    *("summary_id", "seller_id", "buyer_id", "currency", "invoice_date", "total_amount"),
    *("rounding_residual", "skipped", "changed_at"),
)
NUMBERS = ("minor_digits", "status_id", "included_count", "revision")
LATER = ("summary_number", "verified_at", "issued_at", "paid_at")  # null at first
# what a summary says; fixed once it is verified
SAID = (
    *("summary_number", "seller_id", "buyer_id", "currency", "minor_digits", "invoice_date"),
    *("total_amount", "rounding_residual", "included_count", "skipped", "verified_at"),
)
MOVES = ((0, (1,)), (1, (2, 3, 4)), (2, (3, 4)), (4, (3,)))
ALLOWED = " OR ".join(
    f"(OLD.status_id = {before} AND NEW.status_id IN ({', '.join(map(str, after))}))"
    for before, after in MOVES
)
UNNUMBERED = "NEW.status_id <> 0 AND NEW.summary_number IS NULL"


def _changed(*names: str) -> str:
    return " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)


SHOWS_OTHER = (
    "OLD.status_id NOT IN (0, 6) AND OLD.hop > 1"
    f" AND ({_changed('order_id', 'order_number')}"
    f" OR OLD.shown_run_id IS NOT NULL AND ({_changed('shown_run_id')}))"
)
JOINED_WRONG = (
    f"({_changed('summary_id')}) AND NEW.summary_id IS NOT NULL"
    " AND (OLD.summary_id IS NOT NULL OR OLD.status_id IN (0, 6) OR OLD.hop = 1)"
)

# name: table, when, condition, what is said
TRIGGERS = {
    "invoice_keeps_what_it_shows": (
        "invoice",
        "UPDATE",
        SHOWS_OTHER,
        "a verified invoice never changes",
    ),
    "invoice_is_joined_once": (
        "invoice",
        "UPDATE",
        JOINED_WRONG,
        "a verified invoice is joined in one summary",
    ),
    "invoice_starts_unjoined": (
        "invoice",
        "INSERT",
        "NEW.summary_id IS NOT NULL",
        "an invoice is joined once it is verified",
    ),
    "summary_moves_one_way": (
        "summary_invoice",
        "UPDATE",
        f"NOT (OLD.status_id = NEW.status_id OR {ALLOWED})",
        "a summary moves one way, from New to Verified to Issued and Paid",
    ),
    "summary_keeps_its_figures": (
        "summary_invoice",
        "UPDATE",
        f"OLD.status_id <> 0 AND ({_changed(*SAID)})",
        "a verified summary never changes",
    ),
    "summary_is_kept": (
        "summary_invoice",
        "DELETE",
        "OLD.status_id <> 0",
        "a verified summary is never removed",
    ),
    "summary_moves_with_number": (
        "summary_invoice",
        "UPDATE",
        UNNUMBERED,
        "verified without a number",
    ),
    "summary_starts_with_number": (
        "summary_invoice",
        "INSERT",
        UNNUMBERED,
        "verified without a number",
    ),
}
OTHER = "a summary joins invoices of its provider, consumer and currency while it is New"
# the invoice leaves a summary that is not New, or comes into one that is not New or not its own
IS_OTHER = f"""
({_changed("summary_id")}) AND (
    EXISTS (
        SELECT 1 FROM summary_invoice WHERE summary_id = OLD.summary_id AND status_id <> 0
    )
    OR (NEW.summary_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM summary_invoice
        WHERE summary_id = NEW.summary_id AND status_id = 0 AND seller_id = NEW.seller_id
            AND buyer_id = NEW.buyer_id AND currency = NEW.currency
    ))
)
"""
REFUSE_OTHER = f"""
CREATE FUNCTION tieout_refuse_other_summary() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF {IS_OTHER} THEN
        RAISE EXCEPTION '{OTHER}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the columns and the table, then the triggers of both databases."""
    for name in ("order_id", "order_number", "summary_id"):
        op.add_column("invoice", sa.Column(name, sa.Text(), nullable=True))
    op.create_index("ix_invoice_summary", "invoice", ["summary_id"])
    op.create_table(
        "summary_invoice",
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        *(sa.Column(name, sa.Text(), nullable=True) for name in LATER),
        sa.PrimaryKeyConstraint("summary_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_summary_invoice_seller", "summary_invoice", ["seller_id", "invoice_date"])
    op.create_index("ix_summary_invoice_buyer", "summary_invoice", ["buyer_id", "invoice_date"])
    op.create_index(
        "ux_summary_number", "summary_invoice", ["seller_id", "summary_number"], unique=True
    )
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
            "CREATE TRIGGER invoice_joins_its_own_summary BEFORE UPDATE ON invoice FOR EACH ROW"
            f" WHEN ({IS_OTHER}) BEGIN SELECT RAISE(ABORT, '{OTHER}'); END"
        )
        return
    op.execute(REFUSE_OTHER)
    op.execute(
        "CREATE TRIGGER invoice_joins_its_own_summary BEFORE UPDATE ON invoice FOR EACH ROW"
        " EXECUTE FUNCTION tieout_refuse_other_summary()"
    )
