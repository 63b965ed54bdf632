"""Invoice headers in the catalog: drafts are replaced, verified invoices never."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, select, update

from tieout.errors import Conflict
from tieout.store import audit
from tieout.store.audit import Event, Signed
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
from tieout.store.workflow import (
    FOLLOWS,
    STATUS_NAMES,
    Header,
    as_verified,
    number_had,
    take_numbers,
    withdrawn,
    written_number,
)

START_STATUS = {"new": NEW, "verified": VERIFIED, "issued": ISSUED}
NOT_KEPT = ("start_status", "vendor_invoice_number", "is_corrected")  # of a run's header
CHANGE = "change"  # of the vendor's own verified documents, in the audit
ROWS_SAME = ("output_digest", "cost_amount", "margin_amount")  # where they are, rows are the same

Told = tuple[str, Event]  # why, and what


def replace_invoices(
    connection: Connection, headers: Iterable[Header], *, period: str, signed: Signed
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
    fresh, kept, told = [], set(), []
    for header in headers:
        known = before.get(header["invoice_id"])
        follows = header["document_type"] == ESTIMATE and header["hop"] == 1
        if known is None or known["status_id"] in DRAFTS or follows:
            fresh.append(_started(connection, header, known=known, now=signed.at))
            told += _start(header, fresh[-1], known=known)
            continue
        kept.add(header["invoice_id"])
        told += _keep_verified(connection, header, known=known, now=signed.at)
    told = _withdrawn(before, fresh=fresh, kept=kept) + told
    replaced = [invoice_id for invoice_id in before if invoice_id not in kept]
    for start in range(0, len(replaced), 500):
        part = replaced[start : start + 500]
        connection.execute(delete(invoice).where(invoice.c.invoice_id.in_(part)))
    if fresh:
        names = list(fresh[0])
        rows = ([header[name] for name in names] for header in fresh)
        insert_rows(connection, invoice, names=names, rows=rows)
    for reason in dict.fromkeys(reason for reason, _ in told):
        events = [event for its_reason, event in told if its_reason == reason]
        audit.record(connection, events, signed=replace(signed, reason=reason))


def _withdrawn(
    before: Mapping[str, Header], *, fresh: Sequence[Header], kept: Collection[str]
) -> list[Told]:
    """Tell which of the vendor's verified documents are there no more, or are drafts again.

    Raises Conflict when another verified invoice would lose its lines.
    """
    verified = {header["invoice_id"] for header in fresh if header["status_id"] not in DRAFTS}
    told = []
    for invoice_id, row in before.items():
        if row["status_id"] in DRAFTS or invoice_id in kept or invoice_id in verified:
            continue
        if row["hop"] > 1:
            raise Conflict(reason=f"verified invoice {row['invoice_number']} would lose its lines")
        told.append((FOLLOWS, withdrawn(row)))
    return told


def _start(header: Header, started: Header, *, known: Header | None) -> list[Told]:
    """Tell of an invoice that starts verified, and why it does."""
    if started["status_id"] in DRAFTS:
        return []
    reason = "its contract starts it so"
    if header["order_id"] is not None:
        reason = "an order's own invoice starts so"
    elif header["hop"] == 1:
        reason = "the vendor's own document"
    before = {"status": STATUS_NAMES[known["status_id"]]} if known else {}
    after = {"status": STATUS_NAMES[started["status_id"]], **as_verified(started)}
    event = Event("verify", "invoice", started["invoice_id"], before=before, after=after)
    return [(reason, event)]


def _keep_verified(
    connection: Connection, header: Header, *, known: Header, now: str
) -> list[Told]:
    """Point a verified invoice at the new run; its figures must be the same from hop 2 on.

    Its rows stay to the byte, so names are still those that the run it was verified with knew.
    Tells what changed of a document of the vendor's.
    """
    changes: dict[str, Any] = {"run_id": header["run_id"]}
    if changes["run_id"] == known["run_id"]:
        return []
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
    was, now_is = as_verified(known), as_verified({**known, **changes})
    changed = [name for name in was if was[name] != now_is[name]]
    if not changed:
        return []
    said = ({name: values[name] for name in changed} for values in (was, now_is))
    return [(FOLLOWS, Event(CHANGE, "invoice", known["invoice_id"], *said))]


def _started(
    connection: Connection, header: Header, *, known: Header | None, now: str
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


def _next_number(connection: Connection, header: Header) -> str:
    """Take the next number of the seller's series for the month, or the one it had before."""
    if had := number_had(connection, header):
        return had
    seller_id, month = header["seller_id"], header["invoice_date"][:7]
    last = take_numbers(connection, seller_id=seller_id, series=month, count=1)
    return written_number(seller_id, month, number=last + 1)
