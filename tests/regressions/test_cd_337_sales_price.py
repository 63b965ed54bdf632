"""CD-337: each purchase line has its sales price, or none with a reason (F2, F4, F5)."""

from pathlib import Path

from billing_case import reading, told
from fixture_rows import F2, F4, F5
from hand_charges import Store

STATUS = ("LineId", "PurchasePrice", "SalesPrice", "MatchStatus", "MatchTier")


def test_cd_337_several_changes_in_one_month(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F2)) as reader:
        document = reader.read("consolidatedinvoices")
        lines = reader.lines("consolidatedinvoices")
    assert told(lines, *STATUS) == [
        ("21", "80.00", "100.00", "matched", "0"),
        ("22", "26.67", "33.33", "matched", "0"),
        ("23", "-12.00", "-15.00", "matched", "0"),
    ]
    totals = document["Invoices"][0]["Totals"]
    assert (totals["TotalPurchases"], totals["TotalSales"]) == ("94.67", "118.33")


def test_cd_337_seats_changed_by_segments(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F5)) as reader:
        document = reader.read("consolidatedinvoices")
        lines = reader.lines("consolidatedinvoices", "v3")
    assert told(lines, "Duration", "PurchasePrice", "SalesPrice") == [
        ("0.6", "30.00", "37.50"),
        ("0.4", "24.00", "30.00"),
    ]
    totals = document["Invoices"][0]["Totals"]
    assert (totals["TotalPurchases"], totals["TotalSales"]) == ("54.00", "67.50")


def test_cd_337_cycle_fee_and_instance_prorates_folded_or_not(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F4)) as reader:
        detail = reader.read("consolidatedinvoices")
        grouped = reader.read("consolidatedinvoices", lines="grouped")
        lines = reader.lines("consolidatedinvoices")
        folded = reader.lines("consolidatedinvoices", lines="grouped")
        sold = reader.lines("customerinvoices", lines="grouped")
    assert told(lines, "LineId", "PurchasePrice", "SalesPrice") == [
        ("41", "2791.80", "3070.98"),
        ("42", "579.73", "637.70"),
        ("43", "2193.56", "2412.92"),
        ("44", "-2705.40", "-2975.94"),
    ]
    names = ("LineId", "SourceLineCount", "PurchaseUnitPrice", "PurchasePrice", "SalesPrice")
    assert told(folded, *names) == [
        ("41", "1", "2791.80", "2791.80", "3070.98"),
        ("42", "3", "67.89", "67.89", "74.68"),
    ]
    assert [line["MatchStatus"] for line in folded] == ["matched", "matched"]
    assert [line["MatchKey"] for line in folded] == [line["MatchKey"] for line in sold]
    for document in (detail, grouped):
        totals = document["Invoices"][0]["Totals"]
        assert (totals["TotalPurchases"], totals["TotalSales"]) == ("2859.69", "3145.66")
