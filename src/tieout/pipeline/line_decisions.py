"""A person sets one of several equal vendor lines aside, or takes that back; both are recorded.

Source: vendor-formats.md 9, identity, twins, duplicates. Decision 0013.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from tieout.engine.duckdb import session, sql_text
from tieout.errors import Conflict, NotFound
from tieout.money import parse_number, shortest
from tieout.pipeline.explain import find_line, line_name
from tieout.pipeline.keep import utc_text
from tieout.pipeline.word import Word
from tieout.store import audit, line_decisions, vendor_invoices
from tieout.store.audit import Event
from tieout.store.house import House
from tieout.store.line_decisions import SET_ASIDE, TAKE_BACK
from tieout.tables import VENDOR_LINE


def set_line_aside(house: House, vendor_line_id: str, *, word: Word) -> dict[str, Any]:
    """Mark a vendor line that equals another of its file as the vendor's error.

    The line stays in its file; from the next run on it is not billed, and the certificate counts
    it. Raises NotFound when there is no such line, Conflict when it has no equal that stays, its
    invoice is not billed from this file, or an invoice made of it is verified.
    """
    with house.writer():
        with house.catalog.read() as connection:
            file, row_number = find_line(connection, house, line=vendor_line_id)
            aside = line_decisions.set_aside_lines(connection, file_id=file["file_id"])
            known = [one for one in aside if one["row_number"] == row_number]
        if known:
            raise Conflict(reason=f"line {vendor_line_id} {_said(known[0])} already")
        line = _line_with_twin(
            house, file, row_number=row_number, aside=[one["row_number"] for one in aside]
        )
        values = {"file_id": file["file_id"], **line}
        with house.catalog.write() as connection:
            _refuse_unbilled(connection, values)
            return _record(connection, values, decision=SET_ASIDE, word=word)


def take_line_back(house: House, vendor_line_id: str, *, word: Word) -> dict[str, Any]:
    """Undo what set a vendor line aside: from the next run on it is billed again.

    Raises NotFound when there is no such line, Conflict when it is not set aside or an invoice
    that it would belong to is verified.
    """
    with house.writer(), house.catalog.write() as connection:
        file, row_number = find_line(connection, house, line=vendor_line_id)
        aside = line_decisions.set_aside_lines(connection, file_id=file["file_id"])
        known = [one for one in aside if one["row_number"] == row_number]
        if not known:
            raise Conflict(reason=f"line {vendor_line_id} is not set aside")
        _refuse_verified(connection, known[0])
        names = ("file_id", "row_number", "vendor", "invoice_number", "currency", "subtotal")
        values = {name: known[0][name] for name in names}
        return _record(connection, values, decision=TAKE_BACK, word=word)


def recorded_decisions(house: House) -> dict[str, Any]:
    """Give every decision on a vendor line, oldest first, and whether it is in force."""
    with house.catalog.read() as connection:
        found = line_decisions.history(connection)
        acting = {one["decision_id"] for one in line_decisions.standing(connection)}
    return {
        "decisions": [
            {**told(one), "file": one["file"], "isInForce": one["decision_id"] in acting}
            for one in found
        ]
    }


def told(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Give a decision as JSON values."""
    return {
        "vendorLineId": line_name(decision["file_id"], decision["row_number"]),
        "rowNumber": decision["row_number"],
        "invoiceNumber": decision["invoice_number"],
        "amount": decision["subtotal"],
        "currency": decision["currency"],
        "decision": decision["decision"],
        "reason": decision["reason"],
        "by": decision["decided_by"],
        "at": decision["decided_at"],
    }


def summed(decisions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the number of lines set aside and their sums by currency, amounts as text."""
    sums: dict[str, Fraction] = {}
    for one in decisions:
        amount = Fraction(parse_number(one["subtotal"]))
        sums[one["currency"]] = sums.get(one["currency"], Fraction(0)) + amount
    amounts = [{"currency": key, "amount": shortest(sums[key])} for key in sorted(sums)]
    return {"count": len(decisions), "amounts": amounts}


def _line_with_twin(
    house: House, file: Mapping[str, Any], *, row_number: int, aside: Sequence[int]
) -> dict[str, Any]:
    """Give what a decision keeps of a line.

    Raises NotFound when it was rejected or is not there, Conflict when no equal line would stay.
    """
    with session(house.scratch) as engine:
        engine.let(row_number=row_number)
        engine.parquet("vendor_line", [file["vendor_line"]], schema=VENDOR_LINE)
        twins = engine.arrow(sql_text("tieout.pipeline", "twin_line")).to_pylist()
    name = line_name(file["file_id"], row_number)
    if not twins:
        raise NotFound(kind="readable vendor line", name=name)
    others = [one["row_number"] for one in twins if one["row_number"] != row_number]
    if not others:
        raise Conflict(
            reason=f"line {name} has no equal in {file['name']}; only one of several equal lines"
            " can be set aside"
        )
    if not set(others) - set(aside):
        rows = ", ".join(map(str, others))
        raise Conflict(
            reason=f"line {name} has to stay: its equals, rows {rows}, are set aside already"
        )
    (line,) = [one for one in twins if one["row_number"] == row_number]
    return dict(line)


def _refuse_unbilled(connection: Connection, line: Mapping[str, Any]) -> None:
    """Raise Conflict when a line's invoice is not billed from its file, or is verified."""
    number = line["invoice_number"]
    if number is None:
        raise Conflict(reason="a line that names no invoice is not billed anyway")
    named = {name: line[name] for name in ("file_id", "vendor", "invoice_number")}
    if line_decisions.billed_in(connection, **named) is None:
        raise Conflict(
            reason=f"vendor invoice {number} is not billed from this file; see `tieout totals`"
        )
    _refuse_verified(connection, line)


def _refuse_verified(connection: Connection, line: Mapping[str, Any]) -> None:
    """Raise Conflict when the month that bills a line has a verified invoice of its vendor."""
    named = {name: line[name] for name in ("file_id", "vendor", "invoice_number")}
    period = line_decisions.billed_in(connection, **named)
    if period is None:
        return
    verified = vendor_invoices.verified_invoice(
        connection, vendor=line["vendor"], periods=(period,)
    )
    if verified:
        raise Conflict(
            reason=f"vendor invoice {line['invoice_number']} stays as it is: invoice {verified}"
            f" of {period} is verified"
        )


def _record(
    connection: Connection, line: Mapping[str, Any], *, decision: str, word: Word
) -> dict[str, Any]:
    values = {
        **line,
        "decision": decision,
        "reason": word.reason,
        "decided_by": word.by,
        "decided_at": utc_text(word.now),
    }
    line_decisions.record(connection, values)
    line_id = line_name(line["file_id"], line["row_number"])
    kept = {name: line[name] for name in ("vendor", "invoice_number", "currency", "subtotal")}
    event = Event(decision, "vendor_line", line_id, after=kept)
    audit.record(connection, [event], signed=word.signed())
    return told(values)


def _said(decision: Mapping[str, Any]) -> str:
    return f"was set aside by {decision['decided_by']} at {decision['decided_at']}"
