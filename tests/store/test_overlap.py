"""Rows that stand in two vendor files: both files stay, and load and certificate name them."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from store_case import NOW, PERIOD, load_month
from test_invoice_option import licence_file, load
from twin_case import INVOICE, added_up, rows, write

from tieout import pipeline
from tieout.store.house import House


@pytest.fixture
def house(referenced: House) -> House:
    """Give a store with the demo's reference data."""
    return referenced


def changes(*quantities: int) -> list[dict[str, str]]:
    """Give rows of October that differ by quantity and amount."""
    return [
        {"ChargeStartDate": "10/1/2021", "ChargeEndDate": "10/31/2021 23:59"}
        | {"Quantity": f"{q}", "Amount": f"{q}.10", "Subtotal": f"{q}.10"}
        for q in quantities
    ]


def certified(house: House) -> list[dict[str, Any]]:
    """Bill the month; give the overlaps of its certificate."""
    pipeline.run_period(house, PERIOD, now=NOW)
    found: list[dict[str, Any]] = pipeline.certificate_of(house, PERIOD)["overlaps"]
    return found


def test_rows_of_another_invoice_are_named_and_both_invoices_stay(
    house: House, tmp_path: Path
) -> None:
    first = licence_file(tmp_path / "first.csv", *changes(1, 2, 2, 2, 3))
    other = licence_file(tmp_path / "other.csv", *changes(3, 2, 2, 4))
    assert not told(load(house, first, invoice_number="D1"))
    (said,) = told(load(house, other, invoice_number="D2"))
    assert said == ("3 rows (EUR 7.3) of invoice D2 stand in first.csv, invoice D1, too; both stay")
    (found,) = certified(house)
    assert (found["file"], found["invoiceNumber"]) == ("other.csv", "D2")
    assert (found["otherFile"], found["otherInvoiceNumber"]) == ("first.csv", "D1")
    assert (found["rows"], found["currency"]) == (3, "EUR")
    assert Fraction(found["amount"]) == Fraction("3.10") + 2 * Fraction("2.10")
    assert [i["rows"] for i in pipeline.certificate_of(house, PERIOD)["inputs"]].count(5) == 1
    assert sum(i["rows"] for i in pipeline.certificate_of(house, PERIOD)["inputs"]) == 9


def told(report: dict[str, Any]) -> list[str]:
    """Give the notices that speak of another file."""
    return [notice for notice in report["notices"] if "both stay" in notice]


def test_a_certificate_names_an_overlap_with_a_file_loaded_after_its_run(
    house: House, tmp_path: Path
) -> None:
    load(house, licence_file(tmp_path / "a.csv", *changes(1, 2)), invoice_number="D1")
    assert certified(house) == []
    load(
        house,
        licence_file(tmp_path / "b.csv", *changes(2, 5)),
        invoice_number="D2",
        period="2021-11",
    )
    assert [one["rows"] for one in certified(house)] == [1]


def test_parts_of_one_delivery_that_share_rows_are_named(house: House, tmp_path: Path) -> None:
    found = rows()[:30]
    parts = [write(tmp_path / "a.csv", found[:20]), write(tmp_path / "b.csv", found[17:])]
    reports = pipeline.load_files(house, [(path.name, path) for path in parts], now=NOW)
    assert [len(told(report)) for report in reports] == [1, 1]
    assert f"invoice {INVOICE} stand in b.csv, invoice {INVOICE}, too" in told(reports[0])[0]
    (one,) = certified(house)
    assert {one["file"], one["otherFile"]} == {"a.csv", "b.csv"}
    assert (one["rows"], Fraction(one["amount"])) == (3, added_up(found[17:20]))


def test_a_new_version_does_not_overlap_with_the_one_it_replaces(
    house: House, tmp_path: Path
) -> None:
    load_month(house, write(tmp_path / "a.csv", rows()[:20]))
    newer = load_month(house, write(tmp_path / "b.csv", rows()[:25]))
    assert not told(newer)
    assert certified(house) == []


def test_an_overlap_with_a_version_that_was_replaced_is_named_no_longer(
    house: House, tmp_path: Path
) -> None:
    load(house, licence_file(tmp_path / "a.csv", *changes(1, 2)), invoice_number="D1")
    load(house, licence_file(tmp_path / "b.csv", *changes(2, 3)), invoice_number="D2")
    assert len(certified(house)) == 1
    load(house, licence_file(tmp_path / "c.csv", *changes(3)), invoice_number="D2")
    assert certified(house) == []


def test_files_with_other_columns_or_rows_share_nothing(house: House, tmp_path: Path) -> None:
    load(house, licence_file(tmp_path / "a.csv", *changes(1, 2)), invoice_number="D1")
    apart = load(house, licence_file(tmp_path / "b.csv", *changes(3)), invoice_number="D2")
    assert not told(apart)
    assert not told(load_month(house, write(tmp_path / "c.csv", rows())))
    assert certified(house) == []
