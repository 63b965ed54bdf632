"""Invoices move on: verified when nothing stands against it, then issued and paid.

Source: reporting-api.md 8, rulings 24. Decision 0025.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import Conflict, InputsChanged, NotFound
from tieout.money import written_total
from tieout.pipeline.changed_inputs import refuse_changed_inputs
from tieout.pipeline.chosen_drafts import Choice, chosen, wanted
from tieout.pipeline.known_lines import check_digests, name_lines, name_of
from tieout.pipeline.word import Word
from tieout.store import manifest
from tieout.store.catalog import DRAFTS, VENDOR_LINES
from tieout.store.house import House
from tieout.store.workflow import (
    MOVES,
    STATUS_NAMES,
    Header,
    find_invoices,
    invoices_of,
    move_invoices,
)


def verify_invoices(
    house: House, choice: Choice, *, word: Word, watch: Watch = UNWATCHED
) -> dict[str, Any]:
    """Verify drafts: from then on their figures never change.

    An invoice is held back while lines that could belong to it are parked and nobody accepted that,
    and until the one above it is verified. Of a period the others are verified all the same and
    those held back are listed; an invoice that was named raises Conflict. Raises InputsChanged when
    the preview was made from other inputs than those known now, LawBroken when its lines are no
    longer what they were.
    """
    with house.writer(), session(house.scratch, watch=watch) as engine:
        period, named = chosen(house, choice)
        with house.catalog.read() as connection:
            run = manifest.current_run(connection, period=period)
            known = invoices_of(connection, period=period)
        drafts = wanted(house, known, choice=choice, named=named)
        if choice.owner is not None and not drafts:  # nothing is told of what is not theirs
            return {"period": period, "verified": [], "held": [], "inputDigest": None}
        by_hand = [one for one in drafts if one["source_id"] != VENDOR_LINES]
        of_run = [one for one in drafts if one["source_id"] == VENDOR_LINES]
        concerns_run = bool(of_run or not by_hand)
        if run is None and concerns_run:
            raise NotFound(kind="run of period", name=period)
        preview = run if concerns_run else None
        _refuse_other_preview(choice, period=period, run=preview, by_hand=by_hand)
        held: dict[str, str] = {}
        if preview is not None:
            held = _check_run(engine, house, choice=choice, run=preview, known=known, drafts=of_run)
        if named and held:
            raise Conflict(reason="; ".join(held.values()))
        of_run = [one for one in of_run if one["invoice_id"] not in held]
        watch.phase("digests")
        check_digests(engine, of_run)
        for one in by_hand:
            name_lines(engine, house, run_id=one["run_id"], known=[one])
            check_digests(engine, [one])
        watch.phase("publish")
        with house.catalog.write() as connection:
            _verify(connection, of_run, by_hand=by_hand, choice=choice, word=word)
            after = invoices_of(connection, period=period)
    moved = {one["invoice_id"] for one in (*of_run, *by_hand)}
    return {
        "period": period,
        "verified": [_told(one) for one in after if one["invoice_id"] in moved],
        "held": [{"invoiceId": one, "reason": reason} for one, reason in held.items()],
        "inputDigest": run["input_digest"] if run else None,
    }


def _verify(
    connection: Connection,
    of_run: Sequence[Header],
    *,
    by_hand: Sequence[Header],
    choice: Choice,
    word: Word,
) -> None:
    """Verify drafts of a run, accepted as they are, and documents made by hand."""
    accepted = {"accepted_parked": choice.accept_parked} if choice.accept_parked else {}
    signed = word.signed(choice.accept_parked)
    move_invoices(connection, of_run, move=MOVES["verify"], signed=signed, values=accepted)
    move_invoices(connection, by_hand, move=MOVES["verify"], signed=word.signed())


def _refuse_other_preview(
    choice: Choice,
    *,
    period: str,
    run: Mapping[str, Any] | None,
    by_hand: Sequence[Header],
) -> None:
    """Raise InputsChanged when a digest is given that is not that of what is to be verified.

    A document made by hand has its own; with drafts of a run it is the run's.
    """
    seen = {run["input_digest"]} if run else {one["input_digest"] for one in by_hand}
    if choice.input_digest is not None and seen != {choice.input_digest}:
        raise InputsChanged(period=period, changes=())


def _check_run(
    engine: Engine,
    house: House,
    *,
    choice: Choice,
    run: Mapping[str, Any],
    known: Sequence[Header],
    drafts: Sequence[Header],
) -> dict[str, str]:
    """Leave the run's lines named; give its drafts that are held back. Raises InputsChanged."""
    engine.watch.phase("inputs")
    refuse_changed_inputs(engine, house, run=run)
    engine.watch.phase("lines")
    made = [one for one in known if one["source_id"] == VENDOR_LINES]
    name_lines(engine, house, run_id=run["run_id"], known=made)
    accepted = choice.accept_parked is not None
    return _held(engine, drafts, known=made, accepted=accepted)


def move_on(
    house: House, names: Sequence[str], *, action: str, word: Word, provider: str | None = None
) -> dict[str, Any]:
    """Issue invoices, mark them paid, or say that the card was refused; all of them or none.

    `action` is `issue`, `pay` or `card-error`. For a `provider` there are no invoices but its own.
    Raises NotFound, or Conflict when one cannot move.
    """
    with house.writer(), house.catalog.write() as connection:
        headers = find_invoices(connection, names)
        for name, one in zip(dict.fromkeys(names), headers, strict=True):
            if provider not in (None, one["seller_id"]):
                raise NotFound(kind="invoice", name=name)
        move_invoices(
            connection,
            headers,
            move=MOVES[action],
            signed=word.signed(),
        )
        moved = find_invoices(connection, [one["invoice_id"] for one in headers])
    return {"moved": [_told(one) for one in moved]}


def _held(
    engine: Engine, drafts: Sequence[Header], *, known: Sequence[Header], accepted: bool
) -> dict[str, str]:
    """Give the drafts that cannot be verified now, by hop, each with its reason."""
    waiting = {}
    if not accepted and engine.one("SELECT count(*) AS n FROM parked_line")["n"]:
        engine.table("contract_path", sql_text("tieout.match", "contract_path"))
        rows = engine.arrow(sql_text("tieout.pipeline", "parked_for_invoice")).to_pylist()
        waiting = {row["invoice_id"]: row for row in rows}
    upstream = defaultdict(list)
    for row in engine.arrow(sql_text("tieout.pipeline", "upstream_invoice")).to_pylist():
        upstream[row["invoice_id"]].append(row["upstream_id"])
    chosen = {one["invoice_id"] for one in drafts}
    open_ids = {
        one["invoice_id"]
        for one in known
        if one["status_id"] in DRAFTS and one["invoice_id"] not in chosen
    }
    names = {one["invoice_id"]: name_of(one) for one in known}
    held: dict[str, str] = {}
    for one in sorted(drafts, key=lambda header: (header["hop"], header["invoice_id"])):
        invoice_id = one["invoice_id"]
        above = [name for name in upstream[invoice_id] if name in open_ids or name in held]
        if invoice_id in waiting:
            row = waiting[invoice_id]
            held[invoice_id] = (
                f"{names[invoice_id]}: {row['lines']} parked lines of vendor invoice"
                f" {row['vendor_invoices']} could belong to it ({row['reasons']}); place them, or"
                " say why not with --accept-parked"
            )
        elif above:
            listed = ", ".join(names[name] for name in above[:3])
            held[invoice_id] = f"{names[invoice_id]}: not verified yet one hop above: {listed}"
    return held


def _told(header: Header) -> dict[str, Any]:
    """Give an invoice as JSON values."""
    return {
        "invoiceId": header["invoice_id"],
        "invoiceNumber": header["invoice_number"],
        "status": STATUS_NAMES[header["status_id"]],
        "statusId": header["status_id"],
        "hop": header["hop"],
        "providerId": header["seller_id"],
        "consumerId": header["buyer_id"],
        "totalAmount": written_total(header["total_amount"], header["currency"]),
        "currency": header["currency"],
        "outputDigest": header["output_digest"],
    }
