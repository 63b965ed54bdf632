"""The audit has a head that only moves on, and no row takes the place of one that is fixed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

NOT_NEWEST = (
    "NOT EXISTS (SELECT 1 FROM audit_entry"
    " WHERE entry_no = NEW.entry_no AND entry_hash = NEW.entry_hash)"
)
HEAD = "the head of the audit only moves on"
ADDED_TO = "the audit is only added to"
VERIFIED = "a verified invoice never changes"

# name: table, when, condition, what is said
TRIGGERS = {
    "audit_head_moves_on": (
        "audit_head",
        "UPDATE",
        f"NEW.entry_no <= OLD.entry_no OR {NOT_NEWEST}",
        HEAD,
    ),
    "audit_head_starts_once": (
        "audit_head",
        "INSERT",
        f"EXISTS (SELECT 1 FROM audit_head) OR {NOT_NEWEST}",
        HEAD,
    ),
    "audit_head_is_kept": ("audit_head", "DELETE", "TRUE", HEAD),
    "audit_entry_follows": (
        "audit_entry",
        "INSERT",
        "EXISTS (SELECT 1 FROM audit_head WHERE entry_no >= NEW.entry_no)",
        ADDED_TO,
    ),
}
# INSERT OR REPLACE removes rows on SQLite without asking the triggers of DELETE
REPLACED = {
    "invoice_is_not_replaced": (
        "invoice",
        "INSERT",
        (
            "EXISTS (SELECT 1 FROM invoice AS known WHERE known.status_id NOT IN (0, 6)"
            " AND known.hop > 1 AND (known.invoice_id = NEW.invoice_id"
            " OR known.seller_id = NEW.seller_id AND known.invoice_number = NEW.invoice_number))"
        ),
        VERIFIED,
    ),
    "number_series_is_not_replaced": (
        "number_series",
        "INSERT",
        (
            "EXISTS (SELECT 1 FROM number_series WHERE seller_id = NEW.seller_id"
            " AND series = NEW.series)"
        ),
        "a series of numbers only grows",
    ),
    "manual_line_is_not_replaced": (
        "manual_line",
        "INSERT",
        "EXISTS (SELECT 1 FROM manual_line WHERE line_id = NEW.line_id)",
        "a line once typed never changes",
    ),
    "summary_is_not_replaced": (
        "summary_invoice",
        "INSERT",
        (
            "EXISTS (SELECT 1 FROM summary_invoice AS known WHERE known.status_id <> 0"
            " AND (known.summary_id = NEW.summary_id"
            " OR known.seller_id = NEW.seller_id AND known.summary_number = NEW.summary_number))"
        ),
        "a verified summary never changes",
    ),
}
# TRUNCATE asks no trigger of single rows on PostgreSQL
EMPTIED = {
    "audit_entry": ADDED_TO,
    "audit_head": HEAD,
    "invoice": "a verified invoice is never removed",
    "manual_line": "a line once typed is kept",
    "number_series": "a series of numbers is kept",
    "summary_invoice": "a verified summary is never removed",
}
FUNCTION = """
CREATE FUNCTION tieout_{name}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF {condition} THEN
        RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
SOMETHING = (
    "EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM vendor_file)"
    " OR EXISTS (SELECT 1 FROM snapshot) OR EXISTS (SELECT 1 FROM access_key)"
)


def upgrade() -> None:
    """Add the head, at the newest entry there is, then the triggers of both databases."""
    op.create_table(
        "audit_head",
        sa.Column("head_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_no", sa.Integer(), nullable=False),
        sa.Column("entry_hash", sa.Text(), nullable=False),
        sa.CheckConstraint("head_no = 1", name="one_head"),
        sa.PrimaryKeyConstraint("head_no"),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO audit_head (head_no, entry_no, entry_hash)"
        " SELECT 1, entry_no, entry_hash FROM audit_entry ORDER BY entry_no DESC LIMIT 1"
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    now = (
        "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
        if is_sqlite
        else """to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    )
    # what is older than this need not be in the audit
    op.execute(
        f"INSERT INTO setting (name, value) SELECT 'recorded_since', {now} WHERE {SOMETHING}"
    )
    for name, (table, when, condition, sentence) in (TRIGGERS | REPLACED).items():
        if is_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW"
                f" WHEN ({condition}) BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
        elif name in TRIGGERS:
            op.execute(FUNCTION.format(name=name, condition=condition, sentence=sentence))
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW"
                f" EXECUTE FUNCTION tieout_{name}()"
            )
    if not is_sqlite:
        for table, sentence in EMPTIED.items():
            op.execute(
                f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION tieout_refuse('{sentence}')"
            )
