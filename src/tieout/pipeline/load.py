"""The journey of vendor files: staged, summed, published together."""

import datetime as dt
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import FileRefused
from tieout.intake import (
    TOTAL_MISMATCH,
    ExportFolder,
    Form,
    Said,
    StagedFile,
    known_mappings,
    stage_file,
)
from tieout.pipeline.delivery import (
    Arrival,
    Staged,
    check_totals,
    publish_delivery,
    summed_invoices,
)
from tieout.pipeline.keep import drop_unnamed, keep, utc_text, write
from tieout.pipeline.moved import move_invoices_of
from tieout.pipeline.outage import FULL
from tieout.pipeline.sources import Delivery
from tieout.store import manifest, vendor_invoices
from tieout.store.audit import PROGRAM, Signed
from tieout.store.catalog import vendor_file, vendor_invoice
from tieout.store.house import House
from tieout.store.lake import LakeFile, copy_file, sync_file


@dataclass(frozen=True)
class Wishes:
    """What a person says about a delivery of vendor files.

    `period`: the month its invoices belong to. `invoice_number`: of files that name no invoice.
    `expected`: by currency, the sum of all rows as it stands on the vendor's invoice, before or
    with tax, to as many decimals as are written.
    """

    period: str | None = None
    invoice_number: str | None = None
    expected: Mapping[str, str] = field(default_factory=dict)
    accept_mismatch: bool = False  # load a file whose own totals row does not agree with its rows
    # of one: a refused file holds back all, and a file loaded before belongs to it too
    export: ExportFolder | None = None
    by: str = PROGRAM  # who loads, for the audit


NO_WISHES = Wishes()


@dataclass(frozen=True)
class Desk:
    """What every file of a load is staged with, and those that were staged so far."""

    house: House
    engine: Engine
    mappings: Sequence[Form]
    wishes: Wishes
    staged: list[Staged]


def load_delivery(
    house: House,
    delivery: Delivery,
    *,
    wishes: Wishes = NO_WISHES,
    now: dt.datetime,
    watch: Watch = UNWATCHED,
) -> list[dict[str, Any]]:
    """Load one delivery as `load_files` does; one that was refused gives one report."""
    if delivery.refusal is not None:
        refusal = delivery.refusal
        return [{**_report(refusal.file), "notices": [str(refusal)], "seconds": "0.000"}]
    wishes = replace(wishes, export=delivery.export)
    return load_files(house, delivery.sources, wishes=wishes, now=now, watch=watch)


def load_files(
    house: House,
    sources: Sequence[tuple[str, Path]],
    *,
    wishes: Wishes = NO_WISHES,
    now: dt.datetime,
    watch: Watch = UNWATCHED,
) -> list[dict[str, Any]]:
    """Load vendor files, each as (name for people, path), and give one report per file.

    A file that is refused or was loaded before changes nothing; the others are published
    together. Invoices that a later load brings again are copies or new versions. Raises
    TotalsDiffer, and loads nothing, when the sums are not those expected.
    """
    reports: list[dict[str, Any]] = []
    staged: list[Staged] = []
    mappings = known_mappings(house.home / "mappings")
    with house.writer(), session(house.scratch, watch=watch) as engine:
        desk = Desk(house, engine, mappings, wishes, staged)
        for name, path in sources:
            watch.file(name)
            started = time.monotonic()
            report = _stage(desk, name=name, path=path)
            reports.append({**report, "seconds": f"{time.monotonic() - started:.3f}"})
        if wishes.export:
            _hold_together(house, reports, staged=staged, export=wishes.export)
        watch.phase("sum")
        if staged:
            found = summed_invoices(house, engine, staged=staged, period=wishes.period)
            check_totals(house, engine, staged=staged, expected=wishes.expected)
        held_back = wishes.export and any(report["status"] == "refused" for report in reports)
        if wishes.period is not None and not held_back:
            watch.phase("publish")
            repeated = [report for report in reports if report["status"] == "duplicate_file"]
            signed = Signed(wishes.by, utc_text(now))
            ids = [report["fileId"] for report in repeated]
            moved = move_invoices_of(
                engine, house, file_ids=ids, period=wishes.period, signed=signed
            )
            _say_moved(repeated, moved, period=wishes.period)
        if staged:
            arrival = Arrival(reports, now=now, export=wishes.export, by=wishes.by)
            publish_delivery(house, engine, staged=staged, found=found, arrival=arrival)
    return reports


def _hold_together(
    house: House, reports: list[dict[str, Any]], *, staged: list[Staged], export: ExportFolder
) -> None:
    """Hold back an export when a part is refused; add its parts that were loaded before."""
    if any(report["status"] == "refused" for report in reports):
        staged.clear()
        drop_unnamed(house)
        for report in reports:
            if report["status"] == "loaded":
                report["status"] = "refused"
                report["notices"].append(f"{report['file']}: held back with the refused files")
    elif staged or _is_made_anew(house, export):
        known = [report["fileId"] for report in reports if report["status"] == "duplicate_file"]
        new = {file.file_id for file, _ in staged}
        staged += [_loaded_before(house, file_id) for file_id in known if file_id not in new]


def _is_made_anew(house: House, export: ExportFolder) -> bool:
    """Say whether an earlier load of this export stands under another eTag."""
    with house.catalog.read() as connection:
        named = {"export_id": export.export_id, "etag": export.etag}
        return bool(vendor_invoices.loads_of_export(connection, **named))


def _loaded_before(house: House, file_id: str) -> Staged:
    """Give a file of an earlier load as it was staged then."""
    with house.catalog.read() as connection:
        kept = manifest.lake_files(connection, file_id)
        row = connection.execute(
            select(vendor_file).where(vendor_file.c.file_id == file_id).limit(1)
        ).mappings()
        file = dict(row.one())
    paths = {one.kind: house.lake.full(one.path) for one in kept}
    names = ("file_id", "name", "format", "vendor", "rows", "loaded", "rejected", "skipped")
    staged = StagedFile(
        **{name: file[name] for name in names},
        header=tuple(json.loads(file["header"])),
        notices=tuple(json.loads(file["notices"])),
        cells=paths["cells"],
        vendor_line=paths["vendor_line"],
        rejected_row=paths["rejected_row"],
        version=file["mapping_version"],
    )
    return staged, kept


def _stage(desk: Desk, *, name: str, path: Path) -> dict[str, Any]:
    """Stage one vendor file into the lake; its report lacks what only the whole load knows."""
    report = _report(name)
    desk.engine.watch.phase("store")
    with desk.house.lake.draft(".original") as copy, ThreadPoolExecutor(1) as aside:
        try:
            report["fileId"] = copy_file(path, copy)
        except OSError as error:
            if error.errno in FULL:  # it is not the file's fault: a worker tries again
                raise
            return {**report, "notices": [f"{name}: {error.strerror}"]}
        aside.submit(sync_file, copy)
        return {**report, **_stage_copy(desk, report=report, copy=copy)}


def _report(name: str) -> dict[str, Any]:
    """Give the report of a file about which nothing else is known."""
    nothing = {"fileId": None, "format": None, "period": None, "status": "refused"}
    return {"file": name, **nothing, "rows": 0, "loaded": 0, "rejected": 0} | {
        "notices": [],
        "totals": [],
    }


def _replaced(connection: Connection, file_id: str) -> list[str]:
    """Give the vendor invoices of a file that a newer version has replaced."""
    loads = select(vendor_file.c.load_id).where(vendor_file.c.file_id == file_id)
    found = select(vendor_invoice.c.invoice_number).where(
        vendor_invoice.c.load_id.in_(loads), vendor_invoice.c.state == "replaced"
    )
    return sorted(set(connection.execute(found).scalars()))


def _stage_copy(desk: Desk, *, report: Mapping[str, Any], copy: Path) -> dict[str, Any]:
    """Read what was copied, unless it was loaded before; give what the report has to add."""
    name, file_id, house = report["file"], report["fileId"], desk.house
    with house.catalog.read() as connection:
        known = connection.execute(
            select(vendor_file.c.name).where(vendor_file.c.file_id == file_id)
        ).scalar()
        newer = _replaced(connection, file_id)
    if known or any(file.file_id == file_id for file, _ in desk.staged):
        sentence = f"{name}: the same bytes were loaded before as {known or name}; nothing changed"
        stays = f"; the newer version of invoice {', '.join(newer)} stays" if newer else ""
        return {"status": "duplicate_file", "notices": [sentence + stays]}
    drafts = house.scratch / file_id[:16]
    drafts.mkdir(parents=True, exist_ok=True)
    try:
        file = stage_file(
            desk.engine,
            copy,
            name=name,
            file_id=file_id,
            drafts=drafts,
            said=Said(desk.mappings, desk.wishes.invoice_number),
        )
    except FileRefused as refusal:
        return {"notices": [str(refusal)]}
    mismatch = any(notice.startswith(TOTAL_MISMATCH) for notice in file.notices)
    if mismatch and not desk.wishes.accept_mismatch:
        sentence = f"{name}: not loaded; --accept-mismatch loads it all the same"
        return {"notices": [*file.notices, sentence]}
    if not desk.wishes.export and (twin := _twin(desk, file)):
        sentence = f"{name}: holds the same rows as {twin}, loaded with it; not counted again"
        return {"status": "duplicate_file", "notices": [sentence]}
    none = () if file.loaded else ("every row was rejected: `tieout rejected` says why",)
    desk.staged.append((file, _keep_files(desk, file, copy=copy)))
    return {
        "status": "loaded",
        "format": file.format,
        "rows": file.rows,
        "loaded": file.loaded,
        "rejected": file.rejected,
        "notices": [*file.notices, *none],
    }


def _say_moved(
    reports: Sequence[dict[str, Any]], moved: Mapping[str, Sequence[str]], *, period: str
) -> None:
    """Say which invoices of files loaded before belong to another period now."""
    for report in reports:
        if numbers := moved[report["fileId"]]:
            said = f"period {period} is now that of invoice {', '.join(numbers)}"
            (sentence,) = report["notices"]
            report["notices"] = [sentence.replace("nothing changed", said)]


def _keep_files(desk: Desk, file: StagedFile, *, copy: Path) -> list[LakeFile]:
    """Move into the lake the copy of the original and what was read from it."""
    house = desk.house
    desk.engine.watch.phase("keep")
    totals = write(
        house, desk.engine, sql=sql_text("tieout.pipeline", "control_total"), kind="control_total"
    )
    kept = [house.lake.keep(copy, kind="vendor_file", rows=file.rows, sha256=file.file_id)]
    rows = {"cells": file.rows, "vendor_line": file.loaded, "rejected_row": file.rejected}
    moved = [keep(house, getattr(file, kind), kind=kind, rows=rows[kind]) for kind in rows]
    return [*kept, *moved, totals]


def _twin(desk: Desk, file: StagedFile) -> str | None:
    """Give the name of a file of this load with the same rows, such as its gzip copy."""
    for other, kept in desk.staged:
        if (other.loaded, other.rejected) != (file.loaded, file.rejected) or not file.loaded:
            continue
        (theirs,) = [desk.house.lake.full(f.path) for f in kept if f.kind == "vendor_line"]
        desk.engine.parquet("twin_line", [theirs])
        desk.engine.parquet("own_line", [file.vendor_line])
        if not desk.engine.one(sql_text("tieout.pipeline", "other_row"))["count"]:
            return other.name
    return None
