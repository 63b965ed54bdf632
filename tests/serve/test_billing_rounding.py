"""Amounts with more than two decimals: the rounding line (billing-api.md 2.9, fixture FR)."""

from pathlib import Path

from billing_case import reading, told
from fixture_rows import FR
from hand_charges import Store


def test_fr_the_rounding_line_makes_the_total(tmp_path: Path) -> None:
    with reading(tmp_path, Store(FR)) as reader:
        document = reader.read("invoices")
        lines = reader.lines("invoices")
        both = reader.lines("consolidatedinvoices")
    assert [line["ExtendedPrice"] for line in lines] == [
        *("5173.24", "3818.34", "2463.45", "7636.69"),
        "-0.01",
    ]
    assert document["Invoices"][0]["Totals"]["TotalExclVAT"] == "19091.71"
    names = ("LineKind", "SKU", "PlanRateID", "RatePeriodID", "UnitPrice", "DurationType")
    assert told(lines[4:], *names) == [("rounding", "", None, None, "0.01", "OneTime")]
    assert (lines[4]["LineId"], lines[4]["Quantity"], lines[4]["Duration"]) == ("5", "1", "1")
    assert document["Invoices"][0]["Warnings"] == []
    # the sale needs the same rounding, so the two lines are one pair
    assert both[4]["MatchStatus"] == "matched"
    assert both[4]["SalesPrice"] == "-0.01"
