"""What of a month is verified, and which runs made, took or could take lines that came late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from tieout.errors import Conflict
from tieout.store import manifest
from tieout.store.catalog import (
    DRAFTS,
    VENDOR_LINES,
    invoice,
    lake_file,
    run,
    vendor_file,
    vendor_invoice,
)
from tieout.store.house import House
from tieout.store.vendor_invoices import told_by

LATE, CARRIED = "late_charge", "carried_line"  # kinds of lake files
Parties = Mapping[str, Any]  # hop, seller_id, buyer_id, vendor and currency of an invoice


@dataclass(frozen=True)
class LateRun:
    """A published run, its lake files by kind, and the verified invoices of its month."""

    period: str
    run_id: str
    verified: Sequence[Parties]
    paths: Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class Ledger:
    """What a month has to know of itself and of others about late lines.

    `verified`: its own verified invoices from hop 2 on. `own`: its published run. `earlier`: runs
    of earlier months with late lines. `takers`: runs of other months that bill late lines.
    """

    period: str
    verified: Sequence[Parties] = ()
    own: LateRun | None = None
    earlier: Sequence[LateRun] = ()
    takers: Sequence[LateRun] = ()


def ledger_of(connection: Connection, house: House, *, period: str) -> Ledger:
    """Give the ledger of a month: empty where nothing of it is verified and nothing came late."""
    verified = verified_parties(connection, period=period)
    late = _runs_with(connection, LATE)
    if not verified and not late:
        return Ledger(period)

    def opened(month: str, run_id: str) -> LateRun:
        paths = manifest.run_paths(connection, house, run_id=run_id)
        return LateRun(month, run_id, verified_parties(connection, period=month), paths)

    own = manifest.current_run(connection, period=period)
    takers = _runs_with(connection, CARRIED)
    return Ledger(
        period,
        verified=verified,
        own=None if own is None else opened(period, own["run_id"]),
        earlier=[opened(*one) for one in late if one[0] < period],
        takers=[opened(*one) for one in takers if one[0] != period],
    )


def verified_parties(connection: Connection, *, period: str) -> list[Parties]:
    """Give the verified invoices of a month that were made from vendor lines, from hop 2 on."""
    rows = connection.execute(
        select(
            *(invoice.c[name] for name in ("hop", "seller_id", "buyer_id", "currency")),
            invoice.c.vendor_id.label("vendor"),
        ).where(invoice.c.period == period, _is_verified())
    ).mappings()
    return [dict(row) for row in rows]


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


def billed_elsewhere(connection: Connection, *, late_of: str) -> list[dict[str, Any]]:
    """Give which months bill late lines of a month, as their certificates tell it."""
    found = []
    for month, run_id in _runs_with(connection, CARRIED):
        certificate = manifest.run_by_id(connection, run_id=run_id)["certificate"]
        found += [
            {**one, "period": month} for one in certificate["carriedIn"] if one["period"] == late_of
        ]
    return found


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


def _runs_with(connection: Connection, kind: str) -> list[tuple[str, str]]:
    """Give month and id of the published runs that have rows in a lake file of a kind."""
    has = exists().where(
        lake_file.c.owner_kind == "run",
        lake_file.c.owner_id == run.c.run_id,
        lake_file.c.kind == kind,
        lake_file.c.rows > 0,
    )
    found = connection.execute(
        select(run.c.period, run.c.run_id)
        .where(manifest.is_published(), has)
        .order_by(run.c.period)
    )
    return [(row.period, row.run_id) for row in found]
