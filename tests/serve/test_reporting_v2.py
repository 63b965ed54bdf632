"""Version 2 of the Reporting API: as version 1 but for its paths; A34, A35 and A52."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from serve_case import HEADERS, ROWS, Place, Visitor, serving

V1 = "/api/v1/reporting/invoices"
V2 = "/api/v2/reporting/requesters"
PARTIES = {
    "distributor": "distributorAdmin",
    "reseller": "sellerAdmin",
    "customer": "customerBillingAdmin",
}
VIEWS: tuple[dict[str, str], ...] = (
    {},
    {"expand": "AllDetails", "residual": "row"},
    {"expand": "correctiondetails", "direction": "outgoing"},
    {"subscriptionId": "s-1", "statusId": "1", "currency": "EUR"},
)
PREVIEWS = ("v2.invoices.rows", "v2.invoices.rows.preview", "v2.partners.invoices.rows")
# what the distributor pays and earns, and what the reseller pays and earns
ABOVE_RESELLER = (b":30.00", b"-12.95", b":-29,", b"G012345678", b"-0.65")
ABOVE_CUSTOMER = (b"31.50", b"13.60", b"30.45", b"3.15", b"1.36", b"distributor")
BELOW_RESELLER = (b"34.65", b"14.96", b"19.69", b"33.495", b"customer")
Row = dict[str, Any]


def own(visitor: Visitor, party: str, kind: str = "rows", **query: str) -> list[Row]:
    """Read what a party bought and sold."""
    return visitor.rows(party, path=V2, after=f"/invoices/{kind}", **query)


def between(visitor: Visitor, party: str, partner: str, **query: str) -> list[Row]:
    """Read the rows between a party and its partner."""
    return visitor.rows(party, path=V2, after=f"/partners/{partner}/invoices/rows", **query)


def totals(rows: list[Row], name: str = "totalPrice") -> list[str]:
    return [row[name] for row in rows]


@pytest.mark.parametrize("party", PARTIES)
def test_both_versions_have_the_same_rows(chain: Place, party: str) -> None:
    visitor = chain.visitor(party, role=PARTIES[party])
    for view in VIEWS if party == "reseller" else VIEWS[1:2]:
        assert own(visitor, party, **view) == visitor.rows(party, **view)
    older = visitor.rows(party, path=HEADERS)
    assert [header.pop("invoiceStatus") for header in older] == totals(older, "status")
    assert own(visitor, party, "headers") == older != []


def test_a34_the_owner_previews_its_sellers_drafts(chain_new: Place) -> None:
    owner = chain_new.visitor("distributor", "reseller", role="distributorAdmin")
    drafts = own(owner, "reseller", isPreview="true", direction="outgoing")
    assert totals(drafts) == ["30.00", "-12.95"]
    assert drafts == owner.rows("reseller", after="/preview", direction="outgoing")
    assert own(owner, "reseller", direction="outgoing") == []
    assert own(owner, "reseller", isPreview="false", direction="outgoing") == []
    (header,) = own(owner, "reseller", "headers", isPreview="true", direction="outgoing")
    assert (header["statusId"], header["totalAmount"]) == ("0", "17.05")
    assert totals(between(owner, "distributor", "reseller", isPreview="true")) == totals(drafts)


def test_a35_drafts_are_for_the_owner_of_the_channel(chain_new: Place, oct_new: Place) -> None:
    refused = (403, "ROLE_NOT_ALLOWED")
    path = f"{V2}/reseller/invoices/rows"
    indirect = chain_new.visitor("reseller", endpoints=PREVIEWS)
    assert indirect.code(path, isPreview="true") == refused
    direct = oct_new.visitor("reseller", endpoints=PREVIEWS)
    assert totals(own(direct, "reseller", isPreview="true")) == ["30.00", "-12.95"]
    assert own(direct, "reseller", direction="outgoing") == []
    buyer = oct_new.visitor("customer", role="customerBillingAdmin", endpoints=PREVIEWS)
    path = f"{V2}/customer/invoices/rows"
    assert buyer.code(path, isPreview="true") == refused
    assert own(buyer, "customer") == []


def test_drafts_need_a_scope_of_their_own(oct_new: Place) -> None:
    visitor = oct_new.visitor("reseller")
    for kind in ("rows", "headers"):
        for place in ("reseller", "reseller/partners/customer"):
            path = f"{V2}/{place}/invoices/{kind}"
            assert visitor.code(path, isPreview="true") == (403, "ENDPOINT_NOT_IN_SCOPE")


def test_a52_a_partner_is_who_the_requester_deals_with(chain: Place) -> None:
    visitor = chain.visitor("distributor", role="distributorAdmin")
    assert totals(between(visitor, "distributor", "reseller")) == ["31.50", "-13.60"]
    assert totals(between(visitor, "distributor", "microsoft")) == ["30.00", "-12.95"]
    answers = [
        visitor.client.get(f"{V2}/distributor/partners/{partner}/invoices/{kind}")
        for partner in ("customer", "distributor", "nobody")
        for kind in ("rows", "headers")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({repr({**answer.json(), "requestId": ""}) for answer in answers}) == 1
    body = visitor.client.get(f"{V2}/distributor/partners/reseller/invoices/rows").content
    assert not [figure for figure in BELOW_RESELLER if figure in body]
    assert visitor.code(f"{V2}/distributor/partners/a*b/invoices/rows") == (400, "BAD_PARAMETER")


def test_a_role_asks_about_the_partners_it_may(chain: Place) -> None:
    """reporting-api.md 9: own buyers, own customers without cost, or nobody."""
    seller = chain.visitor("reseller")
    assert totals(between(seller, "reseller", "customer"), "marginAmount") == ["3.15", "-1.36"]
    assert seller.code(f"{V2}/reseller/partners/distributor/invoices/rows") == (404, "NOT_FOUND")
    manager = chain.visitor("reseller", role="accountManager")
    (first, _) = between(manager, "reseller", "customer")
    assert (first["totalPrice"], "marginAmount" in first) == ("34.65", False)
    for partner in ("reseller", "nobody"):
        above = chain.visitor("distributor", role="accountManager")
        path = f"{V2}/distributor/partners/{partner}/invoices/rows"
        assert above.code(path) == (404, "NOT_FOUND")
    names = ["v2.partners.invoices.rows"]
    buyer = chain.visitor("customer", role="customerBillingAdmin", endpoints=names)
    for partner in ("reseller", "nobody"):
        path = f"{V2}/customer/partners/{partner}/invoices/rows"
        assert buyer.code(path) == (403, "ROLE_NOT_ALLOWED")


def addresses(party: str) -> list[str]:
    """Give every list of version 2 that a party may ask for."""
    partners = {"distributor": "reseller", "reseller": "customer"}
    places = [party, *(f"{party}/partners/{partners[name]}" for name in partners if name == party)]
    return [f"{V2}/{place}/invoices/{kind}" for place in places for kind in ("rows", "headers")]


@pytest.mark.parametrize("party", PARTIES)
def test_no_id_of_another_party_opens_anything(chain: Place, party: str) -> None:
    visitor = chain.visitor(party, role=PARTIES[party])
    others = {*PARTIES, "microsoft", "nobody"} - {party}
    bodies = set()
    for other in others:
        for path in addresses(party):
            answer = visitor.client.get(path.replace(party, other, 1))
            assert answer.status_code == 404
            bodies.add(repr({**answer.json(), "requestId": ""}))
    assert len(bodies) == 1
    known = {header["invoiceId"] for header in own(visitor, party, "headers")}
    foreign = {
        header["invoiceId"]
        for name, role in PARTIES.items()
        for header in own(chain.visitor(name, role=role), name, "headers")
    } - known
    assert foreign
    for invoice_id in (*foreign, "00000000-0000-4000-8000-000000000000"):
        for path in addresses(party)[::2]:
            answer = visitor.client.get(path, params={"invoiceId": invoice_id})
            assert (answer.status_code, answer.content) == (200, b"[]")
            assert "older=false" in answer.headers["Tieout-Window"]


@pytest.mark.parametrize(
    ("party", "hidden"),
    [("reseller", ABOVE_RESELLER), ("customer", ABOVE_CUSTOMER)],
)
def test_no_form_of_an_answer_holds_what_the_seller_pays(
    chain: Place, party: str, hidden: tuple[bytes, ...]
) -> None:
    visitor = chain.visitor(party, role=PARTIES[party])
    for path in addresses(party):
        for form in ("json", "csv", "parquet"):
            view = {"expand": "AllDetails"} if path.endswith("rows") else {}
            answer = visitor.client.get(path, params={"format": form, **view})
            told = answer.content
            if form == "parquet":
                told = repr(pq.read_table(pa.BufferReader(told)).to_pylist()).encode()
            assert len(told) > 100
            told += repr(answer.headers).encode()
            assert not [figure for figure in hidden if figure in told]


READERS: dict[str, Callable[[bytes], int]] = {
    "json": lambda content: len(json.loads(content)),
    "ndjson": lambda content: len(content.splitlines()),
    "csv": lambda content: len(list(csv.reader(io.StringIO(content.decode(), newline="")))) - 1,
    "parquet": lambda content: pq.read_table(pa.BufferReader(content)).num_rows,
}


OUTGOING = {"direction": "outgoing", "expand": "AllDetails"}


def test_answers_travel_as_those_of_version_1(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    path = f"{V2}/reseller/invoices/rows"
    for form, count in READERS.items():
        answer = visitor.client.get(path, params={**OUTGOING, "format": form})
        assert (answer.headers["Tieout-Row-Count"], count(answer.content)) == ("11", 11)
        assert answer.headers["Tieout-Window"].startswith("till=2026-11-23; months=unlimited")
        name = f"invoice-rows_v2_reseller_2021-11-01_2026-11-23.{form}"
        told = None if form == "json" else f'attachment; filename="{name}"'
        assert answer.headers.get("Content-Disposition") == told
    metadata = pq.ParquetFile(pa.BufferReader(answer.content)).metadata.metadata
    assert metadata[b"tieout.api"] == b"v2"
    tag = visitor.client.get(path, params=OUTGOING).headers["ETag"]
    known = {"If-None-Match": tag}
    assert visitor.client.get(path, params=OUTGOING, headers=known).status_code == 304
    head = visitor.client.head(path, params=OUTGOING)
    assert (head.headers["ETag"], head.content) == (tag, b"")
    assert visitor.client.post(path).status_code == 405
    packed = {"Accept-Encoding": "gzip"}
    with visitor.client.stream("GET", path, params=OUTGOING, headers=packed) as stream:
        assert len(json.loads(gzip.decompress(b"".join(stream.iter_raw())))) == 11
    assert visitor.code(path, format="xml") == (400, "BAD_FORMAT")
    assert visitor.code(path, limit="0") == (400, "BAD_PARAMETER")


def next_of(answer: httpx.Response) -> str:
    return str(answer.headers["Link"].split("; ")[0].strip("<>"))


def test_pages_tags_and_files_belong_to_one_address(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    query = OUTGOING | {"limit": "4"}
    paths = [f"{V2}/{place}/invoices/rows" for place in ("reseller", "reseller/partners/customer")]
    firsts = [visitor.client.get(path, params=query) for path in paths]
    older = visitor.client.get(f"{ROWS}/reseller", params=query)
    assert len({answer.headers["ETag"] for answer in (*firsts, older)}) == 3
    assert next_of(firsts[1]).startswith(paths[1])
    second = visitor.client.get(next_of(firsts[1]))
    third = visitor.client.get(next_of(second))
    assert [len(page.json()) for page in (firsts[1], second, third)] == [4, 4, 3]
    assert "Link" not in third.headers
    cursor = dict(httpx.URL(next_of(firsts[0])).params)
    assert visitor.code(paths[1], **cursor) == (400, "BAD_CURSOR")
    assert visitor.code(f"{ROWS}/reseller", **cursor) == (400, "BAD_CURSOR")
    file = visitor.client.head(paths[1], params={"format": "csv"}).headers["Content-Disposition"]
    assert "partner-invoice-rows_v2_reseller_customer_2021-11-01_2026-11-23.csv" in file


def test_version_2_refuses_what_it_does_not_know(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    rows, headers = (f"{V2}/reseller/invoices/{kind}" for kind in ("rows", "headers"))
    for strict in ({}, {"strict": "false"}, {"strict": "true"}):
        answer = visitor.client.get(rows, params={"colour": "red", **strict})
        assert (answer.status_code, answer.json()["code"]) == (400, "UNKNOWN_PARAMETER")
        assert answer.json()["errors"] == [{"parameter": "colour", "reason": "unknown parameter"}]
    assert visitor.code(headers, expand="AllDetails") == (400, "UNKNOWN_PARAMETER")
    assert visitor.code(rows, expand="Everything") == (400, "BAD_EXPAND")
    for value in ("yes", "TRUE", ""):
        assert visitor.code(rows, isPreview=value) == (400, "BAD_PARAMETER")
    assert visitor.code(rows, isPreview=["true", "true"]) == (400, "BAD_PARAMETER")
    assert visitor.code(rows, statusId="0") == (400, "BAD_PARAMETER")
    older = visitor.client.get(f"{ROWS}/reseller", params={"isPreview": "true"})
    assert older.headers["Tieout-Ignored-Parameters"] == "isPreview"


def test_window_and_cut_offs_hold_for_version_2(oct_0: Place) -> None:
    settings = {"reporting_window_months": 15, "reporting_profile": "compat"}
    window = "from=2025-08-23; till=2026-11-23; months=15; older=true; truncated=false"
    with serving(oct_0.house, **settings) as place:
        visitor = place.visitor("reseller")
        path = f"{V2}/reseller/invoices/rows"
        answer = visitor.client.get(path)
        assert (answer.json(), answer.headers["Tieout-Window"]) == ([], window)
        assert visitor.code(path, invoiceDateFrom="2021-11-01") == (400, "OUTSIDE_WINDOW")
        clipped = visitor.client.get(path, params={"invoiceDateFrom": "2021-11-01", "clip": "true"})
        assert clipped.headers["Tieout-Window"].endswith("truncated=true")
        summaries = visitor.client.get(f"{V2}/reseller/invoice-consolidations")
        assert summaries.headers["Tieout-Window"] == window.replace("older=true", "older=false")
    with serving(oct_0.house, reporting_profile="compat") as place:
        rows = own(place.visitor("reseller"), "reseller", direction="outgoing", expand="AllDetails")
    assert [row["rowKind"] for row in rows] == ["consolidated"] * 2
