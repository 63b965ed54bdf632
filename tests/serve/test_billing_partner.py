"""What a partner's program and a curious caller meet: order, tags, HEAD, headers, unreachable data.

Expectations are read from billing-api.md 1.3, 2.3 to 2.7 and 6.3, and from RFC 9110.
"""

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_by_hand import build
from billing_case import JSON, RANGE, Reader, lines_of
from billing_reference import subscription
from hand_charges import Hand, Store
from october import NOW
from serve_case import Clock, Place, serving
from sqlalchemy import insert

from tieout.store.catalog import reference
from tieout.store.house import open_house

NUMBERS = ("9", "10", "D-2", "11")
STORE = Store(
    tuple(
        Hand(line, "8.00", None if line == 4 else "10.00", document=NUMBERS[(line - 1) % 4])
        for line in range(1, 9)
    ),
    reference={
        "subscriptions": [
            subscription(  # no plan is named, but a rate of one
                "700101", "1000881", term="P3Y", billing_frequency="Annual", plan_rate_id="9101"
            ),
            subscription("700202", "1000882", term="P1Y", billing_frequency="Monthly"),
        ]
    },
)
DETAILS = "/billing/v4/subscriptiondetails?subscriptionId=700101"
KEYED = {"Authorization": f"Bearer tk_{'a' * 12}_b"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Place]:
    house = build(tmp_path_factory.mktemp("partner"), STORE)
    with serving(house, now=clock) as running:
        yield running


@pytest.fixture(scope="module")
def reseller(place: Place) -> Reader:
    return Reader(place)


def tag_of(reader: Reader, path: str, **headers: str) -> str:
    answer = reader.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    tag: str = answer.headers["ETag"]
    return tag


def test_documents_stand_by_number_where_their_ids_are_integers(
    place: Place, reseller: Reader
) -> None:
    in_order = ["9", "10", "11", "D-2"]
    for endpoint in ("invoices", "consolidatedinvoices"):
        document = reseller.read(endpoint)
        assert [one["Header"]["InvoiceID"] for one in document["Invoices"]] == in_order
    pages, path = [], f"/billing/v4/invoices?format=json&limit=1&startDate={RANGE['startDate']}"
    while path:
        answer = reseller.client.get(path)
        (one,) = answer.json()["Invoices"]
        pages.append(one["Header"]["InvoiceID"])
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert pages == in_order
    # nobody sells to the distributor here
    unmatched = Reader(place, "distributor").read("consolidatedinvoices")["UnmatchedSales"]
    told = [(one["InvoiceID"], one["LineId"]) for one in unmatched]
    assert told == [
        *(("9", "1"), ("9", "5"), ("10", "2"), ("10", "6"), ("11", "4"), ("11", "8")),
        *(("D-2", "3"), ("D-2", "7")),
    ]


def test_the_last_record_counts_the_lines_of_the_header(place: Place) -> None:
    answer = Reader(place, "distributor").get("consolidatedinvoices", format="ndjson")
    *others, last = [json.loads(one) for one in answer.text.splitlines()]
    assert {one["Record"] for one in others} == {"unmatched_sale"}
    assert last["Lines"] == int(answer.headers["Tieout-Line-Count"]) == 0


def test_one_question_has_one_tag_however_it_is_asked(reseller: Reader) -> None:
    asked = "/billing/v4/invoices?startDate=20260701&endDate=20260831"
    filtered = f"{asked}&customerId=1000882,1000881&format=json"
    tag, narrow = tag_of(reseller, asked, **JSON), tag_of(reseller, filtered)
    for same in (
        "/billing/v4/invoices?endDate=2026-08-31&startDate=2026-07-01&format=json",
        f"{asked}&lines=detail&strict=false&party=reseller",
    ):
        assert tag_of(reseller, same, **JSON) == tag
    again = "/billing/v4/invoices?customerId=1000881,1000882,1000881&endDate=20260831"
    assert tag_of(reseller, f"{again}&format=json&startDate=20260701") == narrow
    others = [tag_of(reseller, f"{asked}&{more}", **JSON) for more in ("lines=grouped", "limit=9")]
    others += [tag_of(reseller, asked), tag_of(reseller, asked.replace("v4", "v3"), **JSON)]
    assert len({tag, narrow, *others}) == 6


def test_a_tag_does_not_tell_that_an_id_exists(place: Place, reseller: Reader) -> None:
    paths = [
        f"/billing/v4/invoices?{name}&startDate=20200101&endDate=20200131"
        for name in ("customerId=ghost,4711", "vendorId=ghost", "subscriptionId=4712")
    ]
    before = [tag_of(reseller, path) for path in paths]
    ghost = {"organization_id": "ghost", "account_no": "4711", "role": "reseller", "name": "Ghost"}
    with place.house.catalog.write() as connection:
        for resource, row in (
            ("organizations", ghost),
            ("subscriptions", subscription("4712", "1000881") | {"contract_id": "c-ghost"}),
        ):
            connection.execute(insert(reference[resource]).values(from_snapshot=1, **row))
    assert [tag_of(reseller, path) for path in paths] == before


def test_a_page_that_is_known_has_a_link_that_still_leads_on(
    reseller: Reader, clock: Clock
) -> None:
    path = "/billing/v4/invoices?format=json&limit=2&startDate=20260701&endDate=20260831"
    first = reseller.client.get(path)
    known = {"If-None-Match": first.headers["ETag"]}
    assert reseller.client.get(path, headers=known).status_code == 304
    onward = first.headers["Link"].partition(">")[0].removeprefix("<")
    clock.now += dt.timedelta(days=1, hours=1)
    try:
        gone = reseller.client.get(onward)
        assert gone.json()["type"].endswith("/cursor-expired")
        anew = reseller.client.get(path, headers=known)
        assert (anew.status_code, anew.content) == (200, first.content)
        onward = anew.headers["Link"].partition(">")[0].removeprefix("<")
        assert len(lines_of(reseller.client.get(onward).json())) == 4
    finally:
        clock.now = NOW


def test_head_says_the_length_of_the_body_or_nothing(reseller: Reader) -> None:
    path = "/billing/v4/customerinvoices?format=json&startDate=20260701&endDate=20260731"
    identity = {"Accept-Encoding": "identity"}
    before = reseller.client.head(path, headers=identity)
    body = reseller.client.get(path, headers=identity)
    after = reseller.client.head(path, headers=identity)
    assert before.headers.get("Content-Length") is None
    assert after.headers["Content-Length"] == str(len(body.content))
    for head in (before, after):
        assert (head.status_code, head.content) == (200, b"")
        for name in ("ETag", "Content-Type", "Content-Disposition", "Tieout-Line-Count"):
            assert head.headers[name] == body.headers[name]


def test_subscriptiondetails_are_packed_known_and_said_to_be_utf_8(reseller: Reader) -> None:
    plain = reseller.client.get(DETAILS, headers=JSON | {"Accept-Encoding": "identity"})
    with reseller.client.stream("GET", DETAILS, headers=JSON) as answer:
        packed, tag = b"".join(answer.iter_raw()), answer.headers["ETag"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert (packed[4:8], tag != plain.headers["ETag"]) == (bytes(4), True)
    for said in (tag, f"W/{tag}", f'"else", {tag}', "*"):
        known = reseller.client.get(DETAILS, headers=JSON | {"If-None-Match": said})
        assert (known.status_code, known.content) == (304, b""), said
    xml = reseller.client.get(DETAILS)
    assert xml.headers["Content-Type"] == "application/xml; charset=utf-8"


def test_subscriptiondetails_tell_the_term_where_no_plan_period_does(reseller: Reader) -> None:
    names = ("Period", "PeriodType", "BillingPeriod", "BillingPeriodType")
    for number, told in (("700101", (3, "Year", 1, "Year")), ("700202", (1, "Year", 1, "Month"))):
        found = reseller.details(number)["Subscription"]
        assert tuple(found[name] for name in names) == told


def test_the_rate_of_a_line_is_found_though_the_subscription_names_no_plan(
    reseller: Reader,
) -> None:
    details = reseller.details("700101")
    (line, *_) = reseller.lines("invoices")
    rates = [resource["ResourceRate"]["PlanRateId"] for resource in details["Resources"]]
    assert ([int(line["PlanRateID"])], line["RatePeriodID"]) == (rates, None) == ([9101], None)
    assert details["ServicePlan"]["PlanId"] == 310
    document = reseller.read("invoices")["Invoices"][0]
    assert document["Customers"][0]["Subscriptions"][0]["PlanID"] == "310"


def test_headers_of_one_name_count_together(reseller: Reader) -> None:
    ranges: list[tuple[str, str]] = [
        ("Accept", "text/csv;q=0.1"),
        ("Accept", "application/json"),
        ("Accept-Encoding", "br"),
        ("Accept-Encoding", "gzip"),
    ]
    key = ("Authorization", reseller.client.headers["Authorization"])
    url = reseller.client.base_url.join("/billing/v4/invoices")
    asked = httpx.Request("GET", url, params=RANGE, headers=[key, *ranges])
    with httpx.Client() as bare:
        answer = bare.send(asked)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "query", ["limit=1e3", "customerId=,", "vendorId=", "subscriptionId=1,,2", "limit=1000001"]
)
def test_parameters_are_refused_before_the_format(reseller: Reader, query: str) -> None:
    answer = reseller.client.get(f"/billing/v4/invoices?{query}", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["parameter"]) == (400, query.partition("=")[0])


def test_public_documents_are_known_by_a_star_and_tell_their_methods(reseller: Reader) -> None:
    for path in ("versions", "releases", "known-issues", "v4/schema.xsd"):
        answer = reseller.client.get(f"/billing/{path}", headers={"If-None-Match": "*"})
        assert (answer.status_code, answer.content) == (304, b"")
    for path in ("openapi.json", "v4/openapi.json", "v2/openapi.json"):
        answer = reseller.client.options(f"/billing/{path}")
        assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_a_catalog_out_of_reach_is_503_and_an_ended_version_stays_410(tmp_path: Path) -> None:
    far = open_house(tmp_path, catalog_url="postgresql+psycopg://a:b@127.0.0.1:1/none")
    with serving(far) as served, httpx.Client(base_url=served.address, headers=KEYED) as client:
        for path in ("v4/invoices", "v2/consolidatedinvoices", "versions/v4/usage"):
            answer: Any = client.get(f"/billing/{path}")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
            assert answer.json()["type"].endswith("/problems/unavailable")
            assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}
        assert client.get("/billing/v1/invoices").status_code == 410


def test_the_last_page_tells_no_sale_whose_purchase_stands_before(reseller: Reader) -> None:
    whole = reseller.read("consolidatedinvoices")
    found: dict[str, Any] = {"Invoices": [], "UnmatchedSales": []}
    path = "/billing/v4/consolidatedinvoices?format=json&limit=3&startDate=20260701"
    while path:
        answer = reseller.client.get(path)
        page = answer.json(parse_float=str, parse_int=str)
        found = {name: items + page[name] for name, items in found.items()}
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert found == {name: whole[name] for name in found}
    assert [line["MatchStatus"] for line in lines_of(found)].count("matched") == 7
    assert page["MatchReport"]["SalesUnmatched"] == whole["MatchReport"]["SalesUnmatched"] == "0.00"
