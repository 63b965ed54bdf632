"""The manifest: which lake files make up the snapshot, load or run that readers see."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, and_, exists, insert, not_, select, update

from tieout.errors import Conflict
from tieout.store.catalog import (
    DRAFTS,
    invoice,
    lake_file,
    load,
    next_id,
    reference,
    run,
    snapshot,
    vendor_file,
    vendor_invoice,
)
from tieout.store.house import House
from tieout.store.lake import LakeFile
from tieout.store.resources import RESOURCES

STANDING = ("current", "detail")  # states of vendor invoices that count


@dataclass(frozen=True)
class Snapshot:
    """One state of the reference data: its number and a Parquet file per resource."""

    snapshot_id: int
    files: Mapping[str, Path]


@dataclass(frozen=True)
class TakenFile:
    """One vendor file that a period takes lines from."""

    file_id: str
    name: str
    invoice_numbers: tuple[str, ...]
    vendor_line: Path
    rejected_row: Path | None


def add_files(
    connection: Connection, files: Sequence[LakeFile], *, owner_kind: str, owner_id: str
) -> None:
    """Name lake files in the manifest; a file named twice by one owner counts once."""
    unique = {(file.kind, file.path): file for file in files}
    for file in unique.values():
        connection.execute(
            insert(lake_file).values(
                owner_kind=owner_kind,
                owner_id=owner_id,
                kind=file.kind,
                path=file.path,
                hop=file.hop,
                rows=file.rows,
                size=file.size,
                sha256=file.sha256,
                sums="{}",
            )
        )


def latest_snapshot(connection: Connection, house: House) -> Snapshot:
    """Give the newest snapshot; number 0 with no files before the first load."""
    found = connection.execute(
        select(snapshot.c.snapshot_id).order_by(snapshot.c.snapshot_id.desc()).limit(1)
    ).scalar()
    return snapshot_files(connection, house, snapshot_id=found or 0)


def snapshot_files(connection: Connection, house: House, *, snapshot_id: int) -> Snapshot:
    """Give one snapshot's files by resource."""
    rows = connection.execute(
        select(lake_file.c.kind, lake_file.c.path).where(
            lake_file.c.owner_kind == "snapshot", lake_file.c.owner_id == str(snapshot_id)
        )
    )
    files = {kind.removeprefix("reference_"): house.lake.full(path) for kind, path in rows}
    return Snapshot(snapshot_id=snapshot_id, files=files)


def publish_snapshot(
    connection: Connection,
    files: Sequence[LakeFile],
    *,
    changed: Mapping[str, pa.Table],
    ended: Mapping[str, pa.Table],
    digest: str,
    created_at: str,
) -> int:
    """End the rows that changed, add their successors, and name the new snapshot's files."""
    number = next_id(connection, snapshot.c.snapshot_id)
    connection.execute(
        insert(snapshot).values(snapshot_id=number, created_at=created_at, digest=digest)
    )
    for resource, rows in ended.items():
        table = reference[resource]
        for row in rows.to_pylist():
            same = [
                table.c[key] == row[key] for key in RESOURCES[resource].keys if row[key] is not None
            ]
            none = [table.c[key].is_(None) for key in RESOURCES[resource].keys if row[key] is None]
            connection.execute(
                update(table)
                .where(and_(*same, *none, table.c.to_snapshot.is_(None)))
                .values(to_snapshot=number)
            )
    for resource, rows in changed.items():
        values = [{**row, "from_snapshot": number} for row in rows.to_pylist()]
        if values:
            connection.execute(insert(reference[resource]), values)
    add_files(connection, files, owner_kind="snapshot", owner_id=str(number))
    return number


def publish_load(
    connection: Connection, files: Sequence[Mapping[str, Any]], *, created_at: str
) -> int:
    """Record vendor files with their lake files; `vendor_invoice` rows come separately."""
    number = next_id(connection, load.c.load_id)
    connection.execute(insert(load).values(load_id=number, created_at=created_at))
    for file in files:
        columns = {name: value for name, value in file.items() if name != "lake_files"}
        connection.execute(insert(vendor_file).values(load_id=number, **columns))
        add_files(connection, file["lake_files"], owner_kind="load", owner_id=file["file_id"])
    return number


def publish_vendor_invoice(
    connection: Connection, values: Mapping[str, Any], *, detail_formats: Collection[str]
) -> str:
    """Record one vendor invoice of a load, as one format tells it.

    Where one of `detail_formats` and another format tell the same invoice, the other is billed
    (rulings 20); else formats lie side by side. Gives `new`, `copy`, `replaces`, `detail` (kept
    beside a billed one) or `outranks` (billed from now on in the place of its detail).
    """
    gives_way = values["format"] in detail_formats
    named = and_(
        vendor_invoice.c.vendor == values["vendor"],
        vendor_invoice.c.invoice_number == values["invoice_number"],
    )
    same = and_(
        named,
        vendor_invoice.c.format == values["format"],
        vendor_invoice.c.state.in_(STANDING),
    )
    details = vendor_invoice.c.format.in_(sorted(detail_formats))
    other = and_(
        named, vendor_invoice.c.state == "current", not_(details) if gives_way else details
    )
    before = connection.execute(select(vendor_invoice.c.content_digest).where(same)).scalar()
    if before == values["content_digest"]:
        connection.execute(insert(vendor_invoice).values(state="copy", **values))
        return "copy"
    told = connection.execute(select(vendor_invoice.c.format).where(other)).scalar()
    connection.execute(update(vendor_invoice).where(same).values(state="replaced"))
    state = "detail" if told and gives_way else "current"
    if told and not gives_way:
        connection.execute(update(vendor_invoice).where(other).values(state="detail"))
    connection.execute(insert(vendor_invoice).values(state=state, **values))
    if before is not None:
        return "replaces"
    if told:
        return "detail" if gives_way else "outranks"
    return "new"


def standing_paths(
    connection: Connection, house: House, *, vendor: str, invoice_number: str, code: str
) -> list[Path]:
    """Give the vendor lines' files of the version of an invoice that counts, by format code."""
    rows = connection.execute(
        select(lake_file.c.path)
        .join(vendor_file, vendor_file.c.file_id == lake_file.c.owner_id)
        .join(vendor_invoice, vendor_invoice.c.load_id == vendor_file.c.load_id)
        .where(
            lake_file.c.owner_kind == "load",
            lake_file.c.kind == "vendor_line",
            vendor_file.c.format == code,
            vendor_invoice.c.format == code,
            vendor_invoice.c.vendor == vendor,
            vendor_invoice.c.invoice_number == invoice_number,
            vendor_invoice.c.state.in_(STANDING),
        )
    )
    return [house.lake.full(path) for path in rows.scalars()]


def move_vendor_invoices(connection: Connection, *, file_id: str, period: str) -> list[str]:
    """Give the invoices of a loaded file another period; give those whose period changed.

    Raises Conflict when one of them stands in a run with a verified invoice from hop 2 on.
    """
    told = and_(
        vendor_invoice.c.state.in_(STANDING),
        vendor_invoice.c.period != period,
        exists().where(
            vendor_file.c.file_id == file_id,
            vendor_file.c.load_id == vendor_invoice.c.load_id,
            vendor_file.c.format == vendor_invoice.c.format,
        ),
    )
    found = connection.execute(
        select(vendor_invoice.c.invoice_number, vendor_invoice.c.period).where(told)
    ).all()
    for number, before in found:
        verified = connection.execute(
            select(invoice.c.invoice_number)
            .where(invoice.c.period.in_((before, period)), invoice.c.hop > 1)
            .where(invoice.c.status_id.not_in(DRAFTS))
            .limit(1)
        ).scalar()
        if verified:
            raise Conflict(
                reason=f"vendor invoice {number} stays in {before}: invoice {verified} is verified"
            )
    connection.execute(update(vendor_invoice).where(told).values(period=period))
    return sorted(number for number, _ in found)


def taken_files(
    connection: Connection, house: House, *, period: str, state: str = "current"
) -> list[TakenFile]:
    """Give the vendor files whose billed invoices belong to a period, in a fixed order.

    With the state `detail`: those that tell a billed invoice once more.
    """
    rows = connection.execute(
        select(vendor_file.c.file_id, vendor_file.c.name, vendor_invoice.c.invoice_number)
        .join(
            vendor_invoice,
            and_(
                vendor_invoice.c.load_id == vendor_file.c.load_id,
                vendor_invoice.c.format == vendor_file.c.format,
            ),
        )
        .where(vendor_invoice.c.period == period, vendor_invoice.c.state == state)
        .order_by(vendor_file.c.file_id, vendor_invoice.c.invoice_number)
    ).all()
    numbers: dict[tuple[str, str], list[str]] = {}
    for file_id, name, invoice_number in rows:
        numbers.setdefault((file_id, name), []).append(invoice_number)
    taken = []
    for (file_id, name), invoice_numbers in numbers.items():
        paths = {
            kind: house.lake.full(path)
            for kind, path in connection.execute(
                select(lake_file.c.kind, lake_file.c.path).where(
                    lake_file.c.owner_kind == "load", lake_file.c.owner_id == file_id
                )
            )
        }
        taken.append(
            TakenFile(
                file_id=file_id,
                name=name,
                invoice_numbers=tuple(invoice_numbers),
                vendor_line=paths["vendor_line"],
                rejected_row=paths.get("rejected_row"),
            )
        )
    return taken


def publish_run(
    connection: Connection, values: Mapping[str, Any], *, files: Sequence[LakeFile]
) -> None:
    """Make a run the one that readers see for its period; the same run again changes nothing."""
    connection.execute(update(run).where(run.c.period == values["period"]).values(is_current=0))
    known = connection.execute(
        select(run.c.run_id).where(run.c.run_id == values["run_id"])
    ).scalar()
    if known:
        connection.execute(update(run).where(run.c.run_id == known).values(is_current=1))
        return
    connection.execute(insert(run).values(is_current=1, **values))
    add_files(connection, files, owner_kind="run", owner_id=values["run_id"])


def current_run(connection: Connection, *, period: str) -> Mapping[str, Any] | None:
    """Give the published run of a period, certificate and summary decoded."""
    row = (
        connection.execute(select(run).where(run.c.period == period, run.c.is_current == 1))
        .mappings()
        .first()
    )
    if row is None:
        return None
    return {
        **row,
        "certificate": json.loads(row["certificate"]),
        "summary": json.loads(row["summary"]),
    }


def run_paths(connection: Connection, house: House, *, run_id: str) -> dict[str, list[Path]]:
    """Give a run's lake files by kind, by hop within a kind."""
    rows = connection.execute(
        select(lake_file.c.kind, lake_file.c.path)
        .where(lake_file.c.owner_kind == "run", lake_file.c.owner_id == run_id)
        .order_by(lake_file.c.kind, lake_file.c.hop)
    )
    paths: dict[str, list[Path]] = {}
    for kind, path in rows:
        paths.setdefault(kind, []).append(house.lake.full(path))
    return paths


def named_paths(connection: Connection) -> dict[str, str]:
    """Give every lake path that the manifest names, with its hash."""
    rows = connection.execute(select(lake_file.c.path, lake_file.c.sha256))
    return {row.path: row.sha256 for row in rows}
