"""detail_line -> invoice, invoice_line and the tie-out certificate.

Reads `charge`, `detail_line` (all hops), `minor_grain` and the reference files by name; makes
`invoice_line`, `invoice_digest` and `invoice_header`. A document made by hand goes the same way,
from `document_line`.
"""

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.invoice.digest import digests_by_number
from tieout.quotient import Columns
from tieout.rounding import SqlOperands, policies
from tieout.tables import CHARGE, DETAIL_LINE

# Ids of invoices are UUIDs of version 5 in this namespace, so a rerun gives the same ones.
NAMESPACE = "5f0a9a9e-6a3c-5d0b-9f6e-7469656f7574"


def issue_invoices(engine: Engine, *, period: str) -> None:
    """Make the consolidated lines, the digests and the headers of a period's invoices."""
    engine.let(invoice_namespace=NAMESPACE, period=period)
    engine.table("invoice_key", sql_text("tieout.invoice", "invoice_key"))
    _consolidate(engine)
    engine.table("invoice_header", sql_text("tieout.invoice", "invoice_header"))


def issue_document(engine: Engine, *, invoice_id: str, date: str) -> None:
    """Make the lines, the digest and the header of a document made by hand, dated `date`.

    Reads `document_line`: charge and detail line in one row, in order. Makes `document_charge`,
    `detail_line` and `document_invoice_line` to keep, and `invoice_header`. What differs in `part`
    stands in a group of its own.
    """
    engine.let(invoice_id=invoice_id, next_month=date)
    charge = ", ".join(f'"{name}"' for name in CHARGE.names)
    detail = ", ".join(f'"{name}"' for name in DETAIL_LINE.names)
    engine.view("document_charge", f"SELECT {charge} FROM document_line ORDER BY charge_no")
    engine.view("detail_line", f"SELECT {detail} FROM document_line ORDER BY charge_no")
    engine.view("charge", sql_text("tieout.invoice", "document_group"))
    engine.table("invoice_key", sql_text("tieout.invoice", "document_key"))
    _consolidate(engine)
    engine.view("document_invoice_line", sql_text("tieout.invoice", "document_invoice_line"))
    engine.table("invoice_header", sql_text("tieout.invoice", "invoice_header"))


def _consolidate(engine: Engine) -> None:
    """Make the consolidated lines and the digests of the invoices in `invoice_key`."""
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
