"""Custom invoices and debit memos: charges that a person types, under a contract or an invoice.

Source: reporting-api.md 6.6. Decision 0027.
"""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import Conflict, NotFound
from tieout.money import SCALE, shortest
from tieout.pipeline.document import (
    FROZEN,
    PARTIES,
    Document,
    date_of_document,
    make_document,
    name_document,
    new_document_id,
)
from tieout.pipeline.inputs import open_reference
from tieout.pipeline.manual_line import read_amount
from tieout.pipeline.word import Word
from tieout.store import manifest
from tieout.store.catalog import CUSTOM, DEBIT_MEMO, DRAFTS, INVOICE
from tieout.store.house import House
from tieout.store.workflow import STATUS_NAMES, Header, find_invoices

DETAILS_MAX = 1000  # characters


@dataclass(frozen=True)
class Charge:
    """One charge as it is typed: so many, at such a price each, for what."""

    quantity: str
    unit_price: str
    details: str


@dataclass(frozen=True)
class CustomInvoice:
    """Charges under a contract, or beside a verified invoice (a debit memo).

    `subscription_id` links all of them; `start` and `end`, both included, are by default the
    period's first and last day; `period` that of the invoice, else the month of `date`, the
    document's date, by default today.
    """

    charges: Sequence[Charge]
    contract_id: str | None = None
    invoice: str | None = None
    subscription_id: str | None = None
    period: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    date: dt.date | None = None


def charge_by_hand(
    house: House, wanted: CustomInvoice, *, word: Word, watch: Watch = UNWATCHED
) -> dict[str, Any]:
    """Make a custom invoice or a debit memo; it starts New Corrected. Gives its header.

    Raises NotFound for an unknown contract, invoice or subscription; Conflict for numbers that
    cannot be charged, an invoice that is a draft, and hop 1, where the vendor makes the documents.
    """
    lines = [_read(charge) for charge in wanted.charges]
    if not lines or (wanted.contract_id is None) == (wanted.invoice is None):
        raise Conflict(reason="name a contract or an invoice, and at least one charge")
    with house.writer(), session(house.scratch, watch=watch) as engine:
        with house.catalog.read() as connection:
            header = _beside(connection, wanted)
            current = manifest.latest_snapshot(connection, house)
        date = date_of_document(wanted.date, today=word.now.date(), beside=header)
        open_reference(engine, current)
        engine.table("contract_path", sql_text("tieout.match", "contract_path"))
        parties = _parties(engine, wanted, header=header, date=date)
        with house.catalog.read() as connection:
            own_id = new_document_id(connection, parties)
        document = Document(
            action="charge",
            invoice_id=own_id,
            period=wanted.period or (header["period"] if header else f"{date:%Y-%m}"),
            date=date,
            document_type=DEBIT_MEMO if header else INVOICE,
            source_id=CUSTOM,
            snapshot_id=current.snapshot_id,
            parties=parties,
            frozen={name: header[name] for name in FROZEN} if header else None,
            credits_invoice_id=header["invoice_id"] if header else None,
            inputs=(
                *(f"charge|{at}|{one['said']}" for at, one in enumerate(lines, 1)),
                f"snapshot|{current.snapshot_id}",
            ),
        )
        name_document(engine, document)
        place = {
            "subscription_id": wanted.subscription_id or "",
            "customer_id": _customer(engine, wanted, parties=parties, date=date),
            **_days(wanted, period=document.period),
        }
        _name_charges(engine, lines, place=place)
        return make_document(house, engine, document=document, word=word)


def _name_charges(
    engine: Engine, lines: Sequence[Mapping[str, Any]], *, place: Mapping[str, str]
) -> None:
    """Name `made_line`, the charges as lines of a document."""
    rows = [
        {**place, "line_no": at, **{name: one[name] for name in _TYPED}}
        for at, one in enumerate(lines, 1)
    ]
    engine.register("custom_charge", pa.Table.from_pylist(rows, schema=_CUSTOM_CHARGE))
    engine.table("made_line", sql_text("tieout.invoice", "custom_line"))


_TYPED = ("quantity", "unit_price", "total_price", "total_price_digits", "details")
_CUSTOM_CHARGE = pa.schema(
    [
        pa.field("line_no", pa.int64()),
        pa.field("total_price_digits", pa.uint8()),
        *(
            pa.field(name, pa.string())
            for name in (
                *("subscription_id", "customer_id", "charge_start_date", "charge_end_date"),
                *("quantity", "unit_price", "total_price", "details"),
            )
        ),
    ]
)


def _read(charge: Charge) -> dict[str, Any]:
    """Give a charge with its total, which is exact. Raises Conflict, NotANumber."""
    quantity, unit = read_amount(charge.quantity), read_amount(charge.unit_price)
    total = quantity * unit
    if quantity < 0 or (total * 10**SCALE).denominator != 1:
        raise Conflict(
            reason=f"{charge.quantity} x {charge.unit_price}: a quantity has no sign, and the"
            f" amount at most {SCALE} decimals"
        )
    read_amount(shortest(total))
    details = charge.details.strip()
    if not details or len(details) > DETAILS_MAX:
        raise Conflict(reason=f"say what is charged, in at most {DETAILS_MAX} characters")
    digits = len(charge.unit_price.partition(".")[2]) if quantity == Fraction(1) else None
    return {
        "quantity": charge.quantity,
        "unit_price": charge.unit_price,
        "total_price": shortest(total),
        "total_price_digits": digits,
        "details": details,
        "said": f"{charge.quantity}|{charge.unit_price}|{details}",
    }


def _beside(connection: Connection, wanted: CustomInvoice) -> Header | None:
    """Give the invoice that is named. Raises NotFound, or Conflict when it is a draft."""
    if wanted.invoice is None:
        return None
    (header,) = find_invoices(connection, [wanted.invoice])
    if header["status_id"] in DRAFTS:
        said = STATUS_NAMES[header["status_id"]]
        raise Conflict(
            reason=f"invoice {header['invoice_id']} is {said}: a draft takes a manual line"
        )
    return header


def _parties(
    engine: Engine, wanted: CustomInvoice, *, header: Header | None, date: dt.date
) -> Mapping[str, Any]:
    """Give who charges whom in which currency at which hop. Raises NotFound, Conflict at hop 1."""
    if header is not None:
        return _seller_made({name: header[name] for name in PARTIES})
    engine.let(contract_id=wanted.contract_id, day=date.isoformat())
    found = engine.arrow(sql_text("tieout.pipeline", "place_of_contract")).to_pylist()
    if not found:
        raise NotFound(kind=f"contract in force on {date}", name=str(wanted.contract_id))
    return _seller_made(found[0])


def _seller_made(parties: Mapping[str, Any]) -> Mapping[str, Any]:
    if parties["hop"] == 1:
        raise Conflict(reason="at hop 1 the vendor makes the documents")
    return parties


def _customer(
    engine: Engine, wanted: CustomInvoice, *, parties: Mapping[str, Any], date: dt.date
) -> str:
    """Give the customer of the charges: that of the subscription, else who is charged."""
    if wanted.subscription_id is None:
        return str(parties["buyer_id"])
    engine.let(subscription_id=wanted.subscription_id, day=date.isoformat())
    found = engine.arrow(sql_text("tieout.pipeline", "customer_of_subscription")).to_pylist()
    if not found:
        kind = f"subscription sold on through contract {parties['contract_id']} on {date}"
        raise NotFound(kind=kind, name=wanted.subscription_id)
    return str(found[0]["customer_id"])


def _days(wanted: CustomInvoice, *, period: str) -> dict[str, str]:
    """Give the charged days. Raises Conflict when they end before they start."""
    first = dt.date.fromisoformat(f"{period}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    start, end = wanted.start or first, wanted.end or last
    if end < start:
        raise Conflict(reason=f"the charged days end on {end}, before they start on {start}")
    return {"charge_start_date": start.isoformat(), "charge_end_date": end.isoformat()}
