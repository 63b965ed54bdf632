"""Summary invoices in the catalog: verified invoices of one provider, consumer and currency joined.

Source: reporting-api.md 4.3 and 6.6. The database refuses any other change too (migration 0014).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from tieout.errors import Conflict, NotFound
from tieout.money import written_total
from tieout.store import audit
from tieout.store.audit import Event, Signed
from tieout.store.catalog import NEW, VERIFIED, invoice, summary_invoice
from tieout.store.workflow import STATUS_NAMES, Move, take_numbers, written_number

KIND = "summary_invoice"  # in the audit
SERIES = "S-"  # before the month, in a seller's series of summaries
NAMED = (  # that the audit tells
    *("seller_id", "buyer_id", "currency", "invoice_date", "total_amount", "rounding_residual"),
    "included_count",
)
Summary = Mapping[str, Any]  # a row of `summary_invoice`


def find_summaries(connection: Connection, names: Sequence[str]) -> list[Summary]:
    """Give summaries by id or number, in the order of `names`. Raises NotFound."""
    found: list[Summary] = []
    for name in dict.fromkeys(names):
        named = or_(summary_invoice.c.summary_id == name, summary_invoice.c.summary_number == name)
        row = connection.execute(select(summary_invoice).where(named)).mappings().first()
        if row is None:
            raise NotFound(kind="summary invoice", name=name)
        found.append(dict(row))
    return found


def are_summaries(connection: Connection, names: Sequence[str]) -> bool:
    """Say whether the names are those of summaries. Raises Conflict when only some are."""
    table = summary_invoice.c
    rows = connection.execute(
        select(table.summary_id, table.summary_number).where(
            or_(table.summary_id.in_(names), table.summary_number.in_(names))
        )
    )
    known = {name for row in rows for name in row}
    found = [name for name in names if name in known]
    if found and len(found) < len(names):
        other = next(name for name in names if name not in known)
        raise Conflict(reason=f"{found[0]} is a summary invoice and {other} is not: name one kind")
    return bool(found)


def list_summaries(connection: Connection) -> list[Summary]:
    """Give every summary by date, seller and buyer."""
    order = ("invoice_date", "seller_id", "buyer_id", "currency", "summary_id")
    query = select(summary_invoice).order_by(*(summary_invoice.c[name] for name in order))
    return [dict(row) for row in connection.execute(query).mappings()]


def joined_ids(connection: Connection, summary_ids: Sequence[str]) -> dict[str, list[str]]:
    """Give the ids of the invoices joined in each summary, by date."""
    query = (
        select(invoice.c.summary_id, invoice.c.invoice_id)
        .where(invoice.c.summary_id.in_(summary_ids))
        .order_by(invoice.c.invoice_date, invoice.c.invoice_id)
    )
    found: dict[str, list[str]] = {summary_id: [] for summary_id in summary_ids}
    for summary_id, invoice_id in connection.execute(query):
        found[summary_id].append(invoice_id)
    return found


def add_summary(
    connection: Connection, values: Summary, *, invoice_ids: Sequence[str], signed: Signed
) -> None:
    """Add a summary in New and name it on its invoices."""
    connection.execute(insert(summary_invoice).values(**values))
    wanted = invoice.c.invoice_id.in_(invoice_ids)
    _touch(connection, wanted, at=signed.at, summary_id=values["summary_id"])
    said = {name: values[name] for name in NAMED} | {"invoices": list(invoice_ids)}
    event = Event("summarize", KIND, values["summary_id"], after=said)
    audit.record(connection, [event], signed=signed)


def remove_summary(connection: Connection, summary: Summary, *, signed: Signed) -> None:
    """Withdraw a summary in New: its invoices are free again."""
    summary_id = summary["summary_id"]
    _touch(connection, invoice.c.summary_id == summary_id, at=signed.at, summary_id=None)
    connection.execute(delete(summary_invoice).where(summary_invoice.c.summary_id == summary_id))
    before = {name: summary[name] for name in NAMED}
    event = Event("discard", KIND, summary_id, before=before)
    audit.record(connection, [event], signed=signed)


def move_summaries(
    connection: Connection, summaries: Sequence[Summary], *, move: Move, signed: Signed
) -> None:
    """Move summaries to a status; one that is verified gets its number.

    Raises Conflict, with nothing moved, when one cannot make the move.
    """
    events = []
    for summary in summaries:
        before = STATUS_NAMES[summary["status_id"]]
        name = summary["summary_number"] or summary["summary_id"]
        if summary["status_id"] not in move.sources:
            target = STATUS_NAMES[move.target]
            raise Conflict(reason=f"summary invoice {name} is {before}: it cannot become {target}")
        values: dict[str, Any] = {"status_id": move.target}
        if move.time_column:
            values[move.time_column] = signed.at
        if move.target == VERIFIED:
            values["summary_number"] = _next_number(connection, summary)
        wanted = summary_invoice.c.summary_id == summary["summary_id"]
        revision = summary_invoice.c.revision + 1
        connection.execute(
            update(summary_invoice)
            .where(wanted)
            .values(**values, changed_at=signed.at, revision=revision)
        )
        if summary["status_id"] == NEW:  # from now on the buyer sees its id on the invoices
            _touch(connection, invoice.c.summary_id == summary["summary_id"], at=signed.at)
        after = {**values, "status": STATUS_NAMES[move.target]}
        del after["status_id"]
        events.append(
            Event(move.action, KIND, summary["summary_id"], before={"status": before}, after=after)
        )
    audit.record(connection, events, signed=signed)


def told(summary: Summary, *, invoice_ids: Sequence[str]) -> dict[str, Any]:
    """Give a summary as JSON values."""
    skipped = json.loads(summary["skipped"])
    return {
        "invoiceConsolidationId": summary["summary_id"],
        "invoiceConsolidationNumber": summary["summary_number"],
        "invoiceDate": summary["invoice_date"],
        "statusId": summary["status_id"],
        "status": STATUS_NAMES[summary["status_id"]],
        "providerId": summary["seller_id"],
        "consumerId": summary["buyer_id"],
        "currency": summary["currency"],
        "totalAmount": written_total(summary["total_amount"], summary["currency"]),
        "roundingResidual": summary["rounding_residual"],
        "invoiceIds": list(invoice_ids),
        "includedCount": summary["included_count"],
        "skippedCount": len(skipped),
        "skipped": [{name: one[name] for name in ("invoiceId", "reason")} for one in skipped],
    }


def _touch(connection: Connection, wanted: Any, *, at: str, **values: Any) -> None:
    """Change invoices, so that who asks for what changed is told."""
    connection.execute(
        update(invoice)
        .where(wanted)
        .values(**values, changed_at=at, revision=invoice.c.revision + 1)
    )


def _next_number(connection: Connection, summary: Summary) -> str:
    """Take the next number of the seller's series of summaries for the month of its date."""
    seller_id, series = summary["seller_id"], f"{SERIES}{summary['invoice_date'][:7]}"
    last = take_numbers(connection, seller_id=seller_id, series=series, count=1)
    return written_number(seller_id, series, number=last + 1)
