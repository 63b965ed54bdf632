"""detail_line -> invoice, invoice_line and the tie-out certificate.

Reads `detail_line` (all hops), `minor_grain` and the reference files by name; makes
`invoice_line`, `invoice_digest` and `invoice_header`.
"""

from tieout.engine.duckdb import Engine, sql_text
from tieout.rounding import Columns, SqlOperands, policies

# Ids of invoices are UUIDs of version 5 in this namespace, so a rerun gives the same ones.
NAMESPACE = "5f0a9a9e-6a3c-5d0b-9f6e-7469656f7574"


def issue_invoices(engine: Engine, *, period: str) -> None:
    """Make the consolidated lines, the digests and the headers of a period's invoices."""
    engine.let(invoice_namespace=NAMESPACE, period=period)
    engine.table("consolidated_group", sql_text("tieout.invoice", "consolidated_group"))
    engine.view("consolidated_operand", sql_text("tieout.invoice", "consolidated_operand"))
    consolidated = policies()["consolidated"]
    columns = Columns(prefix="x")
    total = consolidated.add_to(columns, SqlOperands("total_units", minor_grain="minor_grain"))
    cost = consolidated.add_to(columns, SqlOperands("cost_units", minor_grain="cost_grain"))
    engine.view(
        "rounded_group",
        f"SELECT * EXCLUDE ({columns.names}), {total} AS rounded_units,"
        f" {cost} AS rounded_cost_units"
        f" FROM {columns.over('consolidated_operand')}",
    )
    engine.table("invoice_line", sql_text("tieout.invoice", "invoice_line"))
    engine.table("invoice_digest", sql_text("tieout.invoice", "invoice_digest"))
    engine.table("invoice_header", sql_text("tieout.invoice", "invoice_header"))
