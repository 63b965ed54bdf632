"""Two files of one vendor invoice: the monthly one is billed, the daily one is its detail."""

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from store_case import MONTH_FILE, NOW, PERIOD, invoices, load_month

from tieout import pipeline
from tieout.store.house import House

INVOICE = "G012345678"
PLAN = "5b0c0000-0000-4000-8000-000000000003"
COLUMNS = (
    *("CustomerId", "InvoiceNumber", "ProductId", "SkuId", "SubscriptionId", "EntitlementId"),
    *("ChargeStartDate", "ChargeEndDate", "UsageDate", "MeterId", "MeterName", "Unit"),
    *("ChargeType", "Quantity", "EffectiveUnitPrice", "BillingPreTaxTotal", "BillingCurrency"),
    *("PricingPreTaxTotal", "PricingCurrency"),
)
DAYS = (  # usage date, meter, quantity, amount
    ("10/1/2021", "D2s v3", "365", "35.0035"),
    ("10/2/2021", "D2s v3", "365.01", "35.0044"),
    ("10/2/2021", "P10 Disks", "150", "2.7625"),
)
MONTHLY = {"D2s v3": Fraction("70.007"), "P10 Disks": Fraction("2.76")}  # the demo's own file


@pytest.fixture
def channel(referenced: House) -> House:
    """Give a store with the demo's reference data."""
    return referenced


@pytest.fixture
def daily(tmp_path: Path) -> Path:
    """Write the daily file of the demo's invoice."""
    path = tmp_path / "daily.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for day, meter, quantity, amount in DAYS:
            writer.writerow(
                (
                    *("c1a00000-0000-4000-8000-000000000003", INVOICE, "DZH318Z0BPS6", "0001"),
                    *(PLAN, "", "10/1/2021", "10/31/2021", day, f"m-{meter}", meter, "1 Hour"),
                    *("Usage", quantity, "0.0959", amount, "EUR", amount, "EUR"),
                )
            )
    return path


def told(report: dict[str, Any]) -> str:
    """Give a report's notices as one text."""
    return "\n".join(report["notices"])


def test_a_daily_file_alone_is_billed(channel: House, daily: Path) -> None:
    assert load_month(channel, daily)["format"] == "ms_daily_rated"
    said = pipeline.run_period(channel, PERIOD, now=NOW)
    assert (said["vendorLines"], said["matched"], said["parked"]) == (3, 3, 0)
    (first,) = [i for i in invoices(channel).values() if i["hop"] == 1]
    assert Fraction(first["detail_total"]) == sum(Fraction(day[3]) for day in DAYS)


def test_beside_the_monthly_file_the_daily_one_is_detail(channel: House, daily: Path) -> None:
    load_month(channel, MONTH_FILE)
    before = pipeline.run_period(channel, PERIOD, now=NOW)
    assert f"invoice {INVOICE} is billed from its monthly file" in told(load_month(channel, daily))
    after = pipeline.run_period(channel, PERIOD, now=NOW)
    assert {**after, "seconds": None} == {**before, "seconds": None}


def test_the_monthly_file_takes_the_place_of_the_daily_one(channel: House, daily: Path) -> None:
    load_month(channel, daily)
    report = load_month(channel, MONTH_FILE)
    assert f"invoice {INVOICE} is billed from this file from the next run on" in told(report)
    said = pipeline.run_period(channel, PERIOD, now=NOW)
    assert (said["vendorLines"], said["matched"] + said["parked"]) == (30, 30)
    assert [i["file"] for i in pipeline.certificate_of(channel, PERIOD)["inputs"]] == [
        MONTH_FILE.name
    ]


@pytest.mark.parametrize("daily_first", [True, False])
def test_one_delivery_of_both_bills_the_monthly_one(
    channel: House, daily: Path, *, daily_first: bool
) -> None:
    files = [(daily.name, daily), (MONTH_FILE.name, MONTH_FILE)]
    reports = pipeline.load_files(channel, files if daily_first else files[::-1], now=NOW)
    assert {report["status"] for report in reports} == {"loaded"}
    assert pipeline.run_period(channel, PERIOD, now=NOW)["vendorLines"] == 30


def test_the_same_daily_file_in_another_shape_is_a_copy(
    channel: House, daily: Path, tmp_path: Path
) -> None:
    load_month(channel, MONTH_FILE)
    load_month(channel, daily)
    again = tmp_path / "again.csv"
    again.write_bytes(b"\xef\xbb\xbf" + daily.read_bytes())
    assert f"invoice {INVOICE} is a copy" in told(load_month(channel, again))
    assert pipeline.run_period(channel, PERIOD, now=NOW)["vendorLines"] == 30


def test_the_difference_is_told_per_meter_and_never_booked(channel: House, daily: Path) -> None:
    load_month(channel, MONTH_FILE)
    load_month(channel, daily)
    found = pipeline.check_vendor(channel, PERIOD)["dailyMonthlyResidual"]
    made: dict[str, Fraction] = {}
    for _, meter, _, amount in DAYS:
        made[meter] = made.get(meter, Fraction(0)) + Fraction(amount)
    assert {
        line["meter"]: (Fraction(line["monthly"]), Fraction(line["residual"])) for line in found
    } == {meter: (MONTHLY[meter], made[meter] - MONTHLY[meter]) for meter in MONTHLY}
    assert {line["subscriptionId"] for line in found} == {PLAN}
