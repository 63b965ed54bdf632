"""detail_line -> invoice, invoice_line and the tie-out certificate.

Reads `detail_line` (all hops), `placed_charge`, `chain_hop`, `minor_grain` and the reference files
by name; makes `invoice_line` hop by hop, then `invoice_digest` and `invoice_header`.
"""

from collections.abc import Iterator

import pyarrow as pa

from tieout.engine.duckdb import Engine, after, sql_text
from tieout.invoice.digest import digests_of_invoices
from tieout.quotient import Columns
from tieout.rounding import SqlOperands, policies

# Ids of invoices are UUIDs of version 5 in this namespace, so a rerun gives the same ones.
NAMESPACE = "5f0a9a9e-6a3c-5d0b-9f6e-7469656f7574"


def consolidate_hops(engine: Engine, *, period: str) -> Iterator[int]:
    """Make the view `hop_invoice_line` for hop 1, 2, ... and give the hop's number each time.

    One hop at a time, so that a large month's groups fit into memory. What the buyers see of the
    hop is digested before the next one.
    """
    engine.let(invoice_namespace=NAMESPACE, period=period)
    for name in ("invoice_key", "chain_invoice", "charge_set"):
        engine.table(name, sql_text("tieout.invoice", name))
    engine.view("invoiced_line", sql_text("tieout.invoice", "invoiced_line"))
    hops = engine.arrow("SELECT DISTINCT hop FROM invoice_key ORDER BY hop")["hop"].to_pylist()
    digests: dict[int, str] = {}
    for hop in hops:
        engine.let(hop=hop)
        for name in ("set_sum", "consolidated_group"):
            engine.table(name, sql_text("tieout.invoice", name))
        engine.view("consolidated_operand", sql_text("tieout.invoice", "consolidated_operand"))
        rounded, line = {"rounded_group": _rounded_group()}, "invoice_line"
        engine.view("hop_invoice_line", after(rounded, sql_text("tieout.invoice", line)))
        yield hop
        engine.run("DROP TABLE consolidated_group")
        digests |= digests_of_invoices(engine)
    engine.register(
        "invoice_said",
        pa.table(
            {
                "invoice_no": pa.array(digests.keys(), pa.int32()),
                "output_digest": pa.array(digests.values(), pa.string()),
            }
        ),
    )


def _rounded_group() -> str:
    """Compile the policy that rounds consolidated lines around its operands."""
    consolidated = policies()["consolidated"]
    columns = Columns(prefix="x", limbs=False)
    total = consolidated.add_to(columns, SqlOperands("total_units", minor_grain="minor_grain"))
    cost = consolidated.add_to(columns, SqlOperands("cost_units", minor_grain="cost_grain"))
    return (
        f"SELECT * EXCLUDE ({columns.names}), {total} AS rounded_units,"
        f" {cost} AS rounded_cost_units"
        f" FROM {columns.over('consolidated_operand')}"
    )


def issue_invoices(engine: Engine) -> None:
    """Make the digests and the headers of the invoices whose lines are in `invoice_line`."""
    engine.table(
        "invoice_digest",
        "SELECT invoice_id, output_digest FROM invoice_key JOIN invoice_said USING (invoice_no)",
    )
    engine.table("invoice_header", sql_text("tieout.invoice", "invoice_header"))
