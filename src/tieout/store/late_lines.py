"""What of a month is verified, and which runs made, took or could take lines that came late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, select, update

from tieout.errors import Conflict
from tieout.store import audit, manifest
from tieout.store.audit import Signed
from tieout.store.catalog import (
    AFTER_CLOSE,
    DRAFTS,
    MONTH,
    VENDOR_LINES,
    invoice,
    lake_file,
    run,
    vendor_file,
    vendor_invoice,
)
from tieout.store.house import House
from tieout.store.lake import LakeFile
from tieout.store.vendor_invoices import told_by
from tieout.store.workflow import FOLLOWS, withdrawn

LATE, CARRIED = "late_charge", "carried_line"  # kinds of lake files
HELD_BACK = "held_back"  # another: what takes lines back and waits; of the late ones
PART = "late "  # begins what stands apart of another month, before the month
Parties = Mapping[str, Any]  # hop, seller_id, buyer_id, vendor, currency, order of an invoice


@dataclass(frozen=True)
class LateRun:
    """A run in force, its lake files by kind, and the invoices from hop 2 on that stay.

    Of a month those are its verified ones, of adjustments all, once one of them is verified.
    """

    period: str
    run_id: str
    verified: Sequence[Parties]
    paths: Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class Ledger:
    """What a month has to know of itself and of others about late lines.

    `verified`: its own verified invoices from hop 2 on. `own`: its published run. `earlier`: runs
    of earlier months with late lines. `takers`: other runs that bill late lines. `adjustment_no`
    and `open_run_id`: the number of the month's adjustments that are still drafts, and their run.
    """

    period: str
    verified: Sequence[Parties] = ()
    own: LateRun | None = None
    earlier: Sequence[LateRun] = ()
    takers: Sequence[LateRun] = ()
    adjustment_no: int = 1
    open_run_id: str | None = None


def is_late(part: str | None) -> bool:
    """Tell whether what stands apart in an invoice are late lines of another month."""
    return (part or "").startswith(PART)


def ledger_of(connection: Connection, house: House, *, period: str) -> Ledger:
    """Give the ledger of a month: empty where nothing of it is verified and nothing came late."""
    verified = verified_parties(connection, period=period)
    late = _runs_with(connection, LATE)
    if not verified and not late:
        return Ledger(period)

    def opened(found: tuple[str, str, str]) -> LateRun:
        month, run_id, kind = found
        stays = (
            verified_parties(connection, period=month)
            if kind == MONTH
            else _adjusted_parties(connection, run_id=run_id)
        )
        paths = manifest.run_paths(connection, house, run_id=run_id)
        return LateRun(month, run_id, stays, paths)

    own = manifest.current_run(connection, period=period)
    takers = [opened(one) for one in _runs_with(connection, CARRIED)]
    others = [one for one in takers if own is None or one.run_id != own["run_id"]]
    adjustments = [one for one in others if one.period == period]
    drafts = [one for one in adjustments if not one.verified]
    return Ledger(
        period,
        verified=verified,
        own=None if own is None else opened((period, own["run_id"], MONTH)),
        earlier=[opened(one) for one in late if one[0] < period],
        takers=[one for one in others if one not in drafts],
        adjustment_no=1 + len(adjustments) - len(drafts),
        open_run_id=drafts[0].run_id if drafts else None,
    )


def verified_parties(connection: Connection, *, period: str) -> list[Parties]:
    """Give the verified invoices of a month that were made from vendor lines, from hop 2 on."""
    return _parties(connection, invoice.c.period == period, _is_verified())


def _adjusted_parties(connection: Connection, *, run_id: str) -> list[Parties]:
    """Give the adjustments of a run from hop 2 on; none while all of them are drafts."""
    mine = (invoice.c.run_id == run_id, invoice.c.hop > 1)
    if _parties(connection, *mine, invoice.c.status_id.not_in(DRAFTS)):
        return _parties(connection, *mine)
    return []


def _parties(connection: Connection, *wanted: ColumnElement[bool]) -> list[Parties]:
    names = ("hop", "seller_id", "buyer_id", "currency")
    columns = (
        *(invoice.c[name] for name in names),
        invoice.c.vendor_id.label("vendor"),
        func.coalesce(invoice.c.order_id, "").label("order_said"),
    )
    return [dict(row) for row in connection.execute(select(*columns).where(*wanted)).mappings()]


def refuse_stale_months(connection: Connection, *, period: str) -> None:
    """Raise Conflict when an earlier closed month has vendor files that its run does not know.

    Their late lines would be forgotten: the month is to be run first.
    """
    closed = select(invoice.c.period).where(invoice.c.period < period, _is_verified()).distinct()
    months = list(connection.execute(closed.order_by(invoice.c.period)).scalars())
    for month in months:
        known = manifest.current_run(connection, period=month)
        here = _billed_files(connection, period=month)
        if known is None or here != {one["fileId"] for one in known["certificate"]["inputs"]}:
            raise Conflict(
                reason=f"{month} has verified invoices and vendor files that its run does not know:"
                f" run {month} first, it tells which of their lines are late"
            )


def replace_adjustments(
    connection: Connection,
    values: Mapping[str, Any],
    *,
    headers: Sequence[Mapping[str, Any]],
    files: Sequence[LakeFile],
    replaced: str | None,
    by: str,
) -> None:
    """Put the adjustments of a month's late lines in the place of those that are drafts.

    The vendor's own (hop 1) may be verified among them; the audit says that it went.
    """
    if replaced == (values["run_id"] if headers else None):
        return
    gone = select(invoice).where(
        invoice.c.run_id == replaced, invoice.c.status_id.not_in(DRAFTS), invoice.c.hop == 1
    )
    events = [withdrawn(dict(row)) for row in connection.execute(gone).mappings()]
    audit.record(connection, events, signed=Signed(by, values["created_at"], FOLLOWS))
    connection.execute(delete(invoice).where(invoice.c.run_id == replaced))
    connection.execute(update(run).where(run.c.run_id == replaced).values(is_current=0))
    if headers:
        manifest.publish_run(connection, {**values, "kind": AFTER_CLOSE}, files=files, by=by)
        connection.execute(insert(invoice), [dict(one) for one in headers])


def billed_elsewhere(connection: Connection, *, late_of: str) -> list[dict[str, Any]]:
    """Give which months, or adjustments, bill late lines of a month, as their runs tell it."""
    return [
        {**one, "period": month, "isAdjustment": kind == AFTER_CLOSE}
        for month, run_id, kind in _runs_with(connection, CARRIED)
        for one in manifest.run_by_id(connection, run_id=run_id)["certificate"]["carriedIn"]
        if one["period"] == late_of
    ]


def _billed_files(connection: Connection, *, period: str) -> set[str]:
    rows = connection.execute(
        select(vendor_file.c.file_id)
        .join(vendor_invoice, told_by())
        .where(vendor_invoice.c.period == period, vendor_invoice.c.state == "current")
    )
    return set(rows.scalars())


def _is_verified() -> ColumnElement[bool]:
    return and_(
        invoice.c.hop > 1,
        invoice.c.source_id == VENDOR_LINES,
        invoice.c.status_id.not_in(DRAFTS),
    )


def _runs_with(connection: Connection, kind: str) -> list[tuple[str, str, str]]:
    """Give month, id and kind of the runs in force that have rows in a lake file of a kind."""
    has = exists().where(
        lake_file.c.owner_kind == "run",
        lake_file.c.owner_id == run.c.run_id,
        lake_file.c.kind == kind,
        lake_file.c.rows > 0,
    )
    found = connection.execute(
        select(run.c.period, run.c.run_id, run.c.kind)
        .where(manifest.is_billing(), has)
        .order_by(run.c.period, run.c.run_id)
    )
    return [(row.period, row.run_id, row.kind) for row in found]
