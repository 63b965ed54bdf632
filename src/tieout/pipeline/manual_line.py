"""A person types a line onto a draft: the month is billed again with it, all in one transaction.

Source: reporting-api.md 6.6. Decision 0027.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import Conflict, NotFound
from tieout.money import SCALE, parse_number, written_total
from tieout.pipeline.changed_inputs import refuse_changed_inputs
from tieout.pipeline.keep import utc_text
from tieout.pipeline.period import NewLine, bill_month
from tieout.pipeline.word import Word
from tieout.report.row_source import define_sources
from tieout.report.visibility import PREVIEW, SOLD, Viewer, Wanted, visible_invoices
from tieout.store import manifest, manual_lines
from tieout.store.audit import Event
from tieout.store.catalog import DRAFTS, ESTIMATE, VENDOR_LINES
from tieout.store.house import House
from tieout.store.workflow import STATUS_NAMES, Header, find_invoices

CHARGE_TYPES = ("Correction", "ProrateAdjustment", "Credits", "Discount")  # reporting-api.md 5.2
WHOLE_DIGITS_MAX = 13  # |amount| < 10^13, billing-api.md 2.7


@dataclass(frozen=True)
class ManualLine:
    """What is typed: the amount with its sign, in the invoice's currency, and the row it corrects.

    Without `row_id` it is the Correction of the invoice's only subscription, else its first row.
    """

    invoice: str
    amount: str
    charge_type: str = "Correction"
    row_id: str | None = None


def add_manual_line(
    house: House, line: ManualLine, *, word: Word, watch: Watch = UNWATCHED
) -> dict[str, Any]:
    """Add a line to a draft: its month is billed again with it, and the invoice is New Corrected.

    Every later run of the month has the line as well. Raises NotFound for an unknown invoice or
    row, Conflict when the invoice is no draft made from vendor lines, the amount is no number other
    than 0 with at most 18 decimals, or the row is not told apart; InputsChanged when the month
    would come to other figures besides the line.
    """
    read_amount(line.amount)
    if line.charge_type not in CHARGE_TYPES:
        raise Conflict(reason=f"a manual line is of type {', '.join(CHARGE_TYPES)}")
    with house.writer():
        with session(house.scratch, watch=watch) as engine:
            header, values = _checked(engine, house, line=line, word=word)
        said = {name: values[name] for name in ("line_id", "charge_type", "amount", "currency")}
        before = {"total_amount": header["total_amount"]}
        event = Event("manual-line", "invoice", header["invoice_id"], before=before, after=said)
        new = NewLine(values, event, word.signed())
        with session(house.scratch, watch=watch) as engine:
            summary = bill_month(house, engine, period=header["period"], word=word, line=new)
        with house.catalog.read() as connection:
            (after,) = find_invoices(connection, [header["invoice_id"]])
    return {
        **manual_lines.told(manual_lines.opened(values)),
        "status": STATUS_NAMES[after["status_id"]],
        "statusId": after["status_id"],
        "totalBefore": written_total(header["total_amount"], header["currency"]),
        "totalAmount": written_total(after["total_amount"], header["currency"]),
        "inputDigest": summary["inputDigest"],
    }


def _checked(
    engine: Engine, house: House, *, line: ManualLine, word: Word
) -> tuple[Header, dict[str, Any]]:
    """Give the invoice and the line's row of the catalog; raises as `add_manual_line` says."""
    with house.catalog.read() as connection:
        (header,) = find_invoices(connection, [line.invoice])
        _refuse_unfit(header)
        run = manifest.current_run(connection, period=header["period"])
        number = manual_lines.next_line_id(connection)
    if run is None:
        raise NotFound(kind="run of period", name=header["period"])
    engine.watch.phase("inputs")
    refuse_changed_inputs(engine, house, run=run)
    copied = corrected_line(engine, house, header=header, row_id=line.row_id)
    return header, {
        **{name: header[name] for name in _OF_INVOICE},
        "line_id": number,
        "charge_type": line.charge_type,
        "amount": line.amount,
        "copied": json.dumps(copied, ensure_ascii=False, sort_keys=True),
        "reason": word.reason,
        "typed_by": word.by,
        "typed_at": utc_text(word.now),
    }


_OF_INVOICE = (
    *("period", "invoice_id", "hop", "seller_id", "buyer_id", "vendor_id", "contract_id"),
    "currency",
)


def read_amount(text: str) -> Fraction:
    """Read an amount that a person typed. Raises Conflict, NotANumber for what is no number."""
    value = Fraction(parse_number(text))
    if "e" in text.lower() or (value * 10**SCALE).denominator != 1:
        raise Conflict(reason=f"{text}: an amount is a plain number of at most {SCALE} decimals")
    if not value or abs(value) >= 10**WHOLE_DIGITS_MAX:
        raise Conflict(reason=f"{text}: an amount is not 0 and below 10^{WHOLE_DIGITS_MAX}")
    return value


def _refuse_unfit(header: Header) -> None:
    name = header["invoice_number"] or header["invoice_id"]
    if header["status_id"] not in DRAFTS:
        said = STATUS_NAMES[header["status_id"]]
        raise Conflict(
            reason=f"invoice {name} is {said}: what changes later is a document of its own,"
            " see `tieout credit` and `tieout charge`"
        )
    if header["source_id"] != VENDOR_LINES or header["document_type"] == ESTIMATE:
        raise Conflict(reason=f"invoice {name} takes no manual line: no billed vendor line made it")
    if header["hop"] == 1:
        raise Conflict(reason=f"invoice {name} is the vendor's own document")
    if header["order_id"] is not None:
        raise Conflict(reason=f"invoice {name} is an order's own: it waits for parked lines only")


def corrected_line(
    engine: Engine, house: House, *, header: Header, row_id: str | None
) -> Mapping[str, Any]:
    """Give what a manual line takes from the row that it corrects: the first line behind it."""
    viewer = Viewer(header["seller_id"], sees_cost=False, previews=SOLD)
    wanted = Wanted(statuses=PREVIEW, direction="outgoing", invoice_id=header["invoice_id"])
    seen = visible_invoices(house.catalog, viewer, wanted=wanted)
    if row_id is None:
        define_sources(engine, house, invoices=seen, row_id="", credit_grouping="datesSign")
        row_id = _only_row(engine)
    count = define_sources(engine, house, invoices=seen, row_id=row_id, credit_grouping="datesSign")
    if not count:
        raise NotFound(kind=f"row of invoice {header['invoice_id']}", name=row_id)
    found: Mapping[str, Any] = engine.one(sql_text("tieout.pipeline", "corrected_line"))
    return found


def _only_row(engine: Engine) -> str:
    """Give the row that a line corrects where none is named. Raises Conflict when it is unclear."""
    rows = engine.arrow(
        "SELECT row_id, subscription_id FROM seen_line ORDER BY charge_type_id = 3 DESC, line_no"
    ).to_pylist()
    if len({row["subscription_id"] for row in rows}) != 1:
        raise Conflict(reason="the invoice has several subscriptions: name the row to correct")
    return str(rows[0]["row_id"])
