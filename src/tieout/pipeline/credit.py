"""Credit notes: an invoice, rows of it or a part of a row taken back, perhaps at another price.

Source: reporting-api.md 8.2. Decision 0027.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import Conflict, LawBroken, NotFound
from tieout.money import parse_number, shortest
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
from tieout.pipeline.reprice import rate_anew
from tieout.pipeline.word import Word
from tieout.report.run_file import name_run_files
from tieout.store import documents, manifest
from tieout.store.catalog import ADJUSTMENT, CREDIT_NOTE, CUSTOM, DRAFTS
from tieout.store.house import House
from tieout.store.late_lines import is_late
from tieout.store.workflow import STATUS_NAMES, Header, find_invoices
from tieout.tables import AMOUNT

ROWS_NAMED = 3  # of those that a sentence is about
SAID = ("charge", "detail_line", "invoice_line")


@dataclass(frozen=True)
class Credit:
    """What is credited: all that is left of an invoice, or of rows of its consolidated view.

    `amount` credits a part of one row, without a sign. `reprice` bills at the prices known now.
    """

    invoice: str
    row_ids: Sequence[str] = ()
    amount: str | None = None
    reprice: bool = False
    date: dt.date | None = None


def credit_invoice(
    house: House, credit: Credit, *, word: Word, watch: Watch = UNWATCHED
) -> dict[str, Any]:
    """Make a credit note against a verified document; it starts New Corrected. Gives its header.

    Raises NotFound for an unknown invoice or row; Conflict for a draft, the vendor's own document,
    more than is left, or lines that have no price now; LawBroken when it would not come to what it
    credits.
    """
    with house.writer():
        with house.catalog.read() as connection:
            (header,) = find_invoices(connection, [credit.invoice])
            _refuse_unfit(header, credit)
            family = documents.family_of(connection, header)
            snapshot_id = documents.snapshot_of(connection, header)
            known = manifest.snapshot_files(connection, house, snapshot_id=snapshot_id)
            latest = manifest.latest_snapshot(connection, house)
            own_id = new_document_id(connection, header)
        prices = latest.snapshot_id if credit.reprice else None
        document = Document(
            action="credit",
            invoice_id=own_id,
            period=header["period"],
            date=date_of_document(credit.date, today=word.now.date(), beside=header),
            document_type=CREDIT_NOTE,
            source_id=ADJUSTMENT,
            snapshot_id=snapshot_id,
            parties={name: header[name] for name in PARTIES},
            frozen={name: header[name] for name in FROZEN},
            credits_invoice_id=header["invoice_id"],
            inputs=_inputs(credit, header=header, prices=prices),
        )
        with session(house.scratch, watch=watch) as engine:
            places = _name_reversed(engine, house, credit=credit, document=document, family=family)
        rated = {}
        if credit.reprice:
            watch.phase("price")
            with session(house.scratch, watch=watch) as engine:
                rated = rate_anew(
                    house, engine, period=document.period, current=latest, places=places
                )
        with session(house.scratch, watch=watch) as engine:
            open_reference(engine, known)
            _name_reversed(engine, house, credit=credit, document=document, family=family)
            _name_made(engine, header=header, rated=rated)
            return make_document(house, engine, document=document, word=word)


def _name_reversed(
    engine: Engine,
    house: House,
    *,
    credit: Credit,
    document: Document,
    family: Mapping[str, str],
) -> pa.Table:
    """Name the lines that are taken back; give where those of vendors stand in their files."""
    name_document(engine, document)
    _name_family(engine, house, document=document, family=family)
    _name_credited(engine, credit, document=document)
    for name in ("reversed_line", "part_credit"):
        engine.table(name, sql_text("tieout.invoice", name))
    _check_reversal(engine)
    return engine.arrow("SELECT file_id, row_number FROM reversed_line WHERE origin IS NULL")


def _inputs(credit: Credit, *, header: Header, prices: int | None) -> tuple[str, ...]:
    """Give what the credit note is made from, for its input digest."""
    return (
        f"credits|{header['invoice_id']}|{header['output_digest']}",
        *(f"row|{row_id}" for row_id in credit.row_ids),
        *([f"amount|{credit.amount}"] if credit.amount else []),
        *([f"prices|{prices}"] if prices else []),
    )


def _refuse_unfit(header: Header, credit: Credit) -> None:
    name = header["invoice_number"] or header["invoice_id"]
    if header["status_id"] in DRAFTS:
        said = STATUS_NAMES[header["status_id"]]
        raise Conflict(reason=f"invoice {name} is {said}: a draft changes by itself, see `run`")
    if header["hop"] == 1:
        raise Conflict(reason=f"invoice {name} is the vendor's own document: the vendor credits it")
    if credit.amount is not None and (len(credit.row_ids) != 1 or credit.reprice):
        raise Conflict(reason="an amount credits a part of one row, and gives it no other price")
    if credit.reprice and header["source_id"] == CUSTOM:
        raise Conflict(reason=f"invoice {name} was typed by hand: no rule prices it")


def _name_family(
    engine: Engine, house: House, *, document: Document, family: Mapping[str, str]
) -> None:
    """Name the lines of the credited document, and `standing_row`, with those that correct it."""
    hops = {document.parties["hop"]}
    name_run_files(engine, house, runs=set(family.values()), hops=hops, kinds=SAID)
    listed = pa.table({"invoice_id": pa.array(list(family), pa.string())})
    engine.register("family", listed)
    engine.table("family_line", "SELECT * FROM invoice_line SEMI JOIN family USING (invoice_id)")
    engine.let(credited_run=family[str(document.credits_invoice_id)])
    engine.table(
        "credited_detail",
        "SELECT * EXCLUDE (run_id) FROM detail_line WHERE run_id = getvariable('credited_run')"
        " AND hop = getvariable('hop') AND seller_id = getvariable('seller_id')"
        " AND buyer_id = getvariable('buyer_id') AND vendor = getvariable('vendor_id')"
        " AND currency = getvariable('currency')"
        " AND invoice_order_id IS NOT DISTINCT FROM getvariable('order_id')",
    )
    engine.table(
        "credited_charge",
        "SELECT * EXCLUDE (run_id) FROM charge SEMI JOIN credited_detail USING (charge_no)"
        " WHERE run_id = getvariable('credited_run')",
    )
    engine.run("DROP VIEW invoice_line")
    engine.table("standing_row", sql_text("tieout.pipeline", "standing_row"))


def _name_credited(engine: Engine, credit: Credit, *, document: Document) -> None:
    """Name `credited_row`, what is credited of which consolidated line. Raises what is refused."""
    engine.let(credited_id=document.credits_invoice_id)
    chosen = _chosen(engine, credit)
    amounts = [-row["left_over"] for row in chosen]
    if credit.amount is not None:
        digits = (document.frozen or {})["minor_digits"]
        part = _part(credit.amount, row=chosen[0], digits=digits)
        amounts = [parse_number(shortest(part))]
    ids = pa.array([row["row_id"] for row in chosen], pa.string())
    engine.register(
        "credit_wish", pa.table({"row_id": ids, "credit_amount": pa.array(amounts, AMOUNT)})
    )
    engine.let(is_part=credit.amount is not None)
    engine.table(
        "credited_row",
        "SELECT line.*, credit_amount,"
        " NOT getvariable('is_part') AND left_over = total_price AS is_whole"
        " FROM standing_row AS line JOIN credit_wish USING (row_id)",
    )
    for over in engine.arrow(sql_text("tieout.pipeline", "overdrawn_row")).to_pylist():
        raise Conflict(
            reason=f"{_name(over)}, which this takes back again, has {over['left_over']} left"
        )


def _chosen(engine: Engine, credit: Credit) -> list[dict[str, Any]]:
    """Give the rows that are credited, with what is left of each. Raises NotFound, Conflict."""
    rows: list[dict[str, Any]] = engine.arrow(
        "SELECT row_id, total_price, left_over, part, credits_row_id FROM standing_row"
        " WHERE invoice_id = getvariable('credited_id') ORDER BY line_no"
    ).to_pylist()
    wanted = dict.fromkeys(credit.row_ids)
    if unknown := sorted(set(wanted) - {row["row_id"] for row in rows}):
        raise NotFound(kind=f"row of invoice {credit.invoice} in its short view", name=unknown[0])
    chosen = [row for row in rows if not wanted or row["row_id"] in wanted]
    if not wanted:
        chosen = [row for row in chosen if row["left_over"]]
    used = [row for row in chosen if not row["left_over"]]
    if used or not chosen:
        raise Conflict(reason=f"nothing is left of {_name(used[0]) if used else credit.invoice}")
    if credit.reprice:
        chosen = _billed(chosen, credit)
    if credit.reprice and (partly := [r for r in chosen if r["left_over"] != r["total_price"]]):
        raise Conflict(reason=f"a part of {_name(partly[0])} is credited: it gets no other price")
    if credit.reprice and (late := [row for row in chosen if is_late(row["part"])]):
        raise Conflict(reason=_why_not_anew(late, invoice=credit.invoice, of=len(chosen)))
    return chosen


def _billed(rows: list[dict[str, Any]], credit: Credit) -> list[dict[str, Any]]:
    """Give the rows that bill something: what takes back has no price. Raises Conflict."""
    billed = [row for row in rows if row["credits_row_id"] is None]
    if not billed or (credit.row_ids and len(billed) < len(rows)):
        raise Conflict(
            reason="rows that take back what was billed get no other price:"
            " credit them without --reprice"
        )
    return billed


def _why_not_anew(late: Sequence[Mapping[str, Any]], *, invoice: str, of: int) -> str:
    """Say why rows of late lines get no other price, and what can be done instead."""
    rows = " ".join(f"--row {row['row_id']}" for row in late[:ROWS_NAMED])
    more = f" and {len(late) - ROWS_NAMED} more" if len(late) > ROWS_NAMED else ""
    others = ""
    if len(late) < of:
        others = "; reprice the other rows by naming them with --row"
    return (
        f"{len(late)} of {of} rows bill lines that came late for an earlier month, and no run"
        f" prices those anew: credit them without --reprice ({rows}{more}), whole or by --amount,"
        f" and bill the right price with `tieout charge --invoice {invoice}`{others}"
    )


def _name(row: Mapping[str, Any]) -> str:
    return f"row {row['row_id']}"


def _part(text: str, *, row: Mapping[str, Any], digits: int) -> Fraction:
    """Give what an amount changes of a row, with its sign. Raises Conflict when it is too much."""
    amount, left = read_amount(text), Fraction(row["left_over"])
    if amount < 0 or (amount * 10**digits).denominator != 1:
        raise Conflict(reason=f"{text}: give the amount without a sign, in {digits} decimals")
    if amount > abs(left):
        raise Conflict(reason=f"{text} is more than is left of {_name(row)}: {shortest(abs(left))}")
    return -amount if left > 0 else amount


def _name_made(engine: Engine, *, header: Header, rated: Mapping[str, list[Path]]) -> None:
    """Name `made_line`, the lines of the credit note. Raises Conflict."""
    parts = ["reversed_line", "part_credit"]
    if rated:
        engine.parquet("rated_charge", rated["charge"])
        engine.parquet("rated_line", rated["detail_line"])
        engine.table("rebilled_line", sql_text("tieout.invoice", "rebilled_line"))
        parts.append("rebilled_line")
        _check_rebilled(engine, header=header)
    engine.table("made_line", " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts))


def _check_reversal(engine: Engine) -> None:
    """Raise LawBroken when the lines of a row that is taken back whole do not come to the row."""
    for wrong in engine.arrow(
        "SELECT shortest(detail_total) AS said, shortest(-total) AS found FROM credited_row"
        " LEFT JOIN (SELECT credits_row_id AS row_id, sum(total_price) AS total FROM reversed_line"
        " GROUP BY ALL) USING (row_id) WHERE is_whole AND detail_total IS DISTINCT FROM -total"
    ).to_pylist():
        law = "the lines behind a row come to what it was rounded from"
        raise LawBroken(law=law, left=wrong["said"], right=str(wrong["found"]))


def _check_rebilled(engine: Engine, *, header: Header) -> None:
    """Refuse lines that have no price now, and prices that are what they were."""
    found = engine.one(
        "SELECT (SELECT count(*) FROM reversed_line)::INT AS taken,"
        " (SELECT count(*) FROM rebilled_line)::INT AS billed,"
        " (SELECT count(*) FROM reversed_line JOIN rebilled_line AS new"
        " USING (match_key) WHERE new.total_price <> -reversed_line.total_price)::INT AS changed"
    )
    if found["taken"] != found["billed"]:
        raise Conflict(
            reason=f"{found['taken'] - found['billed']} of {found['taken']} lines have no price"
            f" from {header['seller_id']} to {header['buyer_id']} now: see what a run would park"
        )
    if not found["changed"]:
        raise Conflict(reason="the prices now are those of the invoice: nothing is to credit")
