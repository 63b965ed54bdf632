"""Invoices move on: verified when nothing stands against it, then issued and paid.

Source: reporting-api.md 8, rulings 24. Decision 0025.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from tieout.store.catalog import ADJUSTMENT, DRAFTS, INVOICE, VENDOR_LINES
from tieout.store.house import House
from tieout.store.workflow import (
    MOVES,
    STATUS_NAMES,
    Header,
    find_invoices,
    invoices_of,
    move_invoices,
)


@dataclass(frozen=True)
class Held:
    """Which drafts are held back and why, and which are verified though lines are parked."""

    reasons: Mapping[str, str]
    accepted: frozenset[str]


def verify_invoices(
    house: House, choice: Choice, *, word: Word, watch: Watch = UNWATCHED
) -> dict[str, Any]:
    """Verify drafts: from then on their figures never change.

    An invoice is held back while lines that could belong to it are parked and nobody accepted that,
    and until the one above it is verified; adjustments for late lines too. Of a period the others
    are verified all the same and those held back are listed; an invoice that was named raises
    Conflict. Raises InputsChanged when the preview was made from other inputs than those known now,
    LawBroken when its lines are no longer what they were.
    """
    with house.writer(), session(house.scratch, watch=watch) as engine:
        period, named = chosen(house, choice)
        with house.catalog.read() as connection:
            run = manifest.current_run(connection, period=period)
            known = invoices_of(connection, period=period)
        drafts = wanted(house, known, choice=choice, named=named)
        if choice.owner is not None and not drafts:  # nothing is told of what is not theirs
            return {"period": period, "verified": [], "held": [], "inputDigest": None}
        by_hand = [one for one in drafts if not _is_of_run(one)]
        of_runs = [one for one in drafts if _is_of_run(one)]
        month = _month_run(choice, period=period, run=run, drafts=drafts)
        found = Held({}, frozenset())
        if month is not None and (of_runs or not by_hand):
            found = _check_run(engine, house, choice=choice, run=month, known=known, drafts=of_runs)
        held = found.reasons
        if named and held:
            raise Conflict(reason="; ".join(held.values()))
        of_runs = [one for one in of_runs if one["invoice_id"] not in held]
        watch.phase("digests")
        _check_digests(engine, house, ready=[*of_runs, *by_hand], known=known)
        watch.phase("publish")
        with house.catalog.write() as connection:
            accepted = dict.fromkeys(found.accepted, str(choice.accept_parked))
            _verify(connection, of_runs, by_hand=by_hand, accepted=accepted, word=word)
            after = invoices_of(connection, period=period)
    moved = {one["invoice_id"] for one in (*of_runs, *by_hand)}
    return {
        "period": period,
        "verified": [_told(one) for one in after if one["invoice_id"] in moved],
        "held": [{"invoiceId": one, "reason": reason} for one, reason in held.items()],
        "inputDigest": run["input_digest"] if run else None,
    }


def _is_of_run(header: Header) -> bool:
    """Tell whether runs make an invoice: of a month's lines, or of those that came late."""
    made_by = (header["source_id"], header["document_type"])
    return header["source_id"] == VENDOR_LINES or made_by == (ADJUSTMENT, INVOICE)


def _check_digests(
    engine: Engine, house: House, *, ready: Sequence[Header], known: Sequence[Header]
) -> None:
    """Check the digests of documents, run by run. Raises LawBroken."""
    for run_id in dict.fromkeys(one["run_id"] for one in ready):
        asked, made = ([o for o in some if o["run_id"] == run_id] for some in (ready, known))
        check_digests(engine, house, ready=asked, run_id=run_id, known=made)


def _verify(
    connection: Connection,
    of_runs: Sequence[Header],
    *,
    by_hand: Sequence[Header],
    accepted: Mapping[str, str],
    word: Word,
) -> None:
    """Verify drafts of runs, those with parked lines for a reason, and documents made by hand."""
    signed = word.signed(next(iter(accepted.values()), None))
    move_invoices(connection, of_runs, move=MOVES["verify"], signed=signed, accepted=accepted)
    move_invoices(connection, by_hand, move=MOVES["verify"], signed=word.signed())


def _month_run(
    choice: Choice,
    *,
    period: str,
    run: Mapping[str, Any] | None,
    drafts: Sequence[Header],
) -> Mapping[str, Any] | None:
    """Give the month's run. Raises NotFound, or InputsChanged for the digest of another preview.

    A document made by hand and an adjustment have digests of their own; beside drafts of the
    month's run, that run's counts.
    """
    of_month = [one for one in drafts if one["source_id"] == VENDOR_LINES]
    if run is None and (of_month or not drafts):
        raise NotFound(kind="run of period", name=period)
    seen = {one["input_digest"] for one in drafts}
    if run is not None and (of_month or not drafts):
        seen = {run["input_digest"]}
    if choice.input_digest is not None and seen != {choice.input_digest}:
        raise InputsChanged(period=period, changes=())
    return run


def _check_run(
    engine: Engine,
    house: House,
    *,
    choice: Choice,
    run: Mapping[str, Any],
    known: Sequence[Header],
    drafts: Sequence[Header],
) -> Held:
    """Give the drafts of a month's run and of its adjustments that are held back, or accepted.

    Raises InputsChanged.
    """
    engine.watch.phase("inputs")
    refuse_changed_inputs(engine, house, run=run)
    engine.watch.phase("lines")
    runs = defaultdict(list)
    for one in known:
        if _is_of_run(one):
            runs[run["run_id"] if one["source_id"] == VENDOR_LINES else one["run_id"]].append(one)
    is_accepted = choice.accept_parked is not None
    held: dict[str, str] = {}
    accepted: set[str] = set()
    for run_id, made in runs.items():
        ids = {one["invoice_id"] for one in made}
        if asked := [one for one in drafts if one["invoice_id"] in ids]:
            name_lines(engine, house, run_id=run_id, known=made, month_run_id=run["run_id"])
            waiting = _waiting(engine, asked)
            accepted |= waiting.keys() if is_accepted else set()
            held |= _held(engine, asked, known=made, waiting={} if is_accepted else waiting)
    return Held(held, frozenset(accepted))


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


def _waiting(engine: Engine, drafts: Sequence[Header]) -> dict[str, Mapping[str, Any]]:
    """Give the drafts that parked lines could belong to, with those lines."""
    if not engine.one("SELECT count(*) AS n FROM parked_line")["n"]:
        return {}
    engine.table("contract_path", sql_text("tieout.match", "contract_path"))
    rows = engine.arrow(sql_text("tieout.pipeline", "parked_for_invoice")).to_pylist()
    asked = {one["invoice_id"] for one in drafts}
    return {row["invoice_id"]: row for row in rows if row["invoice_id"] in asked}


def _held(
    engine: Engine,
    drafts: Sequence[Header],
    *,
    known: Sequence[Header],
    waiting: Mapping[str, Mapping[str, Any]],
) -> dict[str, str]:
    """Give the drafts that cannot be verified now, by hop, each with its reason."""
    upstream = defaultdict(list)
    for row in engine.arrow(sql_text("tieout.pipeline", "upstream_invoice")).to_pylist():
        upstream[row["invoice_id"]].append(row["upstream_id"])
    chosen = {one["invoice_id"] for one in drafts}
    open_ids = {
        one["invoice_id"]
        for one in known
        if one["status_id"] in DRAFTS and one["invoice_id"] not in chosen
        if one["hop"] > 1  # the vendor's own document counts as verified
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
