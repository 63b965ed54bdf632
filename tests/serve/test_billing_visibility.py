"""Who sees what in the Billing API (billing-api.md 6): VIS-1 to VIS-6."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from billing_case import Reader, lines_of, served
from fixture_rows import F2, F3
from hand_charges import Store
from page_sample import SAMPLE
from serve_case import Place

INVOICES = ("invoices", "customerinvoices", "consolidatedinvoices")
MARKER = "123457.91"
# place in the chain -> what it may open of the three, by billing-api.md 6.1
PLACES = {
    "V1": (False, True, False),
    "distributor": (True, True, True),
    "reseller": (True, True, True),
    "customer-1000881": (True, False, False),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("seen"), SAMPLE) as running:
        yield running


def scalars(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from scalars(value)
    elif isinstance(node, list):
        for value in node:
            yield from scalars(value)
    else:
        yield str(node)


def reader_of(place: Place, party: str) -> Reader:
    reader = Reader(place, party)
    # the widest role: what a party may open must not hang on the key alone
    reader.client = place.visitor(party, role="distributorAdmin").client
    return reader


@pytest.mark.parametrize("party", PLACES)
def test_vis_1_no_cost_is_shown_and_places_open_what_they_may(place: Place, party: str) -> None:
    reader = reader_of(place, party)
    for endpoint, opens in zip(INVOICES, PLACES[party], strict=True):
        answer = reader.get(endpoint)
        assert answer.status_code == (200 if opens else 403)
        if not opens:
            assert answer.json()["type"].endswith("/role-not-allowed")
            continue
        assert MARKER not in answer.text
        assert not [one for one in scalars(answer.json(parse_float=str)) if MARKER in one]


def test_vis_1_each_side_sees_the_prices_of_its_own_hop(place: Place) -> None:
    customer = reader_of(place, "customer-1000881")
    assert {line["UnitPrice"] for line in customer.lines("invoices")} == {"10.00"}
    distributor = reader_of(place, "distributor")
    assert "10.00" not in {line["UnitPrice"] for line in distributor.lines("customerinvoices")}
    assert distributor.lines("invoices") == []
    for line in distributor.lines("customerinvoices"):
        assert not {"SalesPrice", "MatchStatus"} & set(line)


def test_a_cost_centre_shows_to_the_customer_and_its_direct_seller(place: Place) -> None:
    seen = {}
    for party, endpoint in (
        ("distributor", "customerinvoices"),
        ("reseller", "invoices"),
        ("reseller", "customerinvoices"),
        ("customer-1000881", "invoices"),
    ):
        document = reader_of(place, party).read(endpoint)
        customers = [one for invoice in document["Invoices"] for one in invoice["Customers"]]
        seen[party, endpoint] = next(
            one["CostCenter"] for one in customers if one["AccountID"] == "1000881"
        )
    assert list(seen.values()) == [None, "KP-410", "KP-410", "KP-410"]


def test_vis_2_another_hop_changes_no_byte_of_an_invoice(tmp_path: Path) -> None:
    rows = (*F2, *F3)
    dearer = tuple(replace(row, sale="77.77", sale_discount="0") for row in rows)
    bought = []
    for name, lines in (("one", rows), ("two", dearer)):
        with served(tmp_path / name, Store(lines)) as place:
            bought.append(Reader(place).get("invoices").content)
    assert bought[0] == bought[1]
    cheaper = tuple(replace(row, unit="1.23", discount="0") for row in rows)
    sold = []
    for name, lines in (("three", rows), ("four", cheaper)):
        with served(tmp_path / name, Store(lines)) as place:
            sold.append(reader_of(place, "customer-1000881").get("invoices").content)
    assert sold[0] == sold[1]


def test_vis_3_foreign_and_unknown_ids_look_alike(place: Place) -> None:
    reader = reader_of(place, "customer-1000881")
    foreign, unknown = (
        reader.client.get(f"/billing/v4/subscriptiondetails?subscriptionId={number}")
        for number in ("700202", "799999")
    )
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    answers = [
        reader.get("invoices", **query)
        for query in (
            {"customerId": "1000882"},
            {"customerId": "1099999"},
            {"subscriptionId": "700202"},
            {"subscriptionId": "799999"},
        )
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, '{"Invoices":[]}')}
    varying = {"x-request-id", "date", "etag", "ratelimit"}
    for answer in answers[1:]:
        for name, value in answer.headers.items():
            assert name in varying or answers[0].headers[name] == value


def test_vis_5_two_customers_share_their_seller_only(place: Place) -> None:
    keys: dict[str, list[set[str]]] = {"InvoiceID": [], "MatchKey": [], "AccountID": []}
    for party in ("customer-1000881", "customer-1000882"):
        document = reader_of(place, party).read("invoices")
        keys["InvoiceID"].append({one["Header"]["InvoiceID"] for one in document["Invoices"]})
        keys["MatchKey"].append({line["MatchKey"] for line in lines_of(document)})
        keys["AccountID"].append(
            {
                account["AccountID"]
                for invoice in document["Invoices"]
                for account in (invoice["Sender"], invoice["Receiver"], *invoice["Customers"])
            }
        )
    for name, (one, other) in keys.items():
        assert one
        assert one & other == ({"1000204"} if name == "AccountID" else set())


def test_vis_6_a_seller_never_sees_its_buyers_sales(chain: Place) -> None:
    """The distributor sells at 17.90 and its reseller at 19.69."""
    day = {"startDate": "20211101", "endDate": "20211101"}
    reader = reader_of(chain, "distributor")
    for endpoint in INVOICES:
        answer = reader.get(endpoint, **day)
        assert answer.status_code == 200
        document = answer.json(parse_float=str)
        receivers = {invoice["Receiver"]["CompanyName"] for invoice in document["Invoices"]}
        assert len(receivers) == 1
        amounts = set(scalars(document))
        own = reader_of(chain, "reseller").lines("customerinvoices", **day)
        secret = {line["ExtendedPrice"] for line in own} - {
            line["ExtendedPrice"] for line in reader_of(chain, "reseller").lines("invoices", **day)
        }
        assert secret
        assert not secret & amounts


def test_a_key_of_a_role_opens_what_the_role_may(place: Place) -> None:
    for role, opened in (
        ("accountManager", {"customerinvoices"}),
        ("customerBillingAdmin", {"invoices"}),
        ("sellerAdmin", set(INVOICES)),
    ):
        reader = Reader(place)
        reader.client = place.visitor("reseller", role=role).client
        found = {name for name in INVOICES if reader.get(name).status_code == 200}
        assert found == opened
    narrow = place.visitor("reseller", endpoints=["billing.invoices"]).client
    refused = narrow.get("/billing/v4/customerinvoices")
    assert (refused.status_code, json.loads(refused.text)["title"]) == (403, "Scope not allowed")
