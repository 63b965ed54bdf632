"""A delivery of vendor files: its sums, checked against what a person expects, and published."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from tieout.engine.duckdb import Engine, literal, sql_text
from tieout.errors import TotalsDiffer
from tieout.intake import DETAIL_FORMATS, ExportFolder, StagedFile
from tieout.money import parse_number, round_fraction
from tieout.pipeline.delivered import happened_to, say_lapsed
from tieout.pipeline.keep import drop_unnamed, utc_text
from tieout.pipeline.overlap import find_overlaps, say_overlaps
from tieout.store import late_lines, line_decisions, manifest, overlaps, vendor_invoices
from tieout.store.audit import PROGRAM
from tieout.store.house import House
from tieout.store.lake import LakeFile
from tieout.tables import REJECTED_ROW, VENDOR_LINE

Staged = tuple[StagedFile, list[LakeFile]]


@dataclass(frozen=True)
class Arrival:
    """What is known of a load besides its rows: a report per file, when, by whom, which export."""

    reports: Sequence[dict[str, Any]]
    _: KW_ONLY
    now: dt.datetime
    export: ExportFolder | None = None
    by: str = PROGRAM


def summed_invoices(
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


def check_totals(
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
            drop_unnamed(house)
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


def _change(house: House, engine: Engine, *, invoice: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give how many rows a new version of an invoice adds, removes and leaves as they were."""
    if invoice["invoice_number"] is None:
        return {}
    with house.catalog.read() as connection:
        before = vendor_invoices.standing_paths(
            connection,
            house,
            vendor=invoice["vendor"],
            invoice_number=invoice["invoice_number"],
            code=invoice["format"],
        )
    if not before:
        return {}
    number = literal(invoice["invoice_number"])
    ids = ", ".join(literal(file_id) for file_id in invoice["file_ids"])
    engine.parquet("old_line", before, schema=VENDOR_LINE)
    engine.view(
        "old_version", f"SELECT row_hash, subtotal FROM old_line WHERE invoice_number = {number}"
    )
    engine.view(
        "new_version",
        f"SELECT row_hash, subtotal FROM vendor_line WHERE invoice_number = {number}"
        f" AND file_id IN ({ids})",
    )
    return engine.one(sql_text("tieout.pipeline", "version_change"))


def publish_delivery(
    house: House,
    engine: Engine,
    *,
    staged: Sequence[Staged],
    found: Sequence[dict[str, Any]],
    arrival: Arrival,
) -> None:
    """Publish a load in one transaction and complete the reports."""
    ids = {file.file_id for file, _ in staged}
    closed = _keep_closed_periods(house, found)
    ordered = sorted(arrival.reports, key=lambda report: bool(report["status"] == "loaded"))
    of_file = {report["fileId"]: report for report in ordered if report["fileId"] in ids}
    _complete_reports(of_file, found)
    _say_repeated(engine, of_file)
    changes = [_change(house, engine, invoice=one) for one in found]
    shared = find_overlaps(house, engine, staged=staged, found=found)
    say_overlaps(of_file, shared)
    engine.watch.phase("publish")
    with house.catalog.write() as connection:
        before = line_decisions.standing(connection)
        files = _file_records(staged, of_file)
        load_id = manifest.publish_load(
            connection,
            files,
            created_at=utc_text(arrival.now),
            export=_named(arrival.export),
            by=arrival.by,
        )
        overlaps.add_overlaps(connection, shared, load_id=load_id)
        for invoice, change in zip(found, changes, strict=True):
            values = {k: v for k, v in invoice.items() if k != "file_ids"} | {"load_id": load_id}
            if invoice["invoice_number"] is None:
                if invoice["is_billed"] or invoice["period"] is None:
                    continue
                values["invoice_number"] = vendor_invoices.estimate_name(invoice)
            happened = vendor_invoices.publish(connection, values, detail_formats=DETAIL_FORMATS)
            for file_id in invoice["file_ids"]:
                of_file[file_id]["notices"] += happened_to(
                    invoice, happened, change=change, is_closed=invoice["period"] in closed
                )
        for number in vendor_invoices.drop_older(connection, load_id=load_id):
            for report in of_file.values():
                report["notices"].append(
                    f"invoice {number} stood in an earlier version of this export and is in this"
                    " one no more: it is not billed from the next run on"
                )
        say_lapsed(of_file, found, before=before, after=line_decisions.standing(connection))


def _say_repeated(engine: Engine, of_file: Mapping[str, dict[str, Any]]) -> None:
    """Say which of the vendor's row ids stand on different rows."""
    for one in engine.arrow(sql_text("tieout.pipeline", "repeated_id")).to_pylist():
        of_file[one["file_id"]]["notices"].append(
            f"vendor row id {one['id']} stands on {one['rows']} different rows, all kept:"
            f" rows {one['row_numbers']} ({one['amounts']})"
        )


def _named(export: ExportFolder | None) -> dict[str, str | None]:
    """Give what the catalog keeps of an export; its secrets are none of it."""
    return {} if export is None else {"export_id": export.export_id, "etag": export.etag}


def _keep_closed_periods(house: House, found: Sequence[dict[str, Any]]) -> set[str]:
    """Leave vendor invoices in months whose invoices are verified; give which of all are such."""
    with house.catalog.read() as connection:
        for invoice in found:
            named = {name: invoice[name] for name in ("vendor", "invoice_number")}
            kept = vendor_invoices.closed_period(connection, **named)
            invoice["period"] = kept or invoice["period"]
        periods = {one["period"] for one in found if one["period"]}
        return {one for one in periods if late_lines.verified_parties(connection, period=one)}


def _complete_reports(
    of_file: Mapping[str, dict[str, Any]], found: Sequence[Mapping[str, Any]]
) -> None:
    """Add to each loaded file's report its period and its invoices' totals."""
    for invoice in found:
        for file_id in invoice["file_ids"]:
            report = of_file[file_id]
            if invoice["invoice_number"] is None and invoice["is_billed"]:
                report["notices"].append(
                    f"{invoice['rows']} rows name no invoice and are not billed:"
                    " say which invoice they belong to with --invoice"
                )
            report["period"] = max(
                filter(None, (report["period"], invoice["period"])), default=None
            )
            report["totals"].append(
                {
                    "vendor": invoice["vendor"],
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
            "mapping_version": file.version,
            "header": json.dumps(file.header),
            "notices": json.dumps(file.notices),
            "totals": json.dumps(of_file[file.file_id]["totals"]),
            "lake_files": kept,
        }
        for file, kept in staged
    ]
