"""Documents made by hand in the catalog: credit notes, debit memos and custom invoices.

Each has a run of its own, of kind `document`: its lake files and its header are published together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from tieout.money import written_total
from tieout.store import manifest
from tieout.store.catalog import DOCUMENT, VENDOR_LINES, invoice, lake_file, run
from tieout.store.lake import LakeFile
from tieout.store.workflow import STATUS_NAMES, Header


def count_documents(connection: Connection) -> int:
    """Give how many documents were made by hand so far."""
    counted = select(func.count()).select_from(run).where(run.c.kind == DOCUMENT)
    return connection.scalar(counted) or 0


def publish_document(
    connection: Connection,
    header: Mapping[str, Any],
    *,
    snapshot_id: int,
    created_at: str,
    files: Sequence[LakeFile],
    by: str,
) -> None:
    """Name a document's lake files and add its header."""
    digests = {name: header[name] for name in ("input_digest", "output_digest")}
    values = {
        "run_id": header["run_id"],
        "period": header["period"],
        "kind": DOCUMENT,
        "snapshot_id": snapshot_id,
        "created_at": created_at,
        **digests,
        "certificate": "{}",
        "summary": "{}",
    }
    manifest.publish_run(connection, values, files=files, by=by)
    connection.execute(insert(invoice).values(**header))


def remove_draft(connection: Connection, header: Header) -> None:
    """Remove a draft's header and the names of its lake files; its run stays, without any."""
    owned = (lake_file.c.owner_kind == "run", lake_file.c.owner_id == header["run_id"])
    connection.execute(delete(invoice).where(invoice.c.invoice_id == header["invoice_id"]))
    connection.execute(delete(lake_file).where(*owned))
    connection.execute(update(run).where(run.c.run_id == header["run_id"]).values(is_current=0))


def snapshot_of(connection: Connection, header: Header) -> int:
    """Give the snapshot that an invoice shows: that of the run it is shown with."""
    shown = header["shown_run_id"] or header["run_id"]
    return int(connection.scalar(select(run.c.snapshot_id).where(run.c.run_id == shown)) or 0)


def family_of(connection: Connection, header: Header) -> dict[str, str]:
    """Give the run of each document by its id: all that an invoice corrects or is corrected by."""
    root = dict(header)
    while root["credits_invoice_id"] is not None:
        above = select(invoice).where(invoice.c.invoice_id == root["credits_invoice_id"])
        root = dict(connection.execute(above).mappings().one())
    runs, newest = {root["invoice_id"]: root["run_id"]}, [root["invoice_id"]]
    while newest:
        found = connection.execute(
            select(invoice.c.invoice_id, invoice.c.run_id).where(
                invoice.c.credits_invoice_id.in_(newest)
            )
        ).all()
        newest = [one.invoice_id for one in found]
        runs |= {one.invoice_id: one.run_id for one in found}
    return runs


def documents_of(connection: Connection, *, period: str) -> list[dict[str, Any]]:
    """Give the documents made by hand about a period, as its certificate tells them."""
    order = ("hop", "seller_id", "buyer_id", "invoice_date", "invoice_id")
    rows = connection.execute(
        select(invoice)
        .where(invoice.c.period == period, invoice.c.source_id != VENDOR_LINES)
        .order_by(*(invoice.c[name] for name in order))
    ).mappings()
    return [told(dict(row)) for row in rows]


def told(header: Header) -> dict[str, Any]:
    """Give a document as JSON values."""
    return {
        "invoiceId": header["invoice_id"],
        "invoiceNumber": header["invoice_number"],
        "documentType": header["document_type"],
        "invoiceSourceId": header["source_id"],
        "creditsInvoiceId": header["credits_invoice_id"],
        "status": STATUS_NAMES[header["status_id"]],
        "statusId": header["status_id"],
        "period": header["period"],
        "invoiceDate": header["invoice_date"],
        "hop": header["hop"],
        "providerId": header["seller_id"],
        "consumerId": header["buyer_id"],
        "totalAmount": written_total(header["total_amount"], header["currency"]),
        "currency": header["currency"],
        "rowCount": header["row_count"],
    }
