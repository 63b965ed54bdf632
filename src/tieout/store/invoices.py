"""Invoice headers in the catalog: drafts are replaced, verified invoices never."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select, update

from tieout.errors import Conflict
from tieout.store.catalog import (
    DRAFTS,
    ESTIMATE,
    ISSUED,
    NEW,
    NEW_CORRECTED,
    VENDOR_LINES,
    VERIFIED,
    invoice,
)
from tieout.store.database import insert_rows
from tieout.store.workflow import take_numbers, written_number

START_STATUS = {"new": NEW, "verified": VERIFIED, "issued": ISSUED}
NOT_KEPT = ("start_status", "vendor_invoice_number", "is_corrected")  # of a run's header
ROWS_SAME = ("output_digest", "cost_amount", "margin_amount")  # where they are, rows are the same


def replace_invoices(
    connection: Connection, headers: Iterable[Mapping[str, Any]], *, period: str, now: str
) -> None:
    """Put a run's headers in the place of the period's drafts, documents by hand left alone.

    A draft with lines that persons typed is New Corrected. A verified invoice stays as it is when
    its digest is the same; the vendor's own documents (hop 1) follow the vendor's lines. An
    estimate is a draft, whatever its contract says. Raises Conflict when a verified invoice would
    change.
    """
    of_runs = (invoice.c.period == period, invoice.c.source_id == VENDOR_LINES)
    found = connection.execute(select(invoice).where(*of_runs)).mappings()
    before = {row["invoice_id"]: dict(row) for row in found}
    fresh, kept = [], set()
    for header in headers:
        known = before.get(header["invoice_id"])
        follows = header["document_type"] == ESTIMATE and header["hop"] == 1
        if known is None or known["status_id"] in DRAFTS or follows:
            fresh.append(_started(connection, header, known=known, now=now))
            continue
        kept.add(header["invoice_id"])
        _keep_verified(connection, header, known=known, now=now)
    for invoice_id, row in before.items():
        if invoice_id not in kept and row["status_id"] not in DRAFTS and row["hop"] > 1:
            raise Conflict(reason=f"verified invoice {row['invoice_number']} would lose its lines")
    replaced = [invoice_id for invoice_id in before if invoice_id not in kept]
    for start in range(0, len(replaced), 500):
        part = replaced[start : start + 500]
        connection.execute(delete(invoice).where(invoice.c.invoice_id.in_(part)))
    if fresh:
        names = list(fresh[0])
        rows = ([header[name] for name in names] for header in fresh)
        insert_rows(connection, invoice, names=names, rows=rows)


def _keep_verified(
    connection: Connection, header: Mapping[str, Any], *, known: Mapping[str, Any], now: str
) -> None:
    """Point a verified invoice at the new run; its figures must be the same from hop 2 on.

    Its rows stay to the byte, so names are still those that the run it was verified with knew.
    """
    changes: dict[str, Any] = {"run_id": header["run_id"]}
    if changes["run_id"] == known["run_id"]:
        return
    if all(known[name] == header[name] for name in ROWS_SAME):
        changes["shown_run_id"] = known["shown_run_id"] or known["run_id"]
    if header["document_type"] == ESTIMATE:
        raise Conflict(
            reason=f"verified invoice {known['invoice_number']} would become an estimate"
        )
    if known["output_digest"] != header["output_digest"]:
        if known["hop"] > 1:
            raise Conflict(
                reason=f"invoice {known['invoice_number']} is verified at {known['total_amount']}"
                f" {known['currency']} and would become {header['total_amount']};"
                " verified invoices never change"
            )
        fixed = ("status_id", "invoice_number", "verified_at", "issued_at")
        changes = {k: v for k, v in header.items() if k not in (*fixed, *NOT_KEPT)}
        changes["shown_run_id"] = None
        changes |= {"changed_at": now, "revision": known["revision"] + 1}
    connection.execute(
        update(invoice).where(invoice.c.invoice_id == known["invoice_id"]).values(**changes)
    )


def _started(
    connection: Connection, header: Mapping[str, Any], *, known: Mapping[str, Any] | None, now: str
) -> dict[str, Any]:
    """Give a header its starting status, and a number once it starts verified."""
    values = {k: v for k, v in header.items() if k not in NOT_KEPT}
    is_estimate = header["document_type"] == ESTIMATE
    status = NEW if is_estimate else START_STATUS[header["start_status"]]
    if header["is_corrected"]:
        status = NEW_CORRECTED
    same = known is not None and all(
        known[name] == header[name] for name in ("output_digest", "document_type")
    )
    values |= {
        "status_id": status,
        "invoice_number": None,
        "verified_at": None if status in DRAFTS else now,
        "issued_at": now if status == ISSUED else None,
        "changed_at": known["changed_at"] if known is not None and same else now,
        "revision": 1 if known is None else known["revision"] + (not same),
    }
    if status not in DRAFTS:
        values["invoice_number"] = header["vendor_invoice_number"] or _next_number(
            connection, header
        )
    return values


def _next_number(connection: Connection, header: Mapping[str, Any]) -> str:
    """Take the next number of the seller's series for the month."""
    seller_id, month = header["seller_id"], header["invoice_date"][:7]
    last = take_numbers(connection, seller_id=seller_id, series=month, count=1)
    return written_number(seller_id, month, number=last + 1)
