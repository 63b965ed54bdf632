"""The moves of an invoice's status, and the numbers that verified invoices get.

Source: reporting-api.md 8.1. The database refuses any other move too (migration 0006).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, or_, select, update

from tieout.errors import Conflict, NotFound
from tieout.store import audit
from tieout.store.audit import Event, Signed
from tieout.store.catalog import (
    CARD_ERROR,
    DRAFTS,
    ISSUED,
    PAID,
    VENDOR_LINES,
    VERIFIED,
    audit_entry,
    invoice,
    number_series,
)

STATUS_NAMES = {
    0: "New",
    VERIFIED: "Verified",
    ISSUED: "Issued",
    PAID: "Paid",
    CARD_ERROR: "Payment Card Error",
    6: "New Corrected",
}
FOLLOWS = "follows the vendor's lines"  # why the vendor's own documents change or go
WITHDRAW = "withdraw"  # in the audit: of the vendor's own documents, which follow its lines
Header = Mapping[str, Any]  # a row of `invoice`
# what of a header never changes once it is verified, beside the figures that are kept by name
FROZEN = (
    *("period", "hop", "seller_id", "seller_name", "buyer_id", "buyer_name", "contract_id"),
    *("contract_type_name", "vendor_id", "vendor_name", "currency", "minor_digits"),
    *("invoice_date", "due_date", "document_type", "source_id", "credits_invoice_id"),
    *("order_id", "order_number", "detail_total", "rounding_residual", "row_count"),
    *("detail_count", "tax_zone", "tax_rate", "payment_terms_days", "description"),
)


@dataclass(frozen=True)
class Move:
    """One move: from which statuses to which, and the column that keeps when."""

    action: str
    sources: tuple[int, ...]
    target: int
    time_column: str | None


MOVES = {
    move.action: move
    for move in (
        Move("verify", DRAFTS, VERIFIED, "verified_at"),
        Move("issue", (VERIFIED,), ISSUED, "issued_at"),
        Move("pay", (VERIFIED, ISSUED, CARD_ERROR), PAID, "paid_at"),
        Move("card-error", (VERIFIED, ISSUED), CARD_ERROR, None),
    )
}


def find_invoices(connection: Connection, names: Sequence[str]) -> list[Header]:
    """Give invoices by id or number, in the order of `names`.

    Raises NotFound for a name that none has, Conflict for a number that several sellers gave.
    """
    found: list[Header] = []
    for name in dict.fromkeys(names):
        named = or_(invoice.c.invoice_id == name, invoice.c.invoice_number == name)
        rows = connection.execute(select(invoice).where(named)).mappings().all()
        if not rows:
            raise NotFound(kind="invoice", name=name)
        if len(rows) > 1:
            ids = ", ".join(sorted(row["invoice_id"] for row in rows))
            raise Conflict(reason=f"several invoices have the number {name}: {ids}; name one by id")
        found.append(dict(rows[0]))
    return found


def invoices_of(connection: Connection, *, period: str, drafts_only: bool = False) -> list[Header]:
    """Give a period's invoices by hop, seller, buyer and currency."""
    wanted: Select[Any] = select(invoice).where(invoice.c.period == period)
    if drafts_only:
        wanted = wanted.where(invoice.c.status_id.in_(DRAFTS))
    order = ("hop", "seller_id", "buyer_id", "vendor_id", "currency", "invoice_id")
    rows = connection.execute(wanted.order_by(*(invoice.c[name] for name in order))).mappings()
    return [dict(row) for row in rows]


def accepted_parked(connection: Connection, *, period: str) -> list[dict[str, Any]]:
    """Give the invoices of a period that were verified though lines were parked, and why."""
    columns = {
        "invoiceId": invoice.c.invoice_id,
        "invoiceNumber": invoice.c.invoice_number,
        "reason": invoice.c.accepted_parked,
    }
    rows = connection.execute(
        select(*(column.label(name) for name, column in columns.items()))
        .where(invoice.c.period == period, invoice.c.accepted_parked.is_not(None))
        .order_by(invoice.c.invoice_number)
    ).mappings()
    return [dict(row) for row in rows]


def move_invoices(
    connection: Connection,
    headers: Sequence[Header],
    *,
    move: Move,
    signed: Signed,
    accepted: Mapping[str, str] | None = None,
) -> None:
    """Move invoices to a status, each from what it was read as, and record it in the audit.

    `accepted` says by invoice why it is verified though lines are parked. Raises Conflict, with
    nothing moved, when one cannot make the move.
    """
    wrong = [header for header in headers if header["status_id"] not in move.sources]
    if wrong:
        said = STATUS_NAMES[wrong[0]["status_id"]]
        name = wrong[0]["invoice_number"] or wrong[0]["invoice_id"]
        raise Conflict(
            reason=f"invoice {name} is {said}: it cannot become {STATUS_NAMES[move.target]}"
        )
    added = {move.time_column: signed.at} if move.time_column else {}
    numbers, why = {}, accepted or {}
    if move.target == VERIFIED:
        numbers = _numbers(connection, headers)
    rows = [
        {"its_id": one, "its_number": numbers.get(one), "its_reason": why.get(one)}
        for one in (header["invoice_id"] for header in headers)
    ]
    _update(connection, rows, move=move, values=added, at=signed.at)
    events = []
    for header in headers:
        after = {"status": STATUS_NAMES[move.target], **added}
        if header["invoice_id"] in why:
            after["accepted_parked"] = why[header["invoice_id"]]
        if header["invoice_id"] in numbers:
            after |= as_verified({**header, "invoice_number": numbers[header["invoice_id"]]})
        before = {"status": STATUS_NAMES[header["status_id"]]}
        events.append(
            Event(move.action, "invoice", header["invoice_id"], before=before, after=after)
        )
    audit.record(connection, events, signed=signed)


def withdrawn(header: Header) -> Event:
    """Tell that a verified document of the vendor's is there no more."""
    said = {"status": STATUS_NAMES[header["status_id"]]}
    said |= {name: header[name] for name in ("invoice_number", "total_amount", "currency")}
    return Event(WITHDRAW, "invoice", header["invoice_id"], before=said)


def as_verified(header: Header) -> dict[str, Any]:
    """Give what the audit keeps of an invoice that is verified.

    A header about to be added may lack what the catalog fills in.
    """
    names = ("hop", "invoice_number", "total_amount", "currency", "output_digest")
    added = {**dict.fromkeys(FROZEN), "source_id": VENDOR_LINES, **header}
    return {**{name: header[name] for name in names}, "frozen": frozen_digest(added)}


def frozen_digest(header: Header) -> str:
    """Give the SHA-256 of what of a header never changes once it is verified."""
    text = json.dumps([header[name] for name in FROZEN], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _update(
    connection: Connection,
    rows: Sequence[Mapping[str, str | None]],
    *,
    move: Move,
    values: Mapping[str, Any],
    at: str,
) -> None:
    """Move the invoices of `rows`; who is verified gets `its_number`, and `its_reason` perhaps."""
    columns: dict[str, Any] = {
        "status_id": move.target,
        "changed_at": at,
        "revision": invoice.c.revision + 1,
        **values,
    }
    if move.target == VERIFIED:
        columns["invoice_number"] = bindparam("its_number")
        columns["accepted_parked"] = bindparam("its_reason")
    else:
        rows = [{"its_id": row["its_id"]} for row in rows]
    statement = update(invoice).where(invoice.c.invoice_id == bindparam("its_id"))
    if rows:
        connection.execute(statement.values(**columns), rows)


def _numbers(connection: Connection, headers: Sequence[Header]) -> dict[str, str]:
    """Give each invoice the next number of its seller's series for the month of its date.

    A document of the vendor's that was withdrawn and is there again has its number again.
    """
    had = {header["invoice_id"]: number_had(connection, header) for header in headers}
    numbers = {invoice_id: number for invoice_id, number in had.items() if number}
    series: dict[tuple[str, str], list[Header]] = defaultdict(list)
    for header in headers:
        if header["invoice_id"] not in numbers:
            series[header["seller_id"], header["invoice_date"][:7]].append(header)
    for (seller_id, month), own in series.items():
        last = take_numbers(connection, seller_id=seller_id, series=month, count=len(own))
        for number, header in enumerate(own, start=last + 1):
            numbers[header["invoice_id"]] = written_number(seller_id, month, number=number)
    return numbers


def number_had(connection: Connection, header: Header) -> str | None:
    """Give the number of its series that a document of the vendor's had when it was withdrawn."""
    if header["hop"] > 1:
        return None
    begin = f"{header['seller_id']}-{header['invoice_date'][:7]}-"
    told = connection.execute(
        select(audit_entry.c.before)
        .where(audit_entry.c.subject_kind == "invoice", audit_entry.c.action == WITHDRAW)
        .where(audit_entry.c.subject_id == header["invoice_id"])
        .order_by(audit_entry.c.entry_no.desc())
    ).scalars()
    numbers = [json.loads(before).get("invoice_number") or "" for before in told]
    return next((number for number in numbers if number.startswith(begin)), None)


def written_number(seller_id: str, month: str, *, number: int) -> str:
    """Write a number of a seller's series of a month (yyyy-mm)."""
    return f"{seller_id}-{month}-{number:04d}"


def take_numbers(connection: Connection, *, seller_id: str, series: str, count: int) -> int:
    """Take numbers from a seller's series; give the last one taken before.

    No number is lost or given twice: they are taken in the transaction that uses them.
    """
    which = (number_series.c.seller_id == seller_id, number_series.c.series == series)
    query = select(number_series.c.last_number).where(*which).with_for_update()
    last: int | None = connection.scalar(query)
    if last is None:
        connection.execute(
            insert(number_series).values(seller_id=seller_id, series=series, last_number=count)
        )
        return 0
    connection.execute(update(number_series).where(*which).values(last_number=last + count))
    return last
