"""Unbilled files: previewed as estimates, replaced by newer ones, gone once the month is billed."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from store_case import DEMO, NOW, PERIOD, everything, invoices, load_month
from test_daily_detail import COLUMNS, DAYS, PLAN
from twin_case import INVOICE, added_up, line_id, rows, write

from tieout import pipeline
from tieout.errors import Conflict, NotFound
from tieout.pipeline import Wishes
from tieout.report.visibility import GENERAL, PREVIEW, SOLD, Viewer, Wanted, visible_invoices
from tieout.store.house import House

FOUND = rows()[:30]


def unbilled(path: Path, found: Sequence[dict[str, str]] = FOUND) -> Path:
    """Write vendor rows as an unbilled file has them."""
    return write(path, [row | {"InvoiceNumber": ""} for row in found])


@pytest.fixture
def channel(referenced: House) -> House:
    """Give a store with the demo's reference data, whose contracts start verified."""
    return referenced


def seen(house: House, statuses: Sequence[int]) -> list[str]:
    """Give the document types that the distributor sees, outgoing and incoming."""
    viewer = Viewer(organization_id="northlane", sees_cost=True, previews=SOLD)
    table = visible_invoices(house.catalog, viewer, wanted=Wanted(statuses=statuses))
    found: list[str] = table["document_type"].to_pylist()
    return found


def test_a_month_of_unbilled_files_only_gives_previews(channel: House, tmp_path: Path) -> None:
    report = load_month(channel, unbilled(tmp_path / "open.csv"))
    assert (
        f"the estimate of {PERIOD} (30 rows, EUR 720.54491316) is previewed"
        in report["notices"][-1]
    )
    said = pipeline.run_period(channel, PERIOD, now=NOW)
    assert (said["isEstimate"], said["vendorLines"], said["matched"]) == (True, 30, 29)
    found = invoices(channel).values()
    assert {(i["document_type"], i["status_id"], i["invoice_number"]) for i in found} == {
        ("Estimate", 0, None)
    }
    assert seen(channel, PREVIEW) == ["Estimate"] * 3  # the vendor's, and those to two resellers
    assert seen(channel, GENERAL) == []
    certificate = pipeline.certificate_of(channel, PERIOD)
    assert certificate["isEstimate"]
    (first,) = [h for h in certificate["hops"] if h["hop"] == 1]
    assert Fraction(first["detailTotal"]) == added_up(FOUND) - Fraction("47.11")


def test_the_billed_file_takes_the_place_of_the_estimate_as_a_whole(
    channel: House, tmp_path: Path
) -> None:
    open_file = unbilled(tmp_path / "open.csv")
    load_month(channel, open_file)
    estimate = pipeline.run_period(channel, PERIOD, now=NOW)
    before = invoices(channel)
    load_month(channel, write(tmp_path / "billed.csv", FOUND[:20]))
    said = pipeline.run_period(channel, PERIOD, now=NOW)
    assert (said["isEstimate"], said["vendorLines"]) == (False, 20)
    assert said["runId"] != estimate["runId"]
    certificate = pipeline.certificate_of(channel, PERIOD)
    assert [i["file"] for i in certificate["inputs"]] == ["billed.csv"]
    assert not certificate["isEstimate"]
    (gone,) = certificate["estimates"]
    assert (gone["file"], gone["rows"], gone["currency"]) == ("open.csv", 30, "EUR")
    assert Fraction(gone["amount"]) == added_up(FOUND)
    after = invoices(channel)
    assert {i["document_type"] for i in after.values()} == {"Invoice"}
    assert after["northlane"]["invoice_id"] == before["northlane"]["invoice_id"]
    assert after["northlane"]["invoice_number"] == INVOICE
    late = load_month(channel, unbilled(tmp_path / "late.csv", FOUND[:25]))
    assert "replaces the version loaded before" in late["notices"][-1]
    again = pipeline.run_period(channel, PERIOD, now=NOW)
    assert again["outputDigest"] == said["outputDigest"]


def test_an_estimate_that_the_bill_confirms_is_a_new_revision(
    channel: House, tmp_path: Path
) -> None:
    load_month(channel, unbilled(tmp_path / "open.csv"))
    first = pipeline.run_period(channel, PERIOD, now=NOW)
    load_month(channel, write(tmp_path / "billed.csv", FOUND))
    second = pipeline.run_period(channel, PERIOD, now=NOW)
    assert first["inputDigest"] != second["inputDigest"]
    assert {i["revision"] for i in invoices(channel).values()} == {2}


def test_the_newest_unbilled_file_is_the_estimate(channel: House, tmp_path: Path) -> None:
    load_month(channel, unbilled(tmp_path / "monday.csv", FOUND[:10]))
    load_month(channel, unbilled(tmp_path / "tuesday.csv", FOUND[:12]))
    assert pipeline.run_period(channel, PERIOD, now=NOW)["vendorLines"] == 12
    with pytest.raises(NotFound, match="2021-11"):
        pipeline.run_period(channel, "2021-11", now=NOW)


def test_a_verified_month_does_not_become_an_estimate(channel: House, tmp_path: Path) -> None:
    billed = write(tmp_path / "billed.csv", FOUND)
    load_month(channel, unbilled(tmp_path / "open.csv"))
    load_month(channel, billed)
    pipeline.run_period(channel, PERIOD, now=NOW)
    with channel.catalog.write() as connection:  # as if its invoice had been moved away
        connection.exec_driver_sql(
            "UPDATE vendor_invoice SET period = '2021-11' WHERE state = 'current'"
        )
    before = everything(channel)
    with pytest.raises(Conflict, match="would become an estimate"):
        pipeline.run_period(channel, PERIOD, now=NOW)
    assert everything(channel) == before


def test_the_vendors_own_document_becomes_a_draft_again(channel: House, tmp_path: Path) -> None:
    billed = write(tmp_path / "billed.csv", FOUND)
    contracts = (DEMO / "reference" / "contracts.csv").read_text()
    assert ",verified," in contracts
    (tmp_path / "drafts").mkdir()
    path = tmp_path / "drafts" / "contracts.csv"
    path.write_text(contracts.replace(",verified,", ",new,"))
    pipeline.load_reference(channel, tmp_path / "drafts", now=NOW)
    load_month(channel, unbilled(tmp_path / "open.csv"))
    load_month(channel, billed)
    pipeline.run_period(channel, PERIOD, now=NOW)
    pipeline.load_files(channel, [(billed.name, billed)], wishes=Wishes(period="2021-11"), now=NOW)
    pipeline.run_period(channel, PERIOD, now=NOW)
    first = invoices(channel)["northlane"]
    assert (first["document_type"], first["status_id"]) == ("Estimate", 0)


def unbilled_daily(path: Path) -> Path:
    """Write the unbilled daily usage of the demo's Azure plan."""
    fixed = dict.fromkeys(COLUMNS, "") | {
        "CustomerId": "c1a00000-0000-4000-8000-000000000003",
        "ProductId": "DZH318Z0BPS6",
        "SkuId": "0001",
        "SubscriptionId": PLAN,
        "ChargeStartDate": "10/1/2021",
        "ChargeEndDate": "10/31/2021",
        "BillingCurrency": "EUR",
    }
    names = ("UsageDate", "MeterName", "Quantity", "BillingPreTaxTotal")
    return write(path, [fixed | dict(zip(names, day, strict=True)) for day in DAYS])


def test_unbilled_daily_usage_is_an_estimate_and_beside_the_monthly_one_its_detail(
    channel: House, tmp_path: Path
) -> None:
    load_month(channel, unbilled_daily(tmp_path / "daily.csv"))
    said = pipeline.run_period(channel, PERIOD, now=NOW)
    assert (said["isEstimate"], said["vendorLines"]) == (True, len(DAYS))
    monthly = load_month(channel, unbilled(tmp_path / "open.csv"))
    assert "previewed from this file from the next run on" in monthly["notices"][-1]
    assert pipeline.run_period(channel, PERIOD, now=NOW)["vendorLines"] == 30
    newer = unbilled_daily(tmp_path / "newer.csv")
    newer.write_text(newer.read_text().replace("150,", "151,"))
    assert "replaces the version loaded before" in load_month(channel, newer)["notices"][-1]
    assert pipeline.run_period(channel, PERIOD, now=NOW)["vendorLines"] == 30


def test_a_line_of_an_estimate_is_not_set_aside(channel: House, tmp_path: Path) -> None:
    path = unbilled(tmp_path / "open.csv", rows())
    load_month(channel, path)
    with pytest.raises(Conflict, match="names no invoice is not billed anyway"):
        pipeline.set_line_aside(
            channel, line_id(path, 31), word=pipeline.Word(by="ann", now=NOW, reason="x")
        )


def test_estimates_of_several_currencies_are_all_previewed(channel: House, tmp_path: Path) -> None:
    dollars = [row | {"Currency": "USD"} for row in FOUND[:4]]
    load_month(channel, unbilled(tmp_path / "open.csv", [*FOUND[4:8], *dollars]))
    said = pipeline.run_period(channel, PERIOD, now=NOW)
    assert (said["vendorLines"], said["parked"]) == (8, 4)  # the contracts are in EUR
    found = pipeline.certificate_of(channel, PERIOD)
    assert sorted((i["currency"], i["rows"]) for i in found["inputs"]) == [("EUR", 4), ("USD", 4)]
