"""The published October with its invoices verified, and what the vendor tells of it afterwards."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from october import DIRECT, HEADER, LINES, NOW, PERIOD, cells, write_reference, write_vendor_file

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NEXT = "2021-11"
Told = tuple[int, str, int, str, str, str]  # as one of october.LINES
OCTOBER: dict[int, Told] = {line[0]: line for line in LINES}
LATE: Told = (12, "removeQuantity", 4, "2", "-3.765", "-7.53")  # reporting-api.md 8.2, A38


def closed_october(
    folder: Path,
    *,
    catalog_url: str | None = None,
    late_lines: dict[int, str] | None = None,
    status: dict[int, str] | None = None,
    **reference: Any,
) -> House:
    """Bill October in a new store under `folder`; `late_lines` and `status` of contracts by hop.

    By default every invoice starts verified and late lines go to the next invoice.
    """
    house = open_house(folder / "home", catalog_url=catalog_url)
    upgrade(house.catalog)
    close_october(house, folder, late_lines=late_lines, status=status, **reference)
    return house


def close_october(
    house: House,
    folder: Path,
    *,
    late_lines: dict[int, str] | None = None,
    status: dict[int, str] | None = None,
    **reference: Any,
) -> None:
    """Do what `closed_october` does in a new store."""
    asked = {"chain": DIRECT, "rules": {2: ("pass_through", "")}, **reference}
    write_reference(folder / "reference", **asked)
    set_contracts(folder / "reference", late_lines=late_lines or {}, start_status=status or {})
    pipeline.load_reference(house, folder / "reference", now=NOW)
    load(house, write_vendor_file(folder / "october.csv"))
    pipeline.run_period(house, PERIOD, now=NOW)


def set_contracts(reference: Path, **columns: dict[int, str]) -> None:
    """Set columns of contracts.csv, by the hop of the contract."""
    path = reference / "contracts.csv"
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for column, by_hop in columns.items():
        for hop, row in enumerate(rows, 1):
            row[column] = by_hop.get(hop, row.get(column, ""))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_lines(
    path: Path, lines: Iterable[Told], *, number: str = "G099999999", **columns: str
) -> Path:
    """Write lines of October on a vendor invoice; `columns` change cells of all of them."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for line, charge_type, day, *amounts in lines:
            quantity, effective, total = map(str, amounts)
            row = dict(
                zip(
                    HEADER, cells(line, charge_type, day, (quantity, effective, total)), strict=True
                )
            )
            writer.writerow((row | {"InvoiceNumber": number} | columns).values())
    return path


def write_november(path: Path, *, seats: int = 5) -> Path:
    """Write the month after: a whole cycle of some seats at 3."""
    dates = {"ChargeStartDate": "2021-11-01", "ChargeEndDate": "2021-11-30"}
    line: Told = (1, "cycleCharge", 1, str(seats), "3", str(3 * seats))
    return write_lines(
        path, [line], number="G011111111", **dates, VendorInvoiceRowId="nov-01", ReferenceId=""
    )


def load(house: House, path: Path) -> list[str]:
    """Load a vendor file; give what was said about it."""
    (report,) = pipeline.load_files(house, [(path.name, path)], now=NOW)
    assert report["status"] == "loaded"
    notices: list[str] = report["notices"]
    return notices


def arrive(house: House, folder: Path, *lines: Told) -> None:
    """Let lines of October come late, on a vendor invoice of their own, and run October again."""
    load(house, write_lines(folder / "late.csv", lines))
    pipeline.run_period(house, PERIOD, now=NOW)
