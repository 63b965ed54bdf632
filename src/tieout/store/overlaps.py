"""Rows that two vendor files share, both billed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select

from tieout.store.catalog import overlap, vendor_file, vendor_invoice
from tieout.store.vendor_invoices import told_by

PAIR = ("file_id", "invoice_number", "other_file_id", "other_invoice_number", "currency")


def add_overlaps(
    connection: Connection, overlaps: Sequence[Mapping[str, Any]], *, load_id: int
) -> None:
    """Record the rows that files of a load share with each other and with files before."""
    names = [column.name for column in overlap.columns if column.name != "load_id"]
    for found in overlaps:
        connection.execute(
            insert(overlap).values(load_id=load_id, **{name: found[name] for name in names})
        )


def overlaps_of(connection: Connection, *, period: str) -> list[dict[str, Any]]:
    """Give the rows that two files share, both billed, at least one of them in a period."""
    told = (
        select(vendor_file.c.file_id, vendor_file.c.name, vendor_invoice)
        .join(vendor_invoice, told_by())
        .where(vendor_invoice.c.state == "current")
    )
    one, other = told.subquery("one"), told.subquery("other")
    rows = connection.execute(
        select(
            one.c.name.label("file"),
            overlap.c.file_id.label("fileId"),
            overlap.c.invoice_number.label("invoiceNumber"),
            other.c.name.label("otherFile"),
            overlap.c.other_file_id.label("otherFileId"),
            overlap.c.other_invoice_number.label("otherInvoiceNumber"),
            overlap.c.rows,
            overlap.c.currency,
            overlap.c.subtotal.label("amount"),
        )
        .join(
            one,
            and_(
                one.c.file_id == overlap.c.file_id,
                one.c.invoice_number == overlap.c.invoice_number,
            ),
        )
        .join(
            other,
            and_(
                other.c.file_id == overlap.c.other_file_id,
                other.c.invoice_number == overlap.c.other_invoice_number,
            ),
        )
        .where(or_(one.c.period == period, other.c.period == period))
        .distinct()
        .order_by(*(overlap.c[name] for name in PAIR), one.c.name, other.c.name)
    ).mappings()
    return [dict(row) for row in rows]
