"""CD-482: a credit is negative once, in its amount; merging changes no sign (F2, F4, F9)."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from billing_case import reading, told
from fixture_rows import F1, F2, F4, F9
from hand_charges import Hand, Store

MAGNITUDES = (
    *("Quantity", "Duration", "PurchaseUnitPrice", "PurchaseDiscount", "SalesUnitPrice"),
    "SalesDiscount",
)
CREDIT = {"C-2026-000092": {"document_type": "CreditNote", "invoice_date": "2026-08-23"}}


def test_cd_482_a_reservation_and_its_refund(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F9, documents=CREDIT)) as reader:
        document = reader.read("consolidatedinvoices")
        lines = reader.lines("consolidatedinvoices")
    names = ("LineId", "LineKind", "Quantity", "PurchasePrice", "SalesPrice")
    assert told(lines, *names) == [
        ("91", "one_time", "1", "1200.00", "1320.00"),
        ("92", "refund", "1", "-400.00", "-440.00"),
    ]
    invoice, credit = document["Invoices"]
    shown = [(one["Header"]["Type"], one["Header"]["TypeIdentifier"]) for one in (invoice, credit)]
    assert shown == [("invoice", "20"), ("credit", "80")]
    assert credit["Totals"]["TotalPurchases"] == "-400.00"
    assert credit["Totals"]["TotalSales"] == "-440.00"
    both = [Fraction(one["Totals"]["TotalPurchases"]) for one in (invoice, credit)]
    assert sum(both) == 800


@pytest.mark.parametrize("rows", [F1, F2, F4], ids=["F1", "F2", "F4"])
def test_cd_482_the_mirror_negates_amounts_and_nothing_else(
    tmp_path: Path, rows: tuple[Hand, ...]
) -> None:
    mirrored = tuple(replace(row, direction=-row.direction) for row in rows)
    with reading(tmp_path / "one", Store(rows)) as reader:
        lines = reader.lines("consolidatedinvoices")
    with reading(tmp_path / "two", Store(mirrored)) as reader:
        negated = reader.lines("consolidatedinvoices")
    assert told(lines, *MAGNITUDES) == told(negated, *MAGNITUDES)
    for line, other in zip(lines, negated, strict=True):
        for name in ("PurchasePrice", "SalesPrice"):
            assert Fraction(line[name]) == -Fraction(other[name]) != 0


def test_cd_482_opposite_signs_are_a_fault(tmp_path: Path) -> None:
    rows = (Hand(1, "8.00", "10.00", amount="8.00", sale_amount="-10.00"),)
    with reading(tmp_path, Store(rows)) as reader:
        (warning,) = reader.read("consolidatedinvoices")["Invoices"][0]["Warnings"]
        assert (warning["Code"], warning["LineIds"]) == ("sign_conflict", ["1"])
        assert reader.get("consolidatedinvoices", strict="true").status_code == 409
        assert reader.get("invoices", strict="true").status_code == 200
