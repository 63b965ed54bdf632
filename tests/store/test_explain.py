"""A vendor line explained: its cells as they came, and what became of it at every hop."""

import csv
import hashlib
from fractions import Fraction

import pytest
from store_case import MONTH_FILE

from tieout import pipeline
from tieout.errors import NotFound
from tieout.store.house import House

PREFIX = hashlib.sha256(MONTH_FILE.read_bytes()).hexdigest()[:16]


def row_number(mark: str) -> int:
    """Give the record number of a row of the demo's file by its row id."""
    with MONTH_FILE.open(newline="") as stream:
        marks = [row["VendorInvoiceRowId"] for row in csv.DictReader(stream)]
    return marks.index(mark) + 1


def cells(number: int) -> list[dict[str, str]]:
    """Give names and cells of a record as Python's csv module reads them."""
    with MONTH_FILE.open(newline="") as stream:
        header, *records = list(csv.reader(stream))
    return [
        {"name": name, "cell": cell} for name, cell in zip(header, records[number - 1], strict=True)
    ]


def test_a_priced_line_is_shown_from_the_cells_to_the_last_hop(billed: House) -> None:
    number = row_number("oct-02")
    found = pipeline.explain_line(billed, f"{PREFIX}-{number}")
    assert found["cells"] == cells(number)
    assert (found["file"], found["rowNumber"], found["line"]) == (MONTH_FILE.name, 2, 3)
    assert Fraction(found["vendorLine"]["subtotal"]) == -29
    assert (found["rejected"], found["parked"]) == (None, None)
    pays = [hop["costTotalPrice"] for hop in found["hops"]]
    asks = [hop["totalPrice"] for hop in found["hops"]]
    # 10 seats back from 2 October: -29.00; distributor +5 %, reseller +10 %
    assert list(map(Fraction, asks)) == [-29, -29 * Fraction("1.05"), -29 * Fraction("1.155")]
    assert [None, *asks[:-1]] == pays
    assert len({hop["matchKey"] for hop in found["hops"]}) == 1


def test_a_parked_line_says_why_it_waits(billed: House) -> None:
    number = row_number("nob-01")
    found = pipeline.explain_line(billed, f"{PREFIX}-{number}")
    assert found["parked"] == {
        "reason": "NO_SUBSCRIPTION",
        "hop": None,
        "amount": "47.11",
        "currency": "EUR",
    }
    assert found["hops"] == []


def test_a_rejected_row_says_why_and_shows_its_cells(billed: House) -> None:
    number = row_number("bad-01")
    found = pipeline.explain_line(billed, f"{PREFIX}-{number}")
    assert found["cells"] == cells(number)
    assert found["vendorLine"] is None
    assert found["rejected"]["code"] in ("bad_number", "bad_date")
    assert found["rejected"]["reason"]


@pytest.mark.parametrize("name", [f"{PREFIX}-999", "0" * 16 + "-1", PREFIX, "", "%", "x-y", "-1"])
def test_what_is_no_vendor_line_is_not_found(billed: House, name: str) -> None:
    with pytest.raises(NotFound, match="vendor line"):
        pipeline.explain_line(billed, name)
