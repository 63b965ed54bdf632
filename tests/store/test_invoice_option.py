"""Files that name no invoice are billed under the number a person gives, and else say so."""

import csv
from pathlib import Path
from typing import Any

from store_case import NOW

from tieout import pipeline
from tieout.pipeline import Wishes
from tieout.store.house import House

LICENCE = {
    "DurableOfferId": "796b6b5f-613c-4e24-a17c-eba730d49c02",
    "SyndicationPartnerSubscriptionNumber": "s-1",
    "ChargeStartDate": "1/13/2018",
    "ChargeEndDate": "2/12/2018 23:59",
    "ChargeType": "Cycle fee",
    "UnitPrice": "4.00",
    "Quantity": "1",
    "Amount": "4.00",
    "TotalOtherDiscount": "0.00",
    "Subtotal": "4.00",
    "Tax": "0.00",
    "TotalForCustomer": "4.00",
    "Currency": "EUR",
}


def licence_file(path: Path, *changes: dict[str, str]) -> Path:
    """Write a legacy licence file, which has no column for the invoice number."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(LICENCE))
        writer.writeheader()
        writer.writerows([LICENCE | change for change in changes or ({},)])
    return path


def load(house: House, path: Path, **wishes: Any) -> dict[str, Any]:
    """Load one file with wishes; give its report."""
    (report,) = pipeline.load_files(house, [(path.name, path)], wishes=Wishes(**wishes), now=NOW)
    return report


def test_a_file_that_names_no_invoice_says_that_it_is_not_billed(
    house: House, tmp_path: Path
) -> None:
    report = load(house, licence_file(tmp_path / "legacy.csv"))
    assert report["status"] == "loaded"
    (sentence,) = [n for n in report["notices"] if "--invoice" in n]
    assert sentence.startswith("1 rows name no invoice and are not billed")


def test_the_number_given_makes_it_an_invoice_of_its_period(house: House, tmp_path: Path) -> None:
    report = load(house, licence_file(tmp_path / "legacy.csv"), invoice_number="D0200000001")
    assert not [n for n in report["notices"] if "--invoice" in n]
    (total,) = report["totals"]
    assert (total["invoiceNumber"], total["subtotal"]) == ("D0200000001", "4")
    assert report["period"] == "2018-01"
    (file,) = pipeline.control_totals(house, "D0200000001")["files"]
    assert (file["format"], file["rows"]) == ("ms_legacy_licence", 1)


def test_one_number_for_two_currencies_rejects_the_rows(house: House, tmp_path: Path) -> None:
    path = licence_file(tmp_path / "legacy.csv", {}, {"Currency": "USD"})
    report = load(house, path, invoice_number="D0200000001")
    assert (report["loaded"], report["rejected"]) == (0, 2)
    assert "every row was rejected: `tieout rejected` says why" in report["notices"]


def test_licence_and_usage_of_one_legacy_invoice_lie_side_by_side(
    house: House, tmp_path: Path
) -> None:
    usage = tmp_path / "usage.csv"
    usage.write_text(
        "InvoiceNumber,ResourceGuid,ConsumedQuantity,OverageQuantity,PretaxCharges,Currency,"
        "ChargeType,ChargeStartDate,ChargeEndDate\n"
        "D0200000001,g-1,10,10,1.25,EUR,Assess usage fee for current cycle,1/1/2018,1/31/2018\n"
    )
    load(house, licence_file(tmp_path / "legacy.csv"), invoice_number="D0200000001")
    report = load(house, usage)
    assert not [n for n in report["notices"] if "D0200000001" in n]
    files = pipeline.control_totals(house, "D0200000001")["files"]
    assert [(file["format"], file["state"], file["subtotal"]) for file in files] == [
        ("ms_legacy_licence", "current", "4"),
        ("ms_legacy_usage", "current", "1.25"),
    ]
