"""The tables of the catalog: reference data, invoices, keys, manifest; SQLite or PostgreSQL.

Amounts are text here: SQLite's NUMERIC is floating point. Times are ISO 8601 UTC text.
"""

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import BigInteger

from tieout.store.resources import RESOURCES

metadata = MetaData()


def _table(name: str, *columns: Any) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True)


def _text(name: str, *args: Any, null: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, *args, nullable=null, **options)


def _integer(name: str, *, null: bool = False, **options: Any) -> Column[int]:
    return Column(name, Integer, nullable=null, **options)


setting = _table("setting", _text("name", primary_key=True), _text("value"))

snapshot = _table(
    "snapshot",
    Column("snapshot_id", Integer, primary_key=True, autoincrement=False),
    _text("created_at"),
    _text("digest"),
)

# columns by which rows are sought without their key
_SOUGHT = {"contracts": ("seller_id", "buyer_id", "parent_contract_id")}

# The reference files as rows of text. A changed row gets `to_snapshot` and a successor.
reference = {
    resource.name: _table(
        f"reference_{resource.name}",
        Column("version_id", Integer, primary_key=True),
        _integer("from_snapshot"),
        _integer("to_snapshot", null=True),
        *(_text(name, null=True) for name in resource.columns),
        Index(f"ix_reference_{resource.name}_key", *resource.keys, "to_snapshot"),
        *(
            Index(f"ix_reference_{resource.name}_{name}", name)
            for name in _SOUGHT.get(resource.name, ())
        ),
    )
    for resource in RESOURCES.values()
}

# Which lake files make up which snapshot, load and run: the manifest.
lake_file = _table(
    "lake_file",
    _text("owner_kind", primary_key=True),  # snapshot, load, run or match
    _text("owner_id", primary_key=True),
    _text("kind", primary_key=True),
    _text("path", primary_key=True),
    _integer("hop", null=True),
    _integer("rows"),
    Column("size", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    _text("sha256"),
    _text("sums"),  # JSON: totals by currency, as text
    CheckConstraint("owner_kind IN ('snapshot', 'load', 'run', 'match')", name="owner_kind_known"),
)

load = _table(
    "load",
    Column("load_id", Integer, primary_key=True),
    *(_text("created_at"), _text("export_id", null=True), _text("etag", null=True)),
)

vendor_file = _table(
    "vendor_file",
    _text("file_id", primary_key=True),  # SHA-256 of the bytes as received
    # a delivery that repeats a file of an earlier one names it again
    Column("load_id", Integer, ForeignKey("load.load_id"), primary_key=True),
    _text("name"),
    _text("format"),
    _text("vendor"),
    _integer("rows"),
    _integer("loaded"),
    _integer("rejected"),
    _integer("skipped"),
    _text("header"),  # JSON list of the header names as read
    _text("notices"),  # JSON list of sentences
    _text("totals"),  # JSON list, one entry per invoice number and currency
    _integer("mapping_version", null=True),  # of the declared mapping that read it
)

NEW, VERIFIED, ISSUED, PAID, CARD_ERROR, NEW_CORRECTED = 0, 1, 2, 3, 4, 6  # status ids
DRAFTS = (NEW, NEW_CORRECTED)
INVOICE, ESTIMATE = "Invoice", "Estimate"  # document types; an estimate is a draft for ever
CREDIT_NOTE, DEBIT_MEMO = "CreditNote", "DebitMemo"
VENDOR_LINES, CUSTOM, ADJUSTMENT = 1, 4, 5  # source ids: what a document was made from
MONTH, DOCUMENT = "month", "document"  # kinds of runs: a whole month, or one document by hand
AFTER_CLOSE = "after_close"  # another kind: the adjustments of a closed month, for late lines

vendor_invoice = _table(
    "vendor_invoice",
    _text("vendor", primary_key=True),
    _text("invoice_number", primary_key=True),
    Column("load_id", Integer, ForeignKey("load.load_id"), primary_key=True),
    _text("format", primary_key=True),
    _text("currency"),
    _text("period"),  # yyyy-mm
    _text("state"),  # current: billed; detail: told by another format too; estimate: unbilled; ...
    _integer("rows"),
    _text("subtotal"),
    _text("tax_total"),
    _text("total"),
    _text("content_digest"),  # of the multiset of row hashes
    CheckConstraint(
        "state IN ('current', 'detail', 'estimate', 'copy', 'replaced')", name="state_known"
    ),
)

# What persons decided on single vendor lines: rows are added, never changed.
line_decision = _table(
    "line_decision",
    Column("decision_id", Integer, primary_key=True, autoincrement=False),
    *(_text("file_id"), _integer("row_number")),
    _text("decision"),  # the last one on a line is in force
    *(_text("reason", null=True), _text("decided_by"), _text("decided_at")),
    *(_text("vendor"), _text("invoice_number"), _text("currency"), _text("subtotal")),
    CheckConstraint("decision IN ('set_aside', 'take_back')", name="decision_known"),
    Index("ix_line_decision_line", "file_id", "row_number"),
)

# Rows that two vendor files share, as they were found when the first was loaded.
overlap = _table(
    "overlap",
    Column("load_id", Integer, ForeignKey("load.load_id"), primary_key=True),
    *(_text(name, primary_key=True) for name in ("file_id", "invoice_number")),
    *(_text(name, primary_key=True) for name in ("other_file_id", "other_invoice_number")),
    _text("currency", primary_key=True),
    *(_integer("rows"), _text("subtotal")),
)

run = _table(
    "run",
    _text("run_id", primary_key=True),
    _text("period"),
    _text("kind", server_default=MONTH),
    Column("is_current", Integer, nullable=False),
    Column("snapshot_id", Integer, ForeignKey("snapshot.snapshot_id"), nullable=False),
    _text("created_at"),
    _text("input_digest"),
    _text("output_digest"),
    _text("previous_digest", null=True),
    _text("certificate"),  # JSON
    _text("summary"),  # JSON, as `tieout run --json`
    Index("ix_run_period", "period", "is_current"),
)

invoice = _table(
    "invoice",
    _text("invoice_id", primary_key=True),
    _text("run_id", ForeignKey("run.run_id")),  # of its lines' files: a later run may hold them too
    _text("shown_run_id", null=True),  # whose names a verified document is shown with; null: run_id
    _text("period"),
    _integer("hop"),
    _text("seller_id"),
    _text("seller_name"),
    _text("buyer_id"),
    _text("buyer_name"),
    _text("contract_id"),
    _text("contract_type_name", null=True),
    _text("vendor_id"),
    _text("vendor_name"),
    _text("currency"),
    _integer("minor_digits"),
    _text("invoice_number", null=True, unique=False),  # null until verified
    _text("invoice_date"),
    _text("due_date", null=True),
    _text("document_type"),
    _integer("source_id", server_default=str(VENDOR_LINES)),
    _text("credits_invoice_id", null=True),  # the document that this one corrects
    *(_text("order_id", null=True), _text("order_number", null=True)),  # where it is one order's
    _text("summary_id", null=True),  # the summary invoice that it is joined in
    _integer("status_id"),
    _text("total_amount"),
    _text("detail_total"),
    _text("rounding_residual"),
    _integer("row_count"),
    _integer("detail_count"),
    _text("cost_amount", null=True),
    _text("cost_currency", null=True),
    _text("margin_amount", null=True),
    _text("input_digest"),
    _text("output_digest"),
    _text("tax_zone", null=True),
    _text("tax_rate", null=True),
    _integer("payment_terms_days", null=True),
    _text("description", null=True),
    _text("verified_at", null=True),
    _text("issued_at", null=True),
    _text("paid_at", null=True),
    _text("accepted_parked", null=True),  # why it was verified while lines were parked
    _text("changed_at"),
    _integer("revision"),
    Index("ix_invoice_seller", "seller_id", "period"),
    Index("ix_invoice_buyer", "buyer_id", "period"),
    Index("ix_invoice_run", "run_id"),
    Index("ix_invoice_summary", "summary_id"),
    Index("ux_invoice_number", "seller_id", "invoice_number", unique=True),
)

# Verified invoices of one provider, consumer and currency joined; each names its summary.
summary_invoice = _table(
    "summary_invoice",
    _text("summary_id", primary_key=True),
    _text("summary_number", null=True),  # null until verified
    *(_text("seller_id"), _text("buyer_id"), _text("currency"), _integer("minor_digits")),
    *(_text("invoice_date"), _integer("status_id"), _text("total_amount")),
    *(_text("rounding_residual"), _integer("included_count")),
    _text("skipped"),  # JSON: invoice, its provider, and why it is not joined
    *(_text("verified_at", null=True), _text("issued_at", null=True), _text("paid_at", null=True)),
    *(_text("changed_at"), _integer("revision")),
    Index("ix_summary_invoice_seller", "seller_id", "invoice_date"),
    Index("ix_summary_invoice_buyer", "buyer_id", "invoice_date"),
    Index("ux_summary_number", "seller_id", "summary_number", unique=True),
)

# Lines that persons typed onto drafts: rows are added, never changed; every run of the month has
# them. `copied` holds what the line takes from the one that it corrects.
manual_line = _table(
    "manual_line",
    Column("line_id", Integer, primary_key=True, autoincrement=False),
    *(_text("period"), _text("invoice_id"), _integer("hop"), _text("seller_id")),
    *(_text("buyer_id"), _text("vendor_id"), _text("contract_id"), _text("currency")),
    *(_text("charge_type"), _text("amount"), _text("copied")),  # the amount as typed; JSON
    *(_text("reason", null=True), _text("typed_by"), _text("typed_at")),
    Index("ix_manual_line_period", "period"),
)

number_series = _table(
    "number_series",
    _text("seller_id", primary_key=True),
    _text("series", primary_key=True),
    _integer("last_number"),
)

# Who did what, when and why: rows are added, never changed; each holds the hash of the one before.
audit_entry = _table(
    "audit_entry",
    Column("entry_no", Integer, primary_key=True, autoincrement=False),  # 1, 2, ...
    *(_text("at"), _text("by"), _text("action"), _text("subject_kind"), _text("subject_id")),
    _text("reason", null=True),
    *(_text("before"), _text("after")),  # JSON objects of what changed
    *(_text("previous_hash"), _text("entry_hash")),
    Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
)

# Links of a purchase and a sales file that arrived apart, one current match per party, month and
# currency; the links are a lake file.
filed_match = _table(
    "filed_match",
    _text("match_id", primary_key=True),  # SHA-256 of the party and both files
    *(_text("party"), _text("period"), _text("currency"), _text("created_at")),
    _integer("is_current"),
)

# What the management API answered, so that a repeated request changes nothing and is told the same.
answered_request = _table(
    "answered_request",
    _text("key_id", primary_key=True),
    _text("idempotency_key", primary_key=True),
    _text("fingerprint"),  # SHA-256 of the request's body
    _text("answer"),  # JSON
    _text("answered_at"),
)

access_key = _table(
    "access_key",
    _text("key_id", primary_key=True),
    _text("salt"),
    _text("secret_hash"),  # SHA-256 of salt and secret; the secret itself is never stored
    _text("role"),
    _text("organizations"),  # JSON list
    _text("endpoints"),  # JSON list
    _text("created_at"),
    _text("expires"),
    _text("revoked_at", null=True),
    _text("environment", server_default="production"),  # or development
)

# How often each key called each endpoint of each version of the Billing API on a UTC day.
billing_usage = _table(
    "billing_usage",
    *(_text(name, primary_key=True) for name in ("key_id", "party", "environment")),
    *(_text(name, primary_key=True) for name in ("version", "endpoint", "day")),
    _integer("calls"),
    Index("ix_billing_usage_version", "version", "day"),
)
