"""detail_line -> invoice, invoice_line and the tie-out certificate.

Reads `detail_line` (all hops), `placed_charge`, `chain_hop`, `minor_grain` and the reference files
by name; makes `invoice_line` hop by hop, then `invoice_digest` and `invoice_header`. A document
made by hand goes the same way, from `document_line`.
"""

from collections.abc import Iterator

import pyarrow as pa

from tieout.engine.duckdb import Engine, after, sql_text
from tieout.invoice.digest import digests_of_invoices, look_at_row_ids
from tieout.quotient import Columns
from tieout.rounding import SqlOperands, policies
from tieout.tables import CHARGE, DETAIL_LINE

# Ids of invoices are UUIDs of version 5 in this namespace, so a rerun gives the same ones.
NAMESPACE = "5f0a9a9e-6a3c-5d0b-9f6e-7469656f7574"


def consolidate_hops(engine: Engine, *, period: str) -> Iterator[int]:
    """Make the view `hop_invoice_line` for hop 1, 2, ... and give the hop's number each time.

    One hop at a time, so that a large month's groups fit into memory. What the buyers see of the
    hop is digested before the next one.
    """
    engine.let(invoice_namespace=NAMESPACE, period=period)
    engine.table("invoice_key", sql_text("tieout.invoice", "invoice_key"))
    yield from _consolidate(engine)


def _consolidate(engine: Engine) -> Iterator[int]:
    """Do what `consolidate_hops` does for the invoices in `invoice_key`."""
    for name in ("chain_invoice", "charge_set"):
        engine.table(name, sql_text("tieout.invoice", name))
    engine.view("invoiced_line", sql_text("tieout.invoice", "invoiced_line"))
    look_at_row_ids(engine)
    hops = engine.arrow("SELECT DISTINCT hop FROM invoice_key ORDER BY hop")["hop"].to_pylist()
    digests: dict[int, str] = {}
    for hop in hops:
        engine.let(hop=hop)
        for name in ("set_sum", "consolidated_group"):
            engine.table(name, sql_text("tieout.invoice", name))
        engine.view("consolidated_operand", sql_text("tieout.invoice", "consolidated_operand"))
        rounded, line = {"rounded_group": rounded_group("consolidated_operand")}, "invoice_line"
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


def rounded_group(operand: str) -> str:
    """Give SQL that adds the rounded total and cost to the groups in a relation.

    It has `total_units`, `cost_units` (10^-18, perhaps null), `minor_grain` and `cost_grain`.
    """
    consolidated = policies()["consolidated"]
    columns = Columns(prefix="x", limbs=False)
    total = consolidated.add_to(columns, SqlOperands("total_units", minor_grain="minor_grain"))
    cost = consolidated.add_to(columns, SqlOperands("cost_units", minor_grain="cost_grain"))
    return (
        f"SELECT * EXCLUDE ({columns.names}), {total} AS rounded_units,"
        f" {cost} AS rounded_cost_units"
        f" FROM {columns.over(operand)}"
    )


def issue_invoices(engine: Engine) -> None:
    """Make the digests and the headers of the invoices whose lines are in `invoice_line`."""
    engine.table(
        "invoice_digest",
        "SELECT invoice_id, output_digest FROM invoice_key JOIN invoice_said USING (invoice_no)",
    )
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
    engine.view("placed_charge", sql_text("tieout.invoice", "document_group"))
    engine.view("charge", "SELECT * EXCLUDE (chain_no, set_no) FROM placed_charge")
    for name in ("chain_hop", "invoice_key"):
        engine.table(name, sql_text("tieout.invoice", f"document_{name.partition('_')[2]}"))
    for _ in _consolidate(engine):
        engine.table("invoice_line", "SELECT * FROM hop_invoice_line")
    engine.view("document_invoice_line", sql_text("tieout.invoice", "document_invoice_line"))
    issue_invoices(engine)
