"""The samples of billing-api.md 3.5, to the byte, through a real server."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from billing_case import Reader, reading
from page_sample import SAMPLE

SAMPLES = Path(__file__).parent / "samples"
JULY = {"startDate": "20260701", "endDate": "20260731"}
# the beginnings of the SHA-256 that the page states
SHA_256 = {
    ("v4", "invoices"): "f203bd3c0cc2a9784fba8f3832456442",
    ("v4", "consolidatedinvoices"): "6d1f671cc025dcc204f66c99abf52ffe",
    ("v3", "invoices"): "c6a3746fa88912fb733f37d8dd63ca0a",
    ("v3", "consolidatedinvoices"): "186036c9f3470083a45ee1d3d1268d24",
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("samples"), SAMPLE) as one:
        yield one


@pytest.mark.parametrize(("version", "endpoint"), SHA_256)
def test_json_is_the_page_sample_to_the_byte(reader: Reader, version: str, endpoint: str) -> None:
    answer = reader.get(endpoint, version, **JULY)
    assert answer.content == (SAMPLES / f"{endpoint}_{version}.json").read_bytes()
    assert hashlib.sha256(answer.content).hexdigest().startswith(SHA_256[version, endpoint])
    assert answer.headers["Tieout-Line-Count"] == "5"
    warned = answer.headers.get("Tieout-Warnings")
    assert warned == ("unmatched_purchase=1" if endpoint == "consolidatedinvoices" else None)


@pytest.mark.parametrize("endpoint", ["invoices", "consolidatedinvoices"])
def test_xml_is_the_page_sample_and_the_default(reader: Reader, endpoint: str) -> None:
    answer = reader.client.get(f"/billing/v4/{endpoint}", params=JULY)
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert answer.content == (SAMPLES / f"{endpoint}_v4.xml").read_bytes()


def test_version_2_is_version_3_under_its_own_name(reader: Reader) -> None:
    for endpoint in ("invoices", "customerinvoices"):
        for accept in ("application/json", "application/xml"):
            older, newer = (
                reader.client.get(
                    f"/billing/{version}/{endpoint}", params=JULY, headers={"Accept": accept}
                )
                for version in ("v2", "v3")
            )
            assert older.status_code == 200
            assert older.content == newer.content
            assert older.headers["ETag"] != newer.headers["ETag"]


def test_subscription_details_is_the_page_sample(reader: Reader) -> None:
    details = reader.details("700101")
    (resource,) = details["Resources"]
    assert resource["Amount"] == 12
    periods = resource["ResourceRate"]["ResourceRatePeriods"]
    told = [(p["RatePeriodId"], p["PlanPeriodId"], p["Applies"]) for p in periods]
    assert told == [(9201, 41, False), (9202, 42, True), (9203, 43, False)]
    assert details["ServicePlan"]["PlanCategoryId"] == 31
    assert details["ServicePlanPeriod"]["PlanPeriodRenewalSKUName"] == "S3"
    assert details["Subscription"] == {
        "BillingPeriod": 1,
        "BillingPeriodType": "Month",
        "ExpirationDate": "20261231",
        "Period": 1,
        "PeriodType": "Year",
        "StartDate": "20260101",
        "SubscriptionId": 700101,
    }
    older = reader.details("700101", "v3")
    assert "ResourceRatePeriods" not in older["Resources"][0]["ResourceRate"]


def test_the_alias_answers_with_the_same_bytes(reader: Reader) -> None:
    one, other = (
        reader.client.get(f"/billing/v4/{name}", params={"subscriptionId": "700101"})
        for name in ("subscriptiondetails", "subscriptionsdetails")
    )
    assert one.content == other.content
    assert one.headers["Content-Disposition"] == other.headers["Content-Disposition"]
    assert 'rel="canonical"' in other.headers["Link"]
    assert ET.fromstring(one.content).tag == "SubscriptionDetails"  # noqa: S314 - our own bytes
