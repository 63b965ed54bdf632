"""The journey of vendor files: staged, summed, published together."""

import datetime as dt
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from tieout.engine.duckdb import Engine, literal, session, sql_text
from tieout.errors import FileRefused, TotalsDiffer
from tieout.intake import DETAIL_FORMATS, StagedFile, stage_file
from tieout.money import parse_number, round_fraction
from tieout.pipeline.keep import keep, utc_text, write
from tieout.store import manifest
from tieout.store.catalog import vendor_file
from tieout.store.house import House
from tieout.store.lake import LakeFile, copy_file, sync_file
from tieout.tables import REJECTED_ROW, VENDOR_LINE

Staged = tuple[StagedFile, list[LakeFile]]
HAPPENED = {
    "copy": "is a copy of what was loaded before and is not counted again",
    "replaces": "replaces the version loaded before as a whole",
    "detail": "is billed from its monthly file; this one is kept as its detail, not billed",
    "outranks": "is billed from this file from the next run on, no longer from its daily file",
}


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


NO_WISHES = Wishes()


def load_files(
    house: House,
    sources: Sequence[tuple[str, Path]],
    *,
    wishes: Wishes = NO_WISHES,
    now: dt.datetime,
) -> list[dict[str, Any]]:
    """Load vendor files, each as (name for people, path), and give one report per file.

    A file that is refused or was loaded before changes nothing; the others are published
    together. Invoices that a later load brings again are copies or new versions. Raises
    TotalsDiffer, and loads nothing, when the sums are not those expected.
    """
    reports: list[dict[str, Any]] = []
    staged: list[Staged] = []
    with house.writer(), session(house.scratch) as engine:
        for name, path in sources:
            started = time.monotonic()
            report = _stage(house, engine, staged=staged, name=name, path=path, wishes=wishes)
            reports.append({**report, "seconds": f"{time.monotonic() - started:.3f}"})
        if staged:
            found = _vendor_invoices(house, engine, staged=staged, period=wishes.period)
            _check_totals(house, engine, staged=staged, expected=wishes.expected)
            _publish_load(house, engine, staged, reports=reports, found=found, now=now)
        house.clear_scratch()
    return reports


def _stage(
    house: House,
    engine: Engine,
    *,
    staged: list[Staged],
    name: str,
    path: Path,
    wishes: Wishes,
) -> dict[str, Any]:
    """Stage one vendor file into the lake; its report lacks what only the whole load knows."""
    report: dict[str, Any] = {
        "file": name,
        "fileId": None,
        "format": None,
        "period": None,
        "status": "refused",
        "rows": 0,
        "loaded": 0,
        "rejected": 0,
        "notices": [],
        "totals": [],
    }
    with house.lake.draft(".original") as copy, ThreadPoolExecutor(1) as aside:
        try:
            report["fileId"] = copy_file(path, copy)
        except OSError as error:
            return {**report, "notices": [f"{name}: {error.strerror}"]}
        aside.submit(sync_file, copy)
        added = _stage_copy(house, engine, staged=staged, report=report, copy=copy, wishes=wishes)
        return {**report, **added}


def _stage_copy(
    house: House,
    engine: Engine,
    *,
    staged: list[Staged],
    report: Mapping[str, Any],
    copy: Path,
    wishes: Wishes,
) -> dict[str, Any]:
    """Read what was copied, unless it was loaded before; give what the report has to add."""
    name, file_id = report["file"], report["fileId"]
    with house.catalog.read() as connection:
        known = connection.execute(
            select(vendor_file.c.name).where(vendor_file.c.file_id == file_id)
        ).scalar()
    if known or any(file.file_id == file_id for file, _ in staged):
        changed = _move(house, file_id, period=wishes.period) or "nothing changed"
        sentence = f"{name}: the same bytes were loaded before as {known or name}; {changed}"
        return {"status": "duplicate_file", "notices": [sentence]}
    drafts = house.scratch / file_id[:16]
    drafts.mkdir(parents=True, exist_ok=True)
    try:
        file = stage_file(engine, copy, name=name, file_id=file_id, drafts=drafts)
    except FileRefused as refusal:
        return {"notices": [str(refusal)]}
    if twin := _twin(house, engine, staged=staged, file=file):
        sentence = f"{name}: holds the same rows as {twin}, loaded with it; not counted again"
        return {"status": "duplicate_file", "notices": [sentence]}
    staged.append((file, _keep_files(house, engine, file, copy=copy)))
    return {
        "status": "loaded",
        "format": file.format,
        "rows": file.rows,
        "loaded": file.loaded,
        "rejected": file.rejected,
        "notices": list(file.notices),
    }


def _move(house: House, file_id: str, *, period: str | None) -> str:
    """Give the invoices of a file loaded before another period; say what changed."""
    if period is None:
        return ""
    with house.catalog.write() as connection:
        moved = manifest.move_vendor_invoices(connection, file_id=file_id, period=period)
    return f"period {period} is now that of invoice {', '.join(moved)}" if moved else ""


def _keep_files(house: House, engine: Engine, file: StagedFile, *, copy: Path) -> list[LakeFile]:
    """Move into the lake the copy of the original and what was read from it."""
    totals = write(
        house, engine, sql=sql_text("tieout.pipeline", "control_total"), kind="control_total"
    )
    kept = [house.lake.keep(copy, kind="vendor_file", rows=file.rows, sha256=file.file_id)]
    rows = {"cells": file.rows, "vendor_line": file.loaded, "rejected_row": file.rejected}
    moved = [keep(house, getattr(file, kind), kind=kind, rows=rows[kind]) for kind in rows]
    return [*kept, *moved, totals]


def _twin(
    house: House, engine: Engine, *, staged: Sequence[Staged], file: StagedFile
) -> str | None:
    """Give the name of a file of this load with the same rows, such as its gzip copy."""
    for other, kept in staged:
        if (other.loaded, other.rejected) != (file.loaded, file.rejected) or not file.loaded:
            continue
        (theirs,) = [house.lake.full(f.path) for f in kept if f.kind == "vendor_line"]
        engine.parquet("twin_line", [theirs])
        engine.parquet("own_line", [file.vendor_line])
        if not engine.one(sql_text("tieout.pipeline", "other_row"))["count"]:
            return other.name
    return None


def _vendor_invoices(
    house: House, engine: Engine, *, staged: Sequence[Staged], period: str | None
) -> list[dict[str, Any]]:
    """Give the vendor invoices of a load with their sums, periods and content digests."""
    engine.parquet("vendor_line", _paths(house, staged, kind="vendor_line"), schema=VENDOR_LINE)
    engine.register(
        "staged_file",
        pa.table(
            {
                "file_id": [file.file_id for file, _ in staged],
                "format": [file.format for file, _ in staged],
            }
        ),
    )
    engine.let(chosen_period=period)
    found: list[dict[str, Any]] = engine.arrow(
        sql_text("tieout.pipeline", "vendor_invoice")
    ).to_pylist()
    return found


def _paths(house: House, staged: Sequence[Staged], *, kind: str) -> list[Path]:
    return [house.lake.full(file.path) for _, kept in staged for file in kept if file.kind == kind]


def _check_totals(
    house: House, engine: Engine, *, staged: Sequence[Staged], expected: Mapping[str, str]
) -> None:
    """Compare a load's sums with those a person expects. Raises TotalsDiffer, nothing kept then."""
    if not expected:
        return
    rejected = _paths(house, staged, kind="rejected_row")
    engine.parquet("rejected_row", rejected, schema=REJECTED_ROW)
    rows = engine.arrow(sql_text("tieout.pipeline", "loaded_sum")).to_pylist()
    found = {row["currency"]: row for row in rows}
    none = {"subtotal": "0", "total": "0", "rejected": "0"}
    for currency, amount in expected.items():
        sums = found.get(currency, none)
        if not any(_agrees(amount, sums[name]) for name in ("subtotal", "total")):
            with house.catalog.read() as connection:
                house.lake.collect(set(manifest.named_paths(connection)))
            raise TotalsDiffer(
                currency=currency,
                expected=amount,
                **{key: sums[key] for key in none},
            )


def _agrees(expected: str, found: str) -> bool:
    """Say whether a sum, cut or rounded to the decimals that a person wrote, is what they wrote."""
    digits = len(expected.partition(".")[2])
    wanted, exact = Fraction(parse_number(expected)), Fraction(parse_number(found))
    modes = ("toward_zero", "half_away_from_zero")
    return wanted in [round_fraction(exact, digits=digits, mode=mode) for mode in modes]


def _change(house: House, engine: Engine, invoice: Mapping[str, Any]) -> str:
    """Say how many rows a new version of an invoice adds, removes and leaves as they were."""
    with house.catalog.read() as connection:
        before = manifest.standing_paths(
            connection,
            house,
            vendor=invoice["vendor"],
            invoice_number=invoice["invoice_number"],
            code=invoice["format"],
        )
    if not before:
        return ""
    number = literal(invoice["invoice_number"])
    ids = ", ".join(literal(file_id) for file_id in invoice["file_ids"])
    engine.parquet("old_line", before, schema=VENDOR_LINE)
    engine.view("old_version", f"SELECT row_hash FROM old_line WHERE invoice_number = {number}")
    engine.view(
        "new_version",
        f"SELECT row_hash FROM vendor_line WHERE invoice_number = {number} AND file_id IN ({ids})",
    )
    rows = engine.one(sql_text("tieout.pipeline", "version_change"))
    return f": {rows['added']} rows added, {rows['removed']} removed, {rows['unchanged']} unchanged"


def _publish_load(
    house: House,
    engine: Engine,
    staged: Sequence[Staged],
    *,
    reports: Sequence[dict[str, Any]],
    found: Sequence[dict[str, Any]],
    now: dt.datetime,
) -> None:
    """Publish a load in one transaction and complete the reports."""
    of_file = {r["fileId"]: r for r in reports if r["status"] == "loaded"}
    _complete_reports(of_file, found)
    changes = [_change(house, engine, one) if one["invoice_number"] else "" for one in found]
    with house.catalog.write() as connection:
        files = _file_records(staged, of_file)
        load_id = manifest.publish_load(connection, files, created_at=utc_text(now))
        for invoice, change in zip(found, changes, strict=True):
            values = {k: v for k, v in invoice.items() if k != "file_ids"}
            if invoice["invoice_number"] is None:
                continue
            happened = manifest.publish_vendor_invoice(
                connection, {**values, "load_id": load_id}, detail_formats=DETAIL_FORMATS
            )
            if happened != "new":
                sentence = f"invoice {invoice['invoice_number']} {HAPPENED[happened]}"
                sentence += change if happened == "replaces" else ""
                for file_id in invoice["file_ids"]:
                    of_file[file_id]["notices"].append(sentence)


def _complete_reports(
    of_file: Mapping[str, dict[str, Any]], found: Sequence[Mapping[str, Any]]
) -> None:
    """Add to each loaded file's report its period and its invoices' totals."""
    for invoice in found:
        for file_id in invoice["file_ids"]:
            report = of_file[file_id]
            report["period"] = max(
                filter(None, (report["period"], invoice["period"])), default=None
            )
            report["totals"].append(
                {
                    "invoiceNumber": invoice["invoice_number"],
                    "currency": invoice["currency"],
                    "rows": invoice["rows"],
                    "subtotal": invoice["subtotal"],
                    "taxTotal": invoice["tax_total"],
                    "total": invoice["total"],
                }
            )


def _file_records(
    staged: Sequence[Staged], of_file: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Give what the catalog keeps of each loaded file, with its lake files."""
    return [
        {
            "file_id": file.file_id,
            "name": file.name,
            "format": file.format,
            "vendor": file.vendor,
            "rows": file.rows,
            "loaded": file.loaded,
            "rejected": file.rejected,
            "skipped": file.skipped,
            "header": json.dumps(file.header),
            "notices": json.dumps(file.notices),
            "totals": json.dumps(of_file[file.file_id]["totals"]),
            "lake_files": kept,
        }
        for file, kept in staged
    ]
