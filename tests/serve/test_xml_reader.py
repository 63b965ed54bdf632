"""A reader of the standard library gets from XML what the JSON of the same request says."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from billing_case import served
from hand_charges import Hand, Store
from page_sample import SAMPLE
from serve_case import Place
from xml_and_json import compare, read_both
from xml_reader import read_invoices, read_rates, sums

from tieout.serve.billing.versions import INVOICE_ENDPOINTS, SERVED

EVER = {"startDate": "20200101", "endDate": "20301231"}
MANY = Store(
    tuple(
        Hand(
            *(number, f"{number}.25", None if number == 5 else "10.00"),
            kind="correction" if number % 4 == 0 else "recurring",
            direction=-1 if number % 4 == 0 else 1,
            document=f"D-{number % 3}",
            subscription="700202" if number % 2 else "700101",
            description='a "b", <c> & d\u2028é',
        )
        for number in range(1, 14)
    )
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("many"), MANY) as running:
        yield running


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("sample"), SAMPLE) as running:
        yield running


@pytest.mark.parametrize("version", SERVED, ids=lambda version: version.id)
def test_every_endpoint_adds_up_to_its_json(place: Place, version: Any) -> None:
    visitor = place.visitor("reseller")
    for endpoint in INVOICE_ENDPOINTS:
        if endpoint in version.endpoints:
            count = compare(visitor, f"/billing/{version.id}/{endpoint}", EVER)
            assert count == (12 if endpoint == "customerinvoices" else 13)


def test_filters_groups_and_pages_add_up_too(place: Place) -> None:
    visitor = place.visitor("reseller")
    for endpoint in INVOICE_ENDPOINTS:
        path = f"/billing/v4/{endpoint}"
        assert compare(visitor, path, EVER | {"lines": "grouped", "limit": "1"})
        assert compare(visitor, path, {"startDate": "20100101", "endDate": "20100131"}) == 0


def test_the_sample_of_the_page_is_read_as_it_is_printed(sample: Place) -> None:
    content, _ = read_both(sample.visitor("reseller"), "/billing/v4/invoices", EVER)
    (invoice,) = read_invoices(content)
    assert sums([invoice]) == {
        ("EUR", "1000881", "ExtendedPrice"): Fraction("94.67"),  # 80.00 + 26.67 - 12.00
        ("EUR", "1000881", "VAT"): Fraction("19.88"),  # 16.80 + 5.60 - 2.52
        ("EUR", "1000881", "Discount"): 0,
        ("EUR", "1000882", "ExtendedPrice"): Fraction("89.50"),  # 85.00 + 4.50
        ("EUR", "1000882", "VAT"): Fraction("18.80"),  # 17.85 + 0.95
        ("EUR", "1000882", "Discount"): 15,
    }
    assert invoice.totals["TotalInclVAT"] == "222.85"


def test_rate_ids_of_lines_are_found_in_subscription_details(sample: Place) -> None:
    visitor = sample.visitor("reseller")
    query = {"subscriptionId": "700101"}
    for version in SERVED:
        path = f"/billing/{version.id}/subscriptiondetails"
        content, document = read_both(visitor, path, query)
        periods = {"9201": "1 Month", "9202": "1 Year*", "9203": "3 Year"}
        is_newest = version.id == "v4"
        assert read_rates(content) == {
            "9101": ("Office suite seat: 12", periods if is_newest else {})
        }
        (resource,) = document["Resources"]
        assert resource["ResourceRate"]["PlanRateId"] == "9101"
    content, _ = read_both(visitor, "/billing/v4/invoices", EVER)
    used = {
        line.values["RatePeriodID"]
        for invoice in read_invoices(content)
        for line in invoice.lines
        if line.subscription == "700101"
    }
    assert used == {"9202"}
