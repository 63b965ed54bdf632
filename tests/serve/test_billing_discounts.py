"""Discounts that the river itself finds: the partner earned credit, and a discount on the list."""

from dataclasses import replace
from pathlib import Path

from billing_case import Reader, told
from months import october
from months_files import reference_row
from serve_case import Place, serving
from test_billing_months import EVER, billed

PURCHASE = ("PurchaseUnitPrice", "PurchaseDiscount", "PurchasePrice")
SALE = ("SalesUnitPrice", "SalesDiscount", "SalesPrice")


def both(place: Place, party: str) -> list[tuple[str, ...]]:
    reader = Reader(place, party)
    return told(reader.lines("consolidatedinvoices", **EVER), *PURCHASE, *SALE)


def test_a_credit_is_a_discount_down_to_whoever_keeps_it(tmp_path: Path) -> None:
    """A usage line of 85.00 after 15 %; the distributor adds 5 %, the reseller keeps it, + 10 %."""
    month = october(four_parties=True)
    rules = [
        rule | {"earned_credit": "keep" if rule["contract_id"] == "c-3" else "pass"}
        for rule in month.reference["price_rules.csv"]
    ]
    line = month.lines[0] | {
        "TermAndBillingCycle": "",
        "UnitPrice": "100",
        "EffectiveUnitPrice": "85",
        "Quantity": "1",
        "BillableQuantity": "1",
        "Subtotal": "85",
        "Total": "85",
        "PriceAdjustmentDescription": "15.0% partner earned credit for services managed",
    }
    month = replace(month, lines=(line,), reference=month.reference | {"price_rules.csv": rules})
    with serving(billed(month, tmp_path)) as place:
        assert both(place, "distributor") == [
            ("100.00", "15.00", "85.00", "105.00", "15.75", "89.25")
        ]
        assert both(place, "reseller") == [("105.00", "15.75", "89.25", "115.50", "0.00", "115.50")]


def test_a_discount_on_the_list_shows_the_list_price(tmp_path: Path) -> None:
    """Ten seats at a list price of 3.00, less 10 %."""
    month = october(("discount_on_list", "10"))
    line = month.lines[0]
    listed = reference_row(
        "price_list.csv",
        vendor_id="microsoft",
        product_id=line["ProductId"],
        sku_id=line["SkuId"],
        currency="EUR",
        unit_price="3",
        valid_from="2021-01-01",
    )
    month = replace(month, lines=(line,), reference=month.reference | {"price_list.csv": [listed]})
    with serving(billed(month, tmp_path)) as place:
        assert both(place, "reseller") == [("3.00", "0.00", "30.00", "3.00", "3.00", "27.00")]
