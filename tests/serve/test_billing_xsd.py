"""The XSD of each version: made from its registry, served, and kept by every XML answer.

`serve_case.Visitor` holds each XML answer that any test reads against it.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_case import RANGE, ROLES, lines_of, served
from hand_charges import Hand, Store
from jsonschema import Draft202012Validator
from lxml import etree
from page_sample import SAMPLE
from serve_case import Place, Visitor
from xml_checked import compiled, complaints

from tieout.serve.billing import details_fields
from tieout.serve.billing.fields import PARTS, TEXT, Field
from tieout.serve.billing.openapi import json_schema
from tieout.serve.billing.shapes import shape_of
from tieout.serve.billing.versions import DETAILS, SERVED, V4, Version
from tieout.serve.billing.xml_schema import schema_text

SAMPLES = Path(__file__).parent / "samples"
XS = "{http://www.w3.org/2001/XMLSchema}"
PLACES = {  # where the fields of a part stand in the XSD, from the root's element on
    "Customer": "Customers/Customer",
    "Subscription": "Customers/Customer/Subscriptions/Subscription",
    "Line": "Customers/Customer/Subscriptions/Subscription/PriceLines/PriceLine",
}
OPEN = {"startDate": "20200101", "endDate": "20301231"}
# a kind of everything that can be empty or odd in a document
ODD = Store(
    (
        Hand(1, "8.00", "10.00", description='<b> & "q"\r\n\x01 é'),
        Hand(2, "3.00", None, kind="fee", sku=None),
        Hand(3, "2.5", "3.125", kind="usage", direction=-1, discount="0.10"),
        Hand(4, "7.00", "7.00", bought=False),
    )
)


@pytest.fixture(scope="module", params=["sample", "odd"])
def place(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Place]:
    store = SAMPLE if request.param == "sample" else ODD
    with served(tmp_path_factory.mktemp(request.param), store) as running:
        yield running


@pytest.mark.parametrize("endpoint", ["invoices", "consolidatedinvoices"])
def test_the_samples_of_the_page_keep_to_it(endpoint: str) -> None:
    assert complaints((SAMPLES / f"{endpoint}_v4.xml").read_bytes(), "v4") == []


@pytest.mark.parametrize("party", ["reseller", "customer-1000881"])
def test_every_endpoint_keeps_to_xsd_and_openapi(place: Place, party: str) -> None:
    visitor = place.visitor(party, role=ROLES.get(party, "customerBillingAdmin"))
    for version in SERVED:
        for endpoint in version.endpoints:
            for query in _queries(endpoint, version):
                path = f"/billing/{version.id}/{endpoint}"
                answer = visitor.client.get(path, params=query)  # held against the XSD
                if answer.status_code == 403 and party.startswith("customer-"):
                    continue
                assert answer.status_code == 200, answer.text
                assert answer.headers["Content-Type"].startswith("application/xml")
                shape = closed(json_schema(shape_of(version, endpoint)))
                told = visitor.client.get(
                    path, params=query, headers={"Accept": "application/json"}
                ).json()
                faults = Draft202012Validator(shape).iter_errors(told)
                assert [one.message for one in faults] == []


def _queries(endpoint: str, version: Version) -> Iterator[dict[str, str]]:
    if endpoint == DETAILS:
        yield {"subscriptionId": "700101"}
        return
    yield OPEN
    if version.id != "v3":  # whose answers are those of v2 (test_billing_samples.py)
        yield {"startDate": "20100101", "endDate": "20100131"}
    if "lines" in version.all_parameters:
        yield OPEN | {"lines": "grouped", "customerId": "1000881"}


def closed(schema: Any) -> Any:
    """Allow no key that is not described."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: closed(one) for name, one in schema.items()}
    return told | ({"additionalProperties": False} if "properties" in schema else {})


def test_it_is_served_without_a_key_and_listed(place: Place) -> None:
    for version in SERVED:
        path = f"/billing/{version.id}/schema.xsd"
        answer = httpx.get(f"{place.address}{path}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
        assert answer.headers["API-Version"] == version.id
        compiled(answer.content)
        assert answer.content == schema_text(version).encode()
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert httpx.get(f"{place.address}{path}", headers=tag).status_code == 304
        described = httpx.get(f"{place.address}/billing/{version.id}/openapi.json").json()
        assert (
            "application/xml"
            in (described["paths"]["/schema.xsd"]["get"]["responses"]["200"]["content"])
        )
        links = httpx.get(f"{place.address}/billing/versions/{version.id}").headers["Link"]
        assert f'<{path}>; rel="describedby"' in links
        assert f'href="{path}"' in httpx.get(f"{place.address}/billing/versions.html").text
    assert httpx.post(f"{place.address}/billing/v4/schema.xsd").status_code == 405
    assert httpx.get(f"{place.address}/billing/v1/schema.xsd").status_code == 410
    assert "Link" not in httpx.get(f"{place.address}/billing/versions/v1").headers


def elements_at(root: Any, path: str) -> list[str]:
    """Give the names of the elements declared at a path of element names."""
    at = root
    for name in filter(None, path.split("/")):
        (at,) = at.findall(f"{XS}complexType/{XS}sequence/{XS}element[@name='{name}']")
    return [one.get("name") for one in at.findall(f"{XS}complexType/{XS}sequence/{XS}element")]


@pytest.mark.parametrize("version", SERVED, ids=lambda version: version.id)
def test_every_field_of_the_registry_stands_in_its_place(version: Version) -> None:
    schema = etree.fromstring(schema_text(version).encode())
    for registry in version.registries.values():
        (root,) = schema.findall(f"{XS}element[@name='{registry.root}']")
        above = "Invoice/" if registry.root == "InvoiceResponse" else "Invoices/Invoice/"
        for part in PARTS:
            found = elements_at(root, above + PLACES.get(part, part))
            fields = [field.element for field in registry.part(part)]
            assert found[: len(fields)] == fields
            assert found[len(fields) :] in ([], ["Subscriptions"], ["PriceLines"])
    (root,) = schema.findall(f"{XS}element[@name='SubscriptionDetails']")
    names = [field.key for field in details_fields.SUBSCRIPTION]
    assert elements_at(root, "Subscription") == names


def test_a_new_field_shows_and_an_answer_without_it_is_refused() -> None:
    invoices = V4.registries["invoices"]
    new = Field("Colour", TEXT, "''", null=True)
    changed = replace(invoices, line=(*invoices.line[:3], new, *invoices.line[3:]))
    both = {"invoices": changed, "customerinvoices": changed}
    schema = compiled(schema_text(replace(V4, registries={**V4.registries, **both})).encode())
    sample = (SAMPLES / "invoices_v4.xml").read_bytes()
    assert not schema.validate(etree.fromstring(sample))
    assert "Colour" in str(schema.error_log)
    filled = sample.replace(b"<MatchKey>", b"<Colour /><MatchKey>")
    assert schema.validate(etree.fromstring(filled)), schema.error_log


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<LineId>1</LineId>", b""),
        (b"<LineId>1</LineId>", b"<LineId />"),
        (b"<LineId>1</LineId>", b"<LineId>1</LineId><LineId>1</LineId>"),
        (b"<VAT>16.80</VAT>", b"<VAT>16,80</VAT>"),
        (b"<VAT>16.80</VAT>", b"<VAT>1.68E1</VAT>"),
        (b"<UnitPrice>8.00</UnitPrice>", b"<UnitPrice>-8.00</UnitPrice>"),
        (b"<TaxPercentage>21.00", b"<TaxPercentage>21"),
        (b"<StartDate>20260601", b"<StartDate>2026-06-01"),
        (b"<Date>20260723</Date>", b"<Date>20261323</Date>"),
        (b"<SKU>", b"<Sku />\n<SKU>"),
        (b"<PlanRateID />", b""),
        (b"InvoiceResponse", b"Invoices"),
    ],
)
def test_a_faulty_document_is_refused(old: bytes, new: bytes) -> None:
    sample = (SAMPLES / "invoices_v4.xml").read_bytes()
    assert old in sample
    assert complaints(sample.replace(old, new), "v4")


def test_the_odd_store_shows_what_it_was_made_for(tmp_path: Path) -> None:
    with served(tmp_path, ODD) as running:
        visitor: Visitor = running.visitor("reseller")
        headers = {"Accept": "application/json"}
        told = visitor.client.get("/billing/v4/invoices", params=RANGE, headers=headers).json()
    assert {line["SKU"] for line in lines_of(told)} > {""}
    assert any(one["Warnings"] for one in told["Invoices"])
