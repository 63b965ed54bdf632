"""Control totals of a vendor invoice, read back: by file and by customer."""

from typing import Any

import pyarrow as pa
from sqlalchemy import select

from tieout.engine.duckdb import session, sql_text
from tieout.errors import NotFound
from tieout.pipeline.line_decisions import summed, told
from tieout.store import line_decisions, vendor_invoices
from tieout.store.catalog import lake_file, vendor_file, vendor_invoice
from tieout.store.house import House


def control_totals(house: House, invoice_number: str) -> dict[str, Any]:
    """Give the rows and sums of a vendor invoice as the files that count tell them.

    Sums are text, one per file and currency, and one per file, currency and customer; lines set
    aside are in them, and told beside them. Raises NotFound when no file names the invoice.
    """
    with house.catalog.read() as connection:
        rows = connection.execute(
            select(
                vendor_file.c.file_id,
                vendor_file.c.name,
                vendor_file.c.format,
                vendor_invoice.c.state,
                vendor_invoice.c.period,
                lake_file.c.path,
            )
            .join(vendor_invoice, vendor_invoices.told_by())
            .join(lake_file, lake_file.c.owner_id == vendor_file.c.file_id)
            .where(
                lake_file.c.kind == "control_total",
                vendor_invoice.c.invoice_number == invoice_number,
                vendor_invoice.c.state.in_(vendor_invoices.STANDING),
            )
            .order_by(vendor_file.c.name, vendor_file.c.file_id)
        ).all()
        aside = line_decisions.standing(connection, invoice_number=invoice_number)
    if not rows:
        raise NotFound(kind="vendor invoice", name=invoice_number)
    with session(house.scratch) as engine:
        names = ("file_id", "file", "format", "state", "period")
        engine.register(
            "counted_file", pa.table({n: [r[at] for r in rows] for at, n in enumerate(names)})
        )
        engine.parquet("control_total", sorted({house.lake.full(row.path) for row in rows}))
        engine.let(invoice_number=invoice_number)
        files = engine.arrow(sql_text("tieout.pipeline", "file_total")).to_pylist()
        customers = engine.arrow(sql_text("tieout.pipeline", "customer_total")).to_pylist()
    return {
        "invoiceNumber": invoice_number,
        "files": files,
        "customers": customers,
        "setAside": {**summed(aside), "lines": [told(one) for one in aside]},
    }
