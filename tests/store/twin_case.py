"""The demo's month with a row that stands three times, and what its rows add up to."""

import csv
import hashlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from store_case import MONTH_FILE, NOW, PERIOD, load_month, load_reference

from tieout import pipeline
from tieout.pipeline import Word
from tieout.store.house import House

INVOICE = "G012345678"
TWICE = 4  # the row of the demo, from 0, that the vendor repeats: 12 seats, EUR 33.60
WORD = Word(by="ann", now=NOW, reason="the vendor sent it twice")
NOT_READ = "bad-01"
# every contract of these starts new, so that a run can be followed by another
DRAFTS = tuple(
    ("contracts.csv", f"{contract},EUR,1,14,verified", f"{contract},EUR,1,14,new")
    for contract in ("northlane,brightwater", "brightwater,molenaar", "brightwater,zuiderzee")
)


def rows() -> list[dict[str, str]]:
    """Give the demo's readable rows without a row id, and row `TWICE` twice more at the end."""
    with MONTH_FILE.open(newline="") as stream:
        found = [r for r in csv.DictReader(stream) if r["VendorInvoiceRowId"] != NOT_READ]
    for row in found:
        row.pop("VendorInvoiceRowId")
    return [*found, dict(found[TWICE]), dict(found[TWICE])]


def write(path: Path, found: Sequence[dict[str, str]]) -> Path:
    """Write vendor rows as CSV."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return path


def line_id(path: Path, row_number: int) -> str:
    """Give the id of a vendor line as vendor-formats.md 9 makes it."""
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}-{row_number}"


def added_up(found: Sequence[dict[str, str]]) -> Fraction:
    """Add up the vendor's subtotals exactly."""
    return sum((Fraction(row["Subtotal"]) for row in found), Fraction(0))


def twins_file(folder: Path) -> Path:
    """Write the month with the twins."""
    return write(folder / "twins.csv", rows())


def twins_as_drafts(house: House, folder: Path) -> None:
    """Load the month with the twins for contracts that start new."""
    load_reference(house, folder / "reference", *DRAFTS)
    load_month(house, twins_file(folder))


def twins_verified(house: House, folder: Path) -> None:
    """Load the month with the twins for the demo's contracts, of which three start verified."""
    load_reference(house, folder / "reference")
    load_month(house, twins_file(folder))


def billed_lines(house: House) -> dict[str, int]:
    """Bill the month; give what the run counted."""
    said = pipeline.run_period(house, PERIOD, now=NOW)
    return {name: said[name] for name in ("vendorLines", "matched", "parked", "setAside")}
