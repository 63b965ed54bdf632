"""The vendor's arithmetic replayed: published lines fit their profiles, differences are exact."""

import csv
import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tieout import pipeline
from tieout.errors import NotFound
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2022, 11, 3, tzinfo=dt.UTC)
TERM = "One-Month commitment for monthly/yearly billing"
COLUMNS = (
    *("InvoiceNumber", "SubscriptionId", "ChargeType", "UnitPrice", "ChargeStartDate"),
    *("ChargeEndDate", "EffectiveUnitPrice", "BillableQuantity", "Subtotal", "TaxTotal", "Total"),
    *("Currency", "TermAndBillingCycle", "SubscriptionStartDate", "PriceAdjustmentDescription"),
    *("PricingCurrency", "PCToBCExchangeRate", "BillingFrequency"),
)
# Published vendor lines: example, charge type, list price, first and last day, unit shown,
# quantity, subtotal; then the profile that the example's own checks name for the line's total.
# Two lines of ms-nce-08 (9.29 x 25 and x 23) fit nce-a as well, which is tried first.
PUBLISHED = """
ax-01 new 3 2021-10-01 2021-10-31 3 10 30 exact
ax-01 removeQuantity 3 2021-10-02 2021-10-31 -2.9 10 -29 nce-a
ax-01 removeQuantity 3 2021-10-02 2021-10-31 2.9 7 20.3 nce-a
ax-01 addQuantity 3 2021-10-03 2021-10-31 -2.8 7 -19.6 nce-a
ax-01 addQuantity 3 2021-10-03 2021-10-31 2.8 12 33.6 nce-a
ax-01 removeQuantity 3 2021-10-04 2021-10-31 -2.7 12 -32.4 nce-a
ax-01 removeQuantity 3 2021-10-04 2021-10-31 2.7 10 27 nce-a
ax-01 removeQuantity 3 2021-10-05 2021-10-31 -2.61 10 -26.1 nce-a
ax-01 removeQuantity 3 2021-10-05 2021-10-31 2.61 7 18.27 nce-a
ax-01 removeQuantity 3 2021-10-06 2021-10-31 -2.51 7 -17.57 nce-a
ax-01 removeQuantity 3 2021-10-06 2021-10-31 2.51 5 12.55 nce-a
ax-03 new 3 2021-10-12 2021-11-11 3 10 30 exact
ax-03 cancelImmediate 3 2021-10-12 2021-11-11 -3 10 -30 exact
ax-09 new 0 2021-06-25 2021-07-24 0 25 0 exact
ax-09 convert 52.61 2021-06-25 2021-07-24 52.61 25 1315.25 exact
ms-nce-06 new 10.08 2021-06-18 2021-07-17 10.08 10 100.8 exact
ms-nce-06 addQuantity 10.08 2021-06-20 2021-07-17 -9.408 10 -94.08 nce-b
ms-nce-06 addQuantity 10.08 2021-06-20 2021-07-17 9.408 12 112.89 nce-b
ms-nce-08 new 12 2022-03-05 2022-04-04 12.00 10 120 exact
ms-nce-08 addQuantity 12 2022-03-07 2022-04-04 -11.23 10 -112.25 nce-b
ms-nce-08 addQuantity 12 2022-03-07 2022-04-04 11.23 15 168.38 nce-b
ms-nce-08 addQuantity 12 2022-03-10 2022-04-04 -10.06 15 -150.96 nce-b
ms-nce-08 addQuantity 12 2022-03-10 2022-04-04 10.06 25 251.61 nce-b
ms-nce-08 removeQuantity 12 2022-03-12 2022-04-04 -9.29 25 -232.25 nce-a
ms-nce-08 removeQuantity 12 2022-03-12 2022-04-04 9.29 23 213.67 nce-a
ms-nce-08 removeQuantity 12 2022-03-14 2022-04-04 -8.52 23 -195.87 nce-b
ms-nce-08 removeQuantity 12 2022-03-14 2022-04-04 8.52 20 170.32 nce-b
ms-nce-08 addQuantity 12 2022-03-25 2022-04-04 -4.26 20 -85.16 nce-b
ms-nce-08 addQuantity 12 2022-03-25 2022-04-04 4.26 30 127.74 nce-b
ms-nce-10 new 10.08 2021-06-18 2021-07-17 10.08 300 3024 exact
ms-nce-10 convert 10.08 2021-06-25 2021-07-17 -7.72 300 -2316 nce-a
ms-nce-10 convert 6.43 2021-06-25 2021-07-17 4.92 300 1476 nce-a
"""
STARTS = {
    "ax-01": "2021-10-01",
    "ax-03": "2021-10-12",
    "ax-09": "2021-06-25",
    "ms-nce-06": "2021-06-18",
    "ms-nce-08": "2022-03-05",
    "ms-nce-10": "2021-06-18",
}
LINES = [line.split() for line in PUBLISHED.strip().splitlines()]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Open a new store."""
    opened = open_house(tmp_path / "home")
    upgrade(opened.catalog)
    return opened


def row(**cells: str) -> dict[str, str]:
    """Give one vendor row; what is not said is empty or plain."""
    plain = {"InvoiceNumber": "G1", "SubscriptionId": "s", "Currency": "EUR", "TaxTotal": "0"}
    plain |= {"TermAndBillingCycle": TERM, "PricingCurrency": "EUR", "PCToBCExchangeRate": "1"}
    plain |= {"Total": cells.get("Subtotal", "")}
    return {**dict.fromkeys(COLUMNS, ""), **plain, **cells}


def check(house: House, tmp_path: Path, rows: list[dict[str, str]]) -> dict[str, Any]:
    """Load rows as one file of October 2022 and check them."""
    path = tmp_path / "lines.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    wishes = pipeline.Wishes(period="2022-10")
    (report,) = pipeline.load_files(house, [(path.name, path)], wishes=wishes, now=NOW)
    assert (report["status"], report["rejected"]) == ("loaded", 0), report["notices"]
    return pipeline.check_vendor(house, "2022-10")


def published(line: list[str]) -> dict[str, str]:
    """Turn a published line into a vendor row."""
    example, charge, price, start, end, unit, quantity, subtotal, _ = line
    return row(
        ChargeType=charge,
        UnitPrice=price,
        ChargeStartDate=start,
        ChargeEndDate=end,
        EffectiveUnitPrice=unit,
        BillableQuantity=quantity,
        Subtotal=subtotal,
        SubscriptionStartDate=STARTS[example],
        SubscriptionId=example,
    )


def test_every_published_line_fits_the_profile_its_example_names(
    house: House, tmp_path: Path
) -> None:
    found = check(house, tmp_path, [published(line) for line in LINES])
    assert (found["near"], found["unexplained"], found["totalsOff"]) == ([], [], [])
    expected: dict[str, tuple[int, Fraction]] = {}
    for line in LINES:
        lines, subtotal = expected.get(line[8], (0, Fraction(0)))
        expected[line[8]] = (lines + 1, subtotal + Fraction(line[7]))
    assert {
        entry["profile"]: (entry["lines"], Fraction(entry["subtotal"]))
        for entry in found["profiles"]
    } == expected


def test_a_cent_off_is_near_and_told_with_its_difference(house: House, tmp_path: Path) -> None:
    line = published(LINES[7]) | {"Subtotal": "-26.2", "Total": "-26.2"}
    (near,) = check(house, tmp_path, [line])["near"]
    # 3 x 27 / 31 x 10 is 26.129..., cut 26.12 by nce-b, 26.1 by nce-a: nce-b is nearer.
    assert (near["nearestProfile"], near["difference"]) == ("nce-b", "-0.08")
    assert near["vendorLineId"].endswith("-1")


def test_what_is_further_off_is_unexplained(house: House, tmp_path: Path) -> None:
    line = published(LINES[7]) | {"Subtotal": "-26.3", "Total": "-26.3"}
    (line_off,) = check(house, tmp_path, [line])["unexplained"]
    # near ends at 0.01 x 10 + 0.01
    assert (line_off["nearestProfile"], line_off["difference"]) == ("nce-b", "-0.18")


def test_a_line_without_a_list_price_cannot_be_checked(house: House, tmp_path: Path) -> None:
    line = published(LINES[0]) | {"UnitPrice": ""}
    (entry,) = check(house, tmp_path, [line])["profiles"]
    assert (entry["profile"], entry["lines"], entry["subtotal"]) == ("not_checkable", 1, "30")


def test_a_stated_discount_and_a_rate_enter_before_the_cut(house: House, tmp_path: Path) -> None:
    whole = row(  # ax-08: 3.00 less 10 %, 10 seats
        ChargeType="new",
        UnitPrice="3",
        ChargeStartDate="2022-10-01",
        ChargeEndDate="2022-10-31",
        EffectiveUnitPrice="2.7",
        BillableQuantity="10",
        Subtotal="27",
        PriceAdjustmentDescription='["10.0% Promotion discount"]',
    )
    part = whole | {
        "ChargeType": "addQuantity",
        "ChargeStartDate": "2022-10-11",
        "SubscriptionStartDate": "2022-10-01",
        "PricingCurrency": "USD",
        "PCToBCExchangeRate": "0.9105",
    }
    unit = Fraction(3) * 21 / 31 * Fraction(9, 10) * Fraction("0.9105")
    cut = unit * 100 // 1
    part |= {"Subtotal": f"{cut * 10 // 100}.{cut * 10 % 100:02d}"}
    part |= {"Total": part["Subtotal"], "EffectiveUnitPrice": f"{cut // 100}.{cut % 100:02d}"}
    found = check(house, tmp_path, [whole, part])
    assert [(e["profile"], e["lines"]) for e in found["profiles"]] == [("exact", 1), ("nce-a", 1)]


def test_whole_months_left_of_a_year_are_cut_per_unit(house: House, tmp_path: Path) -> None:
    line = row(
        ChargeType="changeBillingPlan",
        UnitPrice="100",
        ChargeStartDate="2022-10-01",
        ChargeEndDate="2023-04-30",
        SubscriptionStartDate="2022-05-01",
        EffectiveUnitPrice="58.33",  # 100 x 7 / 12 = 58.333...
        BillableQuantity="3",
        Subtotal="174.99",
        BillingFrequency="Annual",
    )
    (entry,) = check(house, tmp_path, [line])["profiles"]
    assert (entry["profile"], entry["subtotal"]) == ("nce-months", "174.99")


@pytest.mark.parametrize(
    ("subtotal", "profile"), [("0.01", "usage-nce"), ("0.015625", "usage-daily")]
)
def test_usage_is_cut_monthly_and_exact_daily(
    house: House, tmp_path: Path, subtotal: str, profile: str
) -> None:
    line = row(
        ChargeType="Usage",
        UnitPrice="0.125",
        ChargeStartDate="2022-10-01",
        ChargeEndDate="2022-10-31",
        EffectiveUnitPrice="0.125",
        BillableQuantity="0.125",
        Subtotal=subtotal,
        TermAndBillingCycle="",
    )
    (entry,) = check(house, tmp_path, [line])["profiles"]
    assert entry["profile"] == profile


def test_an_invoice_that_mixes_profiles_is_told_with_counts(house: House, tmp_path: Path) -> None:
    found = check(house, tmp_path, [published(LINES[1]), published(LINES[17])])
    assert [(e["invoiceNumber"], e["profile"], e["lines"]) for e in found["invoices"]] == [
        ("G1", "nce-a", 1),
        ("G1", "nce-b", 1),
    ]


def test_a_total_that_is_not_subtotal_and_tax_is_told(house: House, tmp_path: Path) -> None:
    line = published(LINES[0]) | {"TaxTotal": "6.30", "Total": "36.31"}
    (off,) = check(house, tmp_path, [line])["totalsOff"]
    assert (off["subtotal"], off["rowNumber"]) == ("30", 1)


def test_a_month_without_vendor_invoices_is_not_found(house: House) -> None:
    with pytest.raises(NotFound, match="2030-01"):
        pipeline.check_vendor(house, "2030-01")
