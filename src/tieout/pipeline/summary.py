"""Summary invoices: verified invoices of one provider, consumer and currency joined into one.

Source: reporting-api.md 4.3 and 6.6. Decision 0031.
"""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, func, select

from tieout.errors import Conflict, LawBroken
from tieout.invoice import NAMESPACE
from tieout.money import shortest
from tieout.pipeline.keep import utc_text
from tieout.pipeline.line_decisions import Word
from tieout.store import summaries
from tieout.store.catalog import DRAFTS, NEW, audit_entry, invoice
from tieout.store.house import House
from tieout.store.summaries import Summary
from tieout.store.workflow import MOVES, STATUS_NAMES, Header, find_invoices

ALREADY = "ALREADY_CONSOLIDATED"
PARTIES = ("seller_id", "buyer_id")


@dataclass(frozen=True)
class SummaryWish:
    """Which invoices to join: by id or number, or all of a provider and a consumer.

    Named ones are joined with the first. Otherwise `seller`, `buyer` and `currency` say whose and
    `period`, perhaps, of which month; `currency` may be left out where there is one only. The
    summary is dated `date`, else today.
    """

    names: Sequence[str] = ()
    seller: str | None = None
    buyer: str | None = None
    currency: str | None = None
    period: str | None = None
    date: dt.date | None = None


def summarize(house: House, wish: SummaryWish, *, word: Word) -> dict[str, Any]:
    """Join invoices in a summary, which starts New; give it as JSON values.

    An invoice is joined once it is verified, and in one summary only; those that are not joined are
    listed with the reason. Raises NotFound for an unknown invoice, Conflict when none can be joined
    or the provider is a vendor.
    """
    with house.writer(), house.catalog.write() as connection:
        found = _found(connection, wish)
        joined, skipped = _sorted_out(found, anchor=found[0])
        if not joined:
            reasons = ", ".join(sorted({one["reason"] for one in skipped}))
            raise Conflict(reason=f"no invoice can be joined: {reasons}")
        values = _values(connection, joined, skipped=skipped, date=wish.date, word=word)
        ids = [one["invoice_id"] for one in joined]
        summaries.add_summary(connection, values, invoice_ids=ids, signed=word.signed())
        return _told(connection, values)


def move_summaries(
    house: House, names: Sequence[str], *, action: str, word: Word
) -> dict[str, Any]:
    """Verify, issue or pay summaries, by id or number; all of them or none.

    Raises NotFound, Conflict when one cannot move, LawBroken when one is not the sum of its
    invoices.
    """
    with house.writer(), house.catalog.write() as connection:
        found = summaries.find_summaries(connection, names)
        for one in found:
            _check_sum(connection, one)
        summaries.move_summaries(connection, found, move=MOVES[action], signed=word.signed())
        moved = summaries.find_summaries(connection, [one["summary_id"] for one in found])
        return {"moved": [_told(connection, one) for one in moved]}


def discard_summary(house: House, name: str, *, word: Word) -> dict[str, Any]:
    """Withdraw a summary that is New: its invoices may be joined anew.

    Raises NotFound, or Conflict when it is verified.
    """
    with house.writer(), house.catalog.write() as connection:
        (found,) = summaries.find_summaries(connection, [name])
        if found["status_id"] != NEW:
            said = STATUS_NAMES[found["status_id"]]
            raise Conflict(reason=f"summary invoice {found['summary_number']} is {said}: it stays")
        told = _told(connection, found)
        summaries.remove_summary(connection, found, signed=word.signed())
    return told


def names_summaries(house: House, names: Sequence[str]) -> bool:
    """Say whether the names are those of summaries. Raises Conflict when only some are."""
    with house.catalog.read() as connection:
        return summaries.are_summaries(connection, names)


def recorded_summaries(house: House) -> dict[str, Any]:
    """Give every summary as JSON values."""
    with house.catalog.read() as connection:
        found = summaries.list_summaries(connection)
        return {"summaries": [_told(connection, one) for one in found]}


def _told(connection: Connection, summary: Summary) -> dict[str, Any]:
    summary_id = summary["summary_id"]
    ids = summaries.joined_ids(connection, [summary_id])[summary_id]
    return summaries.told(summary, invoice_ids=ids)


def _found(connection: Connection, wish: SummaryWish) -> list[Header]:
    """Give the invoices that are asked for, by name or those of the parties. Raises Conflict."""
    if wish.names:
        return find_invoices(connection, wish.names)
    wanted = (
        (invoice.c.seller_id, wish.seller),
        (invoice.c.buyer_id, wish.buyer),
        (invoice.c.currency, wish.currency),
        (invoice.c.period, wish.period),
    )
    query = select(invoice).where(*(column == value for column, value in wanted if value))
    order = query.order_by(invoice.c.invoice_date, invoice.c.invoice_number, invoice.c.invoice_id)
    found: list[Header] = [dict(row) for row in connection.execute(order).mappings()]
    currencies = sorted({one["currency"] for one in found})
    if not found:
        raise Conflict(reason=f"{wish.seller} has no such invoice to {wish.buyer}")
    if len(currencies) > 1:
        raise Conflict(reason=f"the invoices are in {', '.join(currencies)}: say one currency")
    return found


def _sorted_out(
    found: Sequence[Header], *, anchor: Header
) -> tuple[list[Header], list[dict[str, str]]]:
    """Give the invoices that are joined, and the others with the reason. Raises Conflict."""
    if anchor["hop"] == 1:
        raise Conflict(reason="at hop 1 the vendor makes the documents")
    joined, skipped = [], []
    for one in found:
        if any(one[name] != anchor[name] for name in PARTIES):
            reason = "PARTY_DIFFERS"
        elif one["currency"] != anchor["currency"]:
            reason = "CURRENCY_DIFFERS"
        elif one["status_id"] in DRAFTS:
            reason = "NOT_VERIFIED"
        elif one["summary_id"] is not None:
            reason = ALREADY
        else:
            joined.append(one)
            continue
        # whose it is: nobody is told of another's invoice
        skipped.append(
            {"invoiceId": one["invoice_id"], "reason": reason, "providerId": one["seller_id"]}
        )
    return joined, skipped


def _values(
    connection: Connection,
    joined: Sequence[Header],
    *,
    skipped: Sequence[dict[str, str]],
    date: dt.date | None,
    word: Word,
) -> dict[str, Any]:
    """Give the summary's row of the catalog."""
    anchor = joined[0]
    return {
        "summary_id": _new_id(connection, anchor),
        "summary_number": None,
        **{name: anchor[name] for name in (*PARTIES, "currency", "minor_digits")},
        "invoice_date": (date or word.now.date()).isoformat(),
        "status_id": NEW,
        "total_amount": shortest(_sum(joined, "total_amount")),
        "rounding_residual": shortest(_sum(joined, "rounding_residual")),
        "included_count": len(joined),
        "skipped": json.dumps(list(skipped)),
        "verified_at": None,
        "issued_at": None,
        "paid_at": None,
        "changed_at": utc_text(word.now),
        "revision": 1,
    }


def _new_id(connection: Connection, anchor: Header) -> str:
    """Give the id of the next summary; call it only as the writer. No id is given twice."""
    made = (audit_entry.c.subject_kind == summaries.KIND, audit_entry.c.action == "summarize")
    count = connection.scalar(select(func.count()).select_from(audit_entry).where(*made)) or 0
    said = "\x1f".join(("summary", anchor["seller_id"], anchor["buyer_id"], str(count + 1)))
    return str(uuid.uuid5(uuid.UUID(NAMESPACE), said))


def _sum(headers: Sequence[Header], name: str) -> Fraction:
    return sum((Fraction(one[name]) for one in headers), Fraction(0))


def _check_sum(connection: Connection, summary: Summary) -> None:
    """Raise LawBroken when a summary is not the sum of the invoices that name it."""
    named = select(invoice).where(invoice.c.summary_id == summary["summary_id"])
    joined = [dict(row) for row in connection.execute(named).mappings()]
    found = (len(joined), shortest(_sum(joined, "total_amount")))
    said = (summary["included_count"], summary["total_amount"])
    if found != said:
        law = f"summary invoice {summary['summary_id']} is the sum of its invoices"
        raise LawBroken(law=law, left=str(said), right=str(found))
