"""CD-484: Azure lines show the price before the earned credit, and the credit as an amount (F3)."""

from pathlib import Path

from billing_case import reading, told
from fixture_rows import F3
from hand_charges import Store


def test_cd_484_azure_lines_have_unit_price_and_discount(tmp_path: Path) -> None:
    names = (
        "PurchaseUnitPrice",
        "PurchaseDiscount",
        "PurchasePrice",
        "SalesUnitPrice",
        "SalesPrice",
    )
    with reading(tmp_path, Store(F3)) as reader:
        for version in ("v4", "v3"):
            assert told(reader.lines("consolidatedinvoices", version), "LineId", *names) == [
                ("31", "100.00", "15.00", "85.00", "100.00", "100.00"),
                ("32", "42.00", "0.00", "42.00", "42.00", "42.00"),
            ]
        bought = reader.lines("invoices")
    assert told(bought, "PlanRateID", "RatePeriodID") == [("9110", None), ("9110", None)]
