"""The river's first tables: reference data, manifest, runs, invoices, keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# resource: its columns, all text, and those of them that make its key
REFERENCE = {
    "contracts": (
        """contract_id parent_contract_id purpose type_name number reference_number
        vendor_id seller_id buyer_id currency billing_day payment_terms_days
        rounding_policy tax_zone tax_rate cost_center start_status white_label
        valid_from valid_to""",
        "contract_id valid_from",
    ),
    "exchange_rates": (
        "organization_id from to source base_rate surcharge date",
        "organization_id from to source date",
    ),
    "orders": (
        "order_id order_number vendor_order_id contract_id date po_number invoice_per_order",
        "order_id",
    ),
    "organizations": (
        """organization_id account_no role name country language currency vat_number erp_id
        status preferred_currency address zip city email telephone iban bic
        chamber_of_commerce contact_first_name contact_middle_name contact_last_name""",
        "organization_id",
    ),
    "plan_periods": (
        """plan_period_id plan_id period period_type setup_sku subscription_sku renewal_sku
        transfer_sku cancellation_sku""",
        "plan_period_id",
    ),
    "plan_rates": (
        """plan_rate_id plan_id resource_id resource_name included_value measure_unit
        manufacturer mp_number setup_sku recurring_sku overuse_sku cancellation_sku""",
        "plan_rate_id",
    ),
    "plans": (
        "plan_id name category billing_model",
        "plan_id",
    ),
    "price_list": (
        """vendor_id product_id sku_id term billing_plan market currency unit_price
        erp_price price_period tier_min tier_max valid_from valid_to""",
        "vendor_id product_id sku_id term billing_plan market currency tier_min valid_from",
    ),
    "price_rules": (
        """rule_id contract_id customer_id subscription_id product_id sku_id product_family
        charge_class kind value currency earned_credit discount_code charge_free
        valid_from valid_to""",
        "rule_id valid_from",
    ),
    "rate_periods": (
        """rate_period_id plan_rate_id period period_type billing_period
        billing_period_type setup_sku recurring_sku overuse_sku cancellation_sku""",
        "rate_period_id",
    ),
    "subscriptions": (
        """subscription_id subscription_no vendor_id vendor_subscription_id entitlement_id
        contract_id name plan_id plan_period_id plan_rate_id rate_period_id product_id
        sku_id quantity status start_date end_date term billing_frequency po_number
        cost_center order_id consumer_name consumer_number valid_from valid_to""",
        "subscription_id valid_from",
    ),
}


def upgrade() -> None:
    """Make the tables."""
    _access_key()
    _lake_file()
    _load()
    _number_series()
    _reference()
    _setting()
    _snapshot()
    _run()
    _vendor_file()
    _vendor_invoice()
    _invoice()


def _reference() -> None:
    for resource, (columns, key) in REFERENCE.items():
        name = f"reference_{resource}"
        op.create_table(
            name,
            sa.Column("version_id", sa.Integer(), nullable=False),
            sa.Column("from_snapshot", sa.Integer(), nullable=False),
            sa.Column("to_snapshot", sa.Integer(), nullable=True),
            *(sa.Column(column, sa.Text(), nullable=True) for column in columns.split()),
            sa.PrimaryKeyConstraint("version_id"),
            sqlite_strict=True,
        )
        op.create_index(f"ix_{name}_key", name, [*key.split(), "to_snapshot"], unique=False)


def _access_key() -> None:
    op.create_table(
        "access_key",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organizations", sa.Text(), nullable=False),
        sa.Column("endpoints", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
        sqlite_strict=True,
    )


def _lake_file() -> None:
    op.create_table(
        "lake_file",
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.CheckConstraint("owner_kind IN ('snapshot', 'load', 'run')", name="owner_kind_known"),
        sa.PrimaryKeyConstraint("owner_kind", "owner_id", "kind", "path"),
        sqlite_strict=True,
    )


def _load() -> None:
    op.create_table(
        "load",
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("load_id"),
        sqlite_strict=True,
    )


def _number_series() -> None:
    op.create_table(
        "number_series",
        sa.Column("seller_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "series"),
        sqlite_strict=True,
    )


def _setting() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )


def _snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("snapshot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id"),
        sqlite_strict=True,
    )


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("input_digest", sa.Text(), nullable=False),
        sa.Column("output_digest", sa.Text(), nullable=False),
        sa.Column("previous_digest", sa.Text(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["snapshot.snapshot_id"],
        ),
        sa.PrimaryKeyConstraint("run_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_run_period", "run", ["period", "is_current"], unique=False)


def _vendor_file() -> None:
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
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["load.load_id"],
        ),
        sa.PrimaryKeyConstraint("file_id"),
        sqlite_strict=True,
    )


def _vendor_invoice() -> None:
    op.create_table(
        "vendor_invoice",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=False),
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("subtotal", sa.Text(), nullable=False),
        sa.Column("tax_total", sa.Text(), nullable=False),
        sa.Column("total", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('current', 'copy', 'replaced')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["load.load_id"],
        ),
        sa.PrimaryKeyConstraint("vendor", "invoice_number", "load_id"),
        sqlite_strict=True,
    )


def _invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Text(), nullable=False),
        sa.Column("seller_name", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("buyer_name", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("contract_type_name", sa.Text(), nullable=True),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("vendor_name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("minor_digits", sa.Integer(), nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=True),
        sa.Column("invoice_date", sa.Text(), nullable=False),
        sa.Column("due_date", sa.Text(), nullable=True),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("status_id", sa.Integer(), nullable=False),
        sa.Column("total_amount", sa.Text(), nullable=False),
        sa.Column("detail_total", sa.Text(), nullable=False),
        sa.Column("rounding_residual", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("detail_count", sa.Integer(), nullable=False),
        sa.Column("cost_amount", sa.Text(), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column("margin_amount", sa.Text(), nullable=True),
        sa.Column("input_digest", sa.Text(), nullable=False),
        sa.Column("output_digest", sa.Text(), nullable=False),
        sa.Column("tax_zone", sa.Text(), nullable=True),
        sa.Column("tax_rate", sa.Text(), nullable=True),
        sa.Column("payment_terms_days", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.run_id"],
        ),
        sa.PrimaryKeyConstraint("invoice_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_buyer", "invoice", ["buyer_id", "period"], unique=False)
    op.create_index("ix_invoice_run", "invoice", ["run_id"], unique=False)
    op.create_index("ix_invoice_seller", "invoice", ["seller_id", "period"], unique=False)
    op.create_index("ux_invoice_number", "invoice", ["seller_id", "invoice_number"], unique=True)
