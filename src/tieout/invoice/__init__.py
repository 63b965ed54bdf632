"""detail_line -> invoice, invoice_line and the tie-out certificate.

Reads `detail_line` (all hops), `minor_grain` and the reference files by name; makes
`invoice_line`, `invoice_digest` and `invoice_header`.
"""

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.invoice.digest import digests_by_number
from tieout.quotient import Columns
from tieout.rounding import SqlOperands, policies

# Ids of invoices are UUIDs of version 5 in this namespace, so a rerun gives the same ones.
NAMESPACE = "5f0a9a9e-6a3c-5d0b-9f6e-7469656f7574"


def issue_invoices(engine: Engine, *, period: str) -> None:
    """Make the consolidated lines, the digests and the headers of a period's invoices."""
    engine.let(invoice_namespace=NAMESPACE, period=period)
    engine.table("invoice_key", sql_text("tieout.invoice", "invoice_key"))
    engine.table("consolidated_group", sql_text("tieout.invoice", "consolidated_group"))
    engine.view("consolidated_operand", sql_text("tieout.invoice", "consolidated_operand"))
    consolidated = policies()["consolidated"]
    columns = Columns(prefix="x", limbs=False)
    total = consolidated.add_to(columns, SqlOperands("total_units", minor_grain="minor_grain"))
    cost = consolidated.add_to(columns, SqlOperands("cost_units", minor_grain="cost_grain"))
    engine.view(
        "rounded_group",
        f"SELECT * EXCLUDE ({columns.names}), {total} AS rounded_units,"
        f" {cost} AS rounded_cost_units"
        f" FROM {columns.over('consolidated_operand')}",
    )
    engine.table("invoice_line", sql_text("tieout.invoice", "invoice_line"))
    digests = digests_by_number(engine, sql_text("tieout.invoice", "said_line"))
    engine.register(
        "invoice_said",
        pa.table(
            {
                "invoice_no": pa.array(digests.keys(), pa.int32()),
                "output_digest": pa.array(digests.values(), pa.string()),
            }
        ),
    )
    engine.table(
        "invoice_digest",
        "SELECT invoice_id, output_digest FROM invoice_key JOIN invoice_said USING (invoice_no)",
    )
    engine.table("invoice_header", sql_text("tieout.invoice", "invoice_header"))
