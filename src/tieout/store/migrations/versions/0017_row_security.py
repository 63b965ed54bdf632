"""Row-level security on PostgreSQL, and indexes of who deals with whom.

Whoever is not the tables' owner sees of each only what the policies let through: rows of the
organizations, or of the key, that the transaction names. Who may read which columns is granted
beside this (store/row_security.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

INDEXED = ("seller_id", "buyer_id", "parent_contract_id")
OURS = "ANY (string_to_array(current_setting('tieout.organizations', true), ','))"
PARTY = f"seller_id = {OURS} OR buyer_id = {OURS}"
REACHED = "contract_id IN (SELECT tieout_reached_contracts())"
VENDORS = "(SELECT vendor_id FROM reference_contracts)"

# contracts of the organizations, and all below them: their part of the sales channel
REACHED_CONTRACTS = f"""
    WITH RECURSIVE reached AS (
        SELECT contract_id FROM reference_contracts WHERE {PARTY}
        UNION
        SELECT below.contract_id FROM reference_contracts AS below
        JOIN reached ON below.parent_contract_id = reached.contract_id
    )
    SELECT contract_id FROM reached
"""
# vendors that nobody else buys from: what such a vendor bills is theirs, also before it is run
SOLE_VENDORS = f"""
    SELECT vendor_id FROM reference_contracts
    WHERE seller_id = vendor_id AND purpose <> 'consume'
    GROUP BY vendor_id HAVING count(DISTINCT buyer_id) = 1 AND min(buyer_id) = {OURS}
"""
# they read contracts that the asker does not see, and give ids
FUNCTIONS = {"reached_contracts": REACHED_CONTRACTS, "sole_vendors": SOLE_VENDORS}

POLICIES = {
    "access_key": "key_id = current_setting('tieout.key_id', true)",
    # a draft is the channel owner's and its seller's alone
    "invoice": f"""
        seller_id = {OURS} OR (buyer_id = {OURS} AND (status_id NOT IN (0, 6) OR hop = 1))""",
    "summary_invoice": f"seller_id = {OURS} OR (buyer_id = {OURS} AND status_id <> 0)",
    "run": """run_id IN (
        SELECT run_id FROM invoice
        UNION ALL SELECT shown_run_id FROM invoice WHERE shown_run_id IS NOT NULL
    )""",
    "filed_match": f"party = {OURS}",
    "vendor_invoice": f"""
        (vendor, period, currency) IN (
            SELECT vendor_id, period, currency FROM invoice WHERE hop = 1 AND buyer_id = {OURS}
        )
        OR vendor IN (SELECT tieout_sole_vendors())""",
    "vendor_file": "(load_id, vendor) IN (SELECT load_id, vendor FROM vendor_invoice)",
    "line_decision": """
        (vendor, invoice_number) IN (SELECT vendor, invoice_number FROM vendor_invoice)""",
    "lake_file": f"""
        (owner_kind = 'snapshot' AND EXISTS (
            SELECT 1 FROM reference_organizations WHERE organization_id = {OURS}
        ))
        OR (owner_kind = 'run' AND owner_id IN (SELECT run_id FROM run))
        OR (owner_kind = 'load' AND owner_id IN (SELECT file_id FROM vendor_file))
        OR (owner_kind = 'match' AND owner_id IN (SELECT match_id FROM filed_match))""",
    "reference_organizations": f"""
        organization_id = {OURS}
        OR organization_id IN (SELECT seller_id FROM reference_contracts)
        OR organization_id IN (SELECT buyer_id FROM reference_contracts)
        OR organization_id IN {VENDORS}""",
    "reference_contracts": f"{PARTY} OR {REACHED}",
    "reference_subscriptions": REACHED,
    "reference_price_list": f"vendor_id IN {VENDORS}",
}
# nothing of these is read for a tenant: no policy, so no row for anybody but the owner
CLOSED = (
    *("answered_request", "audit_head", "billing_usage", "job", "load", "manual_line"),
    *("number_series", "overlap", "reference_orders", "reference_price_rules"),
    "reference_exchange_rates",
)


def upgrade() -> None:
    """Add the indexes; on PostgreSQL the policies."""
    for name in INDEXED:
        op.create_index(f"ix_reference_contracts_{name}", "reference_contracts", [name])
    if op.get_bind().dialect.name != "postgresql":
        return
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION tieout_{name}() RETURNS SETOF text LANGUAGE sql STABLE"
            f" SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$ {body} $$"
        )
    for table, condition in POLICIES.items():
        op.execute(f"CREATE POLICY tieout_tenant ON {table} FOR SELECT USING ({condition})")
    for table in (*POLICIES, *CLOSED):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
