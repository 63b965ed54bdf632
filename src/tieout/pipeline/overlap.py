"""Rows that two vendor files share although both stay: named, counted, never dropped.

Source: vendor-formats.md 9, partial overlap. Two files can share rows only where they have the
same header names, and mostly do where an invoice's number does not stand in its rows.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tieout.engine.duckdb import Engine, sql_text
from tieout.intake import StagedFile, plain_name
from tieout.store import vendor_invoices
from tieout.store.house import House
from tieout.store.lake import LakeFile
from tieout.tables import VENDOR_LINE

MONTHS = 12


def find_overlaps(
    house: House,
    engine: Engine,
    *,
    staged: Sequence[tuple[StagedFile, list[LakeFile]]],
    found: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Give the rows that a load's files share with each other or with files that stand.

    Reads `vendor_line`, the lines of the load. One entry per pair of files and invoices and per
    currency; equal rows are counted one by one. Looks at the vendor invoices of the load's months
    and of their neighbours; a new version of an invoice does not overlap with the one before.
    """
    heads = [_names(file.header) for file, _ in staged]
    names = {file.file_id: file.name for file, _ in staged}
    others = _standing(house, heads=set(heads), loaded=set(names), found=found)
    asked = {
        "shared_with_other": bool(others),
        "shared_in_load": len(set(heads)) < len(heads),
    }
    if not any(asked.values()):
        return []
    names |= {other["file_id"]: other["name"] for other in others}
    engine.parquet("other_line", [other["path"] for other in others], schema=VENDOR_LINE)
    engine.view("overlap_line", sql_text("tieout.pipeline", "overlap_line"))
    parts = [sql_text("tieout.pipeline", name) for name, is_asked in asked.items() if is_asked]
    engine.table("shared_hash", " UNION ".join(parts))
    if not engine.one("SELECT count(*) AS count FROM shared_hash")["count"]:
        return []
    rows = engine.arrow(sql_text("tieout.pipeline", "overlap")).to_pylist()
    return [
        {**row, "file": names[row["file_id"]], "other_file": names[row["other_file_id"]]}
        for row in rows
    ]


def say_overlaps(
    of_file: Mapping[str, dict[str, Any]], overlaps: Sequence[Mapping[str, Any]]
) -> None:
    """Add to each report the rows that stand in another file too."""
    for one in overlaps:
        for mine, other in (("", "other_"), ("other_", "")):
            report = of_file.get(one[f"{mine}file_id"])
            if report is not None:
                report["notices"].append(
                    f"{one['rows']} rows ({one['currency']} {one['subtotal']}) of invoice"
                    f" {one[f'{mine}invoice_number']} stand in {one[f'{other}file']}, invoice"
                    f" {one[f'{other}invoice_number']}, too; both stay"
                )


def _names(header: Sequence[str]) -> tuple[str, ...]:
    """Give the header names as row hashes know them: plain, whatever their order."""
    return tuple(sorted(map(plain_name, header)))


def _standing(
    house: House,
    *,
    heads: set[tuple[str, ...]],
    loaded: set[str],
    found: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Give the files, other than those loaded, whose rows could equal some of the load's."""
    billed = [invoice for invoice in found if invoice["invoice_number"] is not None]
    vendors = {invoice["vendor"] for invoice in billed}
    periods = {near for invoice in billed for near in _neighbours(invoice["period"])}
    told_again = {(invoice["vendor"], invoice["invoice_number"]) for invoice in billed}
    with house.catalog.read() as connection:
        rows = vendor_invoices.standing_files(connection, vendors=vendors, periods=periods)
    wanted = {
        row["file_id"]: {**row, "path": house.lake.full(row["path"])}
        for row in rows
        if row["file_id"] not in loaded
        and (row["vendor"], row["invoice_number"]) not in told_again
        and _names(json.loads(row["header"])) in heads
    }
    return list(wanted.values())


def _neighbours(period: str | None) -> list[str]:
    """Give a month with the one before and the one after.

    >>> _neighbours("2026-12")
    ['2026-11', '2026-12', '2027-01']
    """
    if period is None:
        return []
    year, month = map(int, period.split("-"))
    months = [year * MONTHS + month - 1 + shift for shift in (-1, 0, 1)]
    return [f"{at // MONTHS:04d}-{at % MONTHS + 1:02d}" for at in months]
