"""How lists travel: pages, formats, tags, parameters, keys and roles, the same for every list."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from master_case import (
    ENDPOINTS,
    LATER,
    MASTER,
    PREFIX,
    RATE_DATES,
    asked,
    bill_master,
    load,
    path_of,
    rows,
)
from october import NOW
from serve_case import Place, Visitor, serving
from test_reporting_pages import charge

from tieout.serve.roles import BILLING, LISTS, ROLES

CONTRACTS = path_of(ENDPOINTS["v1.contracts"], "reseller")
RATES = path_of(ENDPOINTS["v2.currency-rates"], "reseller")
EVENTS = path_of(ENDPOINTS["v1.subscription-events"], "reseller")
SUBSCRIPTIONS = path_of(ENDPOINTS["v1.subscriptions"], "reseller")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve a store that tests may change."""
    with serving(bill_master(tmp_path_factory.mktemp("own"))) as place:
        yield place


def table_of(content: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(content))


def next_of(answer: httpx.Response) -> str:
    """Give the address of the next page."""
    link = next(one for one in answer.headers["Link"].split(", ") if "next" in one)
    return link.split(">")[0].removeprefix("<")


def test_every_list_opens_with_its_own_scope_alone() -> None:
    assert set(LISTS) == set(ENDPOINTS)
    assert len(LISTS) == len(ENDPOINTS) == 16


def test_default_scopes_of_new_keys() -> None:
    """Section 3.2: what a new key opens unless told otherwise, of lists and of version 1."""
    drafts = {"v1.invoice-headers.preview", "v1.invoice-rows.preview"}
    invoices = {"v1.invoice-headers", "v1.invoice-rows"}
    rates = {"v2.currency-rates", "v2.partners.currency-rates"}
    rates |= {"v2.partners.currency-rates.summary"}
    assert {*ROLES["distributorAdmin"].endpoints} - {*BILLING} == invoices | drafts | rates
    master = {one for one in LISTS if one.startswith("v1.")} - {"v1.currency-rates"}
    for role in ("sellerAdmin", "sellerBillingAdmin"):
        opened = {*ROLES[role].endpoints}
        assert opened & {*LISTS} == master | {"v1.currency-rates", "v2.currency-rates"}
        assert invoices <= opened
        assert not opened & drafts
    held = {"v1.subscriptions", "v1.subscription-events", "v1.orders", "v1.orders.items"}
    assert {*ROLES["customerBillingAdmin"].endpoints} & {*LISTS} == held


def test_a_key_without_the_scope_opens_nothing(master: Place) -> None:
    for name in ("v1.contracts", "v2.currency-rates"):
        others = [one for one in LISTS if one != name]
        visitor = master.visitor("reseller", endpoints=others)
        path = path_of(ENDPOINTS[name], "reseller")
        assert visitor.code(path, **asked(name)) == (403, "ENDPOINT_NOT_IN_SCOPE")
    assert httpx.get(master.address + CONTRACTS).json()["code"] == "KEY_MISSING"


def test_pages_follow_their_links(who: dict[str, Visitor]) -> None:
    visitor = who["reseller"]
    for path, query, sizes in (
        (EVENTS, {"limit": "4"}, [4, 4]),
        (RATES, {"limit": "2", **RATE_DATES}, [2, 2, 1]),
        (SUBSCRIPTIONS, {"limit": "2"}, [2, 1]),
    ):
        whole = visitor.client.get(path, params={**query, "limit": "100"})
        answer = visitor.client.get(path, params=query)
        pages = [answer]
        while "next" in answer.headers.get("Link", ""):
            answer = visitor.client.get(next_of(answer))
            pages.append(answer)
        assert [len(one.json()) for one in pages] == sizes
        assert [row for one in pages for row in one.json()] == whole.json()
        assert "Link" not in whole.headers


def test_cursors_serve_their_own_question(master: Place, who: dict[str, Visitor]) -> None:
    visitor, query = who["reseller"], {"limit": "2", **RATE_DATES}
    address = next_of(visitor.client.get(RATES, params=query))
    (cursor,) = parse_qs(urlsplit(address).query)["cursor"]
    bad = (400, "BAD_CURSOR")
    assert visitor.code(RATES, **query, level="generic", cursor=cursor) == bad
    assert visitor.code(CONTRACTS, limit="2", cursor=cursor) == bad
    assert visitor.code(RATES, **query, cursor=f"{cursor[:-2]}AA") == bad
    other = master.visitor("reseller")
    assert other.code(RATES, **query, cursor=cursor) == bad
    for limit in ("0", "10001", "x"):
        assert visitor.code(RATES, **RATE_DATES, limit=limit) == (400, "BAD_PARAMETER")


def test_a_cursor_pins_the_snapshot(own: Place, tmp_path: Path) -> None:
    visitor = own.visitor("reseller")
    paths = {RATES: {"limit": "2", **RATE_DATES}, SUBSCRIPTIONS: {"limit": "2"}}
    before = {path: visitor.client.get(path, params=query) for path, query in paths.items()}
    second = {path: visitor.client.get(next_of(one)).json() for path, one in before.items()}
    rate = "organization_id,from,to,source,base_rate,date\nreseller,EUR,AUD,Custom,2,2021-11-01\n"
    header, first, *_ = MASTER["subscriptions.csv"].replace("\\\n", "").splitlines()
    rows_now = (first.replace(",5,", ",6,"), first.replace("s-1", "s-0").replace("sub-1", "sub-0"))
    changed = {
        "exchange_rates.csv": rate,
        "subscriptions.csv": "\n".join([header, *rows_now, ""]),
    }
    load(own.house, tmp_path / "anew", changed, now=LATER + dt.timedelta(hours=1))
    for path, answer in before.items():
        assert visitor.client.get(next_of(answer)).json() == second[path]
        anew = visitor.client.get(path, params=paths[path])
        assert anew.json() != answer.json()
        assert anew.headers["ETag"] != answer.headers["ETag"]


def test_a_new_invoice_changes_no_later_page(own: Place) -> None:
    visitor = own.visitor("reseller")
    first = visitor.client.get(EVENTS, params={"limit": "5"})
    later = visitor.client.get(next_of(first)).json()
    assert len(later) == 3
    charge(own.house, date=dt.date(2021, 10, 5))
    assert visitor.client.get(next_of(first)).json() == later


def test_what_others_load_changes_no_tag(own: Place, tmp_path: Path) -> None:
    key = own.visitor("reseller", role="distributorAdmin", endpoints=LISTS)
    names = [
        *("v1.subscriptions", "v1.orders", "v1.organizations", "v1.organizations.contacts"),
        *("v1.organizations.addresses", "v1.contracts", "v2.currency-rates"),
    ]
    paths = {path_of(ENDPOINTS[name], "reseller"): asked(name) for name in names}
    tags = {p: key.client.get(p, params=query).headers["ETag"] for p, query in paths.items()}
    others = {
        "organizations.csv": MASTER["organizations.csv"].replace("Allee 8", "Allee 80"),
        "exchange_rates.csv": MASTER["exchange_rates.csv"].replace("6113.07", "7000.01"),
        "orders.csv": MASTER["orders.csv"].replace("SO-9009", "SO-9010"),
        "contracts.csv": MASTER["contracts.csv"].replace("N-9", "N-90"),
    }
    load(own.house, tmp_path / "others", others, now=LATER + dt.timedelta(hours=2))
    for path, tag in tags.items():
        again = key.client.get(path, params=paths[path], headers={"If-None-Match": tag})
        assert again.status_code == 304, path
    other_role = own.visitor("reseller").client.get(CONTRACTS)
    assert other_role.headers["ETag"] != tags[CONTRACTS]


def test_one_list_in_every_format(who: dict[str, Visitor]) -> None:
    visitor = who["customer"]
    path = path_of(ENDPOINTS["v1.subscriptions"], "customer")
    expected = rows(visitor, "v1.subscriptions", "customer")
    answers = {
        form: visitor.client.get(path, params={"format": form})
        for form in ("ndjson", "csv", "parquet")
    }
    lines = answers["ndjson"].content.splitlines()
    assert [json.loads(one, parse_float=str, parse_int=str) for one in lines] == expected
    table = list(csv.DictReader(io.StringIO(answers["csv"].text, newline="")))
    assert len(table) == 3
    for cells, row in zip(table, expected, strict=True):
        shown = {name: value for name, value in cells.items() if name != "salesUnitPrice"}
        assert shown == {name: value or "" for name, value in row.items()}
        assert cells["salesUnitPrice"] == ""  # a column, empty
    file = table_of(answers["parquet"].content)
    assert file.schema.field("purchaseUnitPrice").type == pa.decimal128(38, 18)
    assert file.schema.field("termStartDate").type == pa.timestamp("us", tz="UTC")
    assert file.column("salesUnitPrice").null_count == file.num_rows == 3
    assert file.schema.metadata[b"tieout.rows"] == b"3"
    name = answers["csv"].headers["Content-Disposition"]
    assert name == 'attachment; filename="subscriptions_v1_customer.csv"'
    quoted = visitor.client.get(path, params={"numbers": "string"}).json()
    assert quoted[0]["purchaseUnitPrice"] == "9146.4832305"
    assert visitor.code(path, format="xml") == (400, "BAD_FORMAT")


def test_tags_packing_and_head(who: dict[str, Visitor]) -> None:
    visitor = who["reseller"]
    packed = visitor.client.get(EVENTS, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    tag = packed.headers["ETag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": tag}
    again = visitor.client.get(EVENTS, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    head = visitor.client.head(EVENTS, headers={"Accept-Encoding": "gzip"})
    assert (head.headers["ETag"], head.headers["Tieout-Row-Count"]) == (tag, "8")
    assert head.content == b""
    assert packed.headers["Cache-Control"] == "private, no-cache"
    assert packed.headers["Tieout-Window"].startswith("till=2026-11-23; months=unlimited")
    assert visitor.client.post(EVENTS).status_code == 405


def test_parameters_that_are_unknown_or_malformed(who: dict[str, Visitor]) -> None:
    visitor = who["reseller"]
    ignored = visitor.client.get(CONTRACTS, params={"colour": "red"})
    assert ignored.headers["Tieout-Ignored-Parameters"] == "colour"
    assert visitor.code(CONTRACTS, colour="red", strict="true") == (400, "UNKNOWN_PARAMETER")
    days = {"eventDateFrom": "2021-10-02", "eventDateTill": "2021-10-01"}
    for path, query in (
        (CONTRACTS, {"changedSince": "yesterday"}),
        (CONTRACTS, {"contractPurposeId": "3"}),
        (EVENTS, days),
        (EVENTS, {"eventDateFrom": "2021-02-30"}),
        (SUBSCRIPTIONS, {"subscriptionId": "a b"}),
        (f"{CONTRACTS}%20x", {}),
    ):
        assert visitor.code(path, **query) == (400, "BAD_PARAMETER")
    assert visitor.code(f"{SUBSCRIPTIONS}?subscriptionId=a&subscriptionId=b")[0] == 400


def test_openapi_names_every_list(master: Place) -> None:
    for version, prefix in PREFIX.items():
        said: dict[str, Any] = httpx.get(f"{master.address}{prefix}/openapi.json").json()
        for one in ENDPOINTS.values():
            if one.version != version:
                continue
            listed = said["paths"][one.path]["get"]
            names = {parameter["name"] for parameter in listed["parameters"]}
            assert {"sasKey", "limit", "cursor", *(f.name for f in one.filters)} <= names
            needed = {
                p["name"] for p in listed["parameters"] if p["required"] and p["in"] == "query"
            }
            assert needed == {f.name for f in one.filters if f.is_required}
            content = listed["responses"]["200"]["content"]["application/json"]
            shown = content["schema"]["items"]["properties"]
            assert list(shown) == [field.name for field in one.fields]
    assert NOW < LATER
