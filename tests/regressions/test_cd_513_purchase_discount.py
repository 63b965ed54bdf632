"""CD-513: the purchase discount is an amount, zero where there is none (F1)."""

from fractions import Fraction
from pathlib import Path

from billing_case import reading, told
from fixture_rows import F1
from hand_charges import Store


def test_cd_513_purchase_discount_is_that_of_the_invoice_line(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F1)) as reader:
        document = reader.read("consolidatedinvoices")
        lines = reader.lines("consolidatedinvoices", "v3")
        bought = reader.lines("invoices")
    names = ("LineId", "PurchaseUnitPrice", "PurchaseDiscount", "PurchasePrice", "SalesPrice")
    assert told(lines, *names) == [
        ("11", "8.00", "8.00", "72.00", "100.00"),
        ("12", "8.00", "8.00", "72.00", "95.00"),
        ("13", "8.00", "0.00", "80.00", "100.00"),
    ]
    assert told(bought, "LineId", "Discount") == told(lines, "LineId", "PurchaseDiscount")
    assert sum(Fraction(line["PurchaseDiscount"]) for line in lines) == 16
    totals = document["Invoices"][0]["Totals"]
    assert (totals["TotalPurchases"], totals["TotalSales"]) == ("224.00", "295.00")
