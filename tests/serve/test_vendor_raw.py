"""The vendor's rows as they came: acceptance cases A47 and A48, reporting-api.md 3.1, 4.3 and 9."""

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from october import HEADER, LINES, NOW
from raw_case import BOTH, OWN, RAW, WRITTEN, bill, month, new_house, owner, raw, row, summary
from serve_case import Place, serving

from tieout import pipeline
from tieout.pipeline import Word

SHARED = "2026-10"


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve two vendor invoices of one buyer, dated a day apart, and one of another buyer."""
    house = new_house(tmp_path_factory.mktemp("dated"))
    files = {
        "euros.csv": month(InvoiceNumber="G-EUR"),
        "dollars.csv": month(InvoiceNumber="G-USD", Currency="USD", SubscriptionId="sub-u"),
        "other.csv": [row(1, InvoiceNumber="G-OTHER", SubscriptionId="sub-x")],
    }
    bill(house, files, period="2025-10")
    with serving(house) as running:
        yield running


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve F-OCT in a vendor invoice, one with all that may go wrong, and one of two buyers."""
    house = new_house(tmp_path_factory.mktemp("raw"))
    files = {
        "october.csv": month(),
        "own.csv": OWN,
        "both.csv": BOTH,
        "other.csv": [row(1, InvoiceNumber="G-OTHER", SubscriptionId="sub-x")],
    }
    bill(house, files, period=SHARED)
    with serving(house, now=NOW + dt.timedelta(days=1)) as running:
        yield running


def test_a47_the_window_of_the_vendors_invoices(dated: Place) -> None:
    visitor = owner(dated)
    path = f"{RAW}/distributor"
    answer = visitor.client.get(f"{path}/summary")
    assert [one["vendorInvoiceNumber"] for one in answer.json()] == ["G-EUR"]
    assert answer.json()[0]["invoiceDateUtc"] == "2025-11-23T00:00:00Z"
    assert answer.headers["Tieout-Window"] == (
        "from=2025-11-23; till=2026-11-23; months=12; older=true; truncated=false"
    )
    assert len(raw(visitor, "G-EUR")) == 11
    for number, code in (
        ("G-USD", "OUTSIDE_WINDOW"),
        ("G-OTHER", "VENDOR_INVOICE_NOT_FOUND"),
        ("G-NONE", "VENDOR_INVOICE_NOT_FOUND"),
    ):
        assert visitor.code(path, vendorInvoiceNumber=number) == (400, code)
    outside = visitor.client.get(path, params={"vendorInvoiceNumber": "G-USD"}).json()
    assert "2025-11-23" in outside["detail"]
    assert outside["errors"] == [
        {"parameter": "vendorInvoiceNumber", "reason": "lies before 2025-11-23"}
    ]
    assert visitor.code(path) == (400, "BAD_PARAMETER")
    with serving(dated.house, now=NOW + dt.timedelta(days=1)) as later:
        tomorrow = owner(later)
        assert tomorrow.code(f"{path}/summary") == (400, "NO_VENDOR_INVOICES")
        assert tomorrow.code(path, vendorInvoiceNumber="G-EUR") == (400, "OUTSIDE_WINDOW")


@pytest.mark.parametrize(
    ("now", "settings", "first"),
    [
        ("2024-06-30", {}, "2024-01-01"),
        ("2026-11-24", {"vendor_raw_months": 13}, "2025-10-24"),
        ("2026-11-23", {"vendor_raw_months": "unlimited"}, "2024-01-01"),
    ],
)
def test_a47_the_earliest_day_is_that_of_the_page(
    dated: Place, now: str, settings: dict[str, Any], first: str
) -> None:
    moment = dt.datetime.fromisoformat(f"{now}T12:00:00+00:00")
    with serving(dated.house, now=moment, **settings) as place:
        visitor = owner(place)
        answer = visitor.client.get(f"{RAW}/distributor/summary")
    assert answer.headers["Tieout-Window"].startswith(f"from={first}; ")


def test_a48_eleven_lines_with_the_texts_of_the_file(place: Place) -> None:
    visitor = owner(place)
    rows = raw(visitor, "G012345678")
    file = place.house.home.parent / "october.csv"
    with file.open(newline="", encoding="utf-8") as stream:
        assert [one["row"] for one in rows] == list(csv.DictReader(stream))
    assert [one["row"]["Total"] for one in rows] == [total for *_, total in LINES]
    assert [one["rowOrdinal"] for one in rows] == [str(n) for n in range(1, 12)]
    assert {one["vendorInvoiceRowSchemaType"] for one in rows} == {"ms_nce_recon"}
    assert {(one["matchMethod"], one["reasonCode"]) for one in rows} == {("subscription", None)}
    keys = {
        one["vendorInvoiceRowId"]: one["matchKey"]
        for one in visitor.rows("distributor", expand="AllDetails", direction="incoming")
        if one["vendorInvoiceNumber"] == "G012345678"
    }
    assert {one["vendorInvoiceRowId"]: one["matchKey"] for one in rows} == keys
    (told,) = [one for one in summary(visitor) if one["vendorInvoiceNumber"] == "G012345678"]
    assert told == {
        "vendorFullName": "Microsoft",
        "vendorId": "microsoft",
        "vendorInvoiceNumber": "G012345678",
        "invoiceDateUtc": "2026-11-23T00:00:00Z",
        "contractTypeId": told["contractTypeId"],
        "contractTypeName": "Cloud Service Provider",
        "lineCount": "11",
        "vendorTotal": "17.05",
        "currency": "EUR",
        "fileDigest": hashlib.sha256(file.read_bytes()).hexdigest(),
    }


def test_a48_only_who_buys_from_the_vendor_reads_it(place: Place) -> None:
    for name, role, expected in (
        ("reseller", "sellerAdmin", (403, "ROLE_NOT_ALLOWED")),
        ("reseller", "distributorAdmin", (403, "ROLE_NOT_ALLOWED")),
        ("distributor", "sellerBillingAdmin", (403, "ROLE_NOT_ALLOWED")),
        ("distributor", "accountManager", (403, "ROLE_NOT_ALLOWED")),
        ("customer", "customerBillingAdmin", (403, "ROLE_NOT_ALLOWED")),
    ):
        visitor = owner(place, name, role)
        for path in (f"{RAW}/{name}?vendorInvoiceNumber=G012345678", f"{RAW}/{name}/summary"):
            assert visitor.code(path) == expected
    assert raw(owner(place, role="sellerAdmin"), "G012345678")
    ordinary = place.visitor("distributor", role="distributorAdmin")
    assert ordinary.code(f"{RAW}/distributor/summary") == (403, "ENDPOINT_NOT_IN_SCOPE")


def test_a_line_that_waits_or_cannot_be_read_says_why(place: Place) -> None:
    visitor = owner(place)
    first, lost, torn = raw(visitor, "G-OWN")
    assert (first["matchMethod"], first["reasonCode"]) == ("subscription", None)
    assert {name: first["row"][name] for name in WRITTEN} == WRITTEN
    assert list(first["row"]) == list(HEADER)
    assert (lost["matchKey"], lost["matchMethod"], lost["reasonCode"]) == (
        None,
        None,
        "NO_SUBSCRIPTION",
    )
    assert (torn["matchKey"], torn["reasonCode"]) == (None, "bad_date")
    assert torn["row"]["ChargeStartDate"] == "31/31/2021"
    (told,) = [one for one in summary(visitor) if one["vendorInvoiceNumber"] == "G-OWN"]
    assert (told["lineCount"], Fraction(told["vendorTotal"])) == ("3", Fraction("80.3"))


def test_of_a_shared_invoice_each_buyer_sees_its_own_lines(place: Place) -> None:
    for name, role, expected in (
        ("distributor", "distributorAdmin", "own"),
        ("other", "sellerAdmin", "x"),
    ):
        visitor = owner(place, name, role)
        (line,) = raw(visitor, "G-BOTH", party=name)
        assert line["row"]["VendorInvoiceRowId"] == expected
        (told,) = [one for one in summary(visitor, name) if one["vendorInvoiceNumber"] == "G-BOTH"]
        assert (told["lineCount"], Fraction(told["vendorTotal"])) == ("1", Fraction(30))


def test_every_number_of_another_buyer_is_as_unknown_as_any(place: Place) -> None:
    own = {name: owner(place, name) for name in ("distributor", "other")}
    numbers = {
        name: {one["vendorInvoiceNumber"] for one in summary(visitor, name)}
        for name, visitor in own.items()
    }
    assert numbers == {
        "distributor": {"G012345678", "G-OWN", "G-BOTH"},
        "other": {"G-OTHER", "G-BOTH"},
    }
    for name, foreign in (("distributor", "other"), ("other", "distributor")):
        path = f"{RAW}/{name}"
        answers = [
            own[name].client.get(path, params={"vendorInvoiceNumber": number})
            for number in (*sorted(numbers[foreign] - numbers[name]), "G-NONE", "17.05")
        ]
        assert {(one.status_code, one.json()["code"]) for one in answers} == {
            (400, "VENDOR_INVOICE_NOT_FOUND")
        }
        assert len({repr({**one.json(), "requestId": ""}) for one in answers}) == 1
        assert own[name].code(f"{RAW}/{foreign}/summary") == (404, "NOT_FOUND")
        assert own[name].code(f"{RAW}/nobody/summary") == (404, "NOT_FOUND")


def test_raw_lines_in_every_form(place: Place) -> None:
    visitor = owner(place)
    path, query = f"{RAW}/distributor", {"vendorInvoiceNumber": "G-OWN"}
    rows = raw(visitor, "G-OWN")
    bodies = {
        form: visitor.client.get(path, params={**query, "format": form})
        for form in ("json", "ndjson", "csv", "parquet")
    }
    ndjson = [json.loads(line, parse_int=str) for line in bodies["ndjson"].text.splitlines()]
    assert ndjson == rows
    cells = list(csv.DictReader(io.StringIO(bodies["csv"].text, newline="")))
    table = pq.read_table(pa.BufferReader(bodies["parquet"].content))
    for line, flat, typed in zip(rows, cells, table.to_pylist(), strict=True):
        assert list(flat) == list(typed) == list(line)
        assert json.loads(flat["row"]) == json.loads(typed["row"]) == line["row"]
        assert flat["matchKey"] == (line["matchKey"] or "")
        assert str(typed["rowOrdinal"]) == line["rowOrdinal"]
    name = "vendor-raw_v1_distributor_2026-11-23_2026-11-23.csv"
    assert bodies["csv"].headers["Content-Disposition"] == f'attachment; filename="{name}"'
    for body in bodies.values():
        assert body.headers["Tieout-Row-Count"] == "3"
        assert body.headers["Tieout-Window"] == (
            "from=2025-11-24; till=2026-11-24; months=12; older=false; truncated=false"
        )
    totals = visitor.client.get(f"{path}/summary", params={"format": "parquet"})
    assert pq.read_table(pa.BufferReader(totals.content)).schema.field(
        "vendorTotal"
    ).type == pa.decimal128(38, 18)


@pytest.mark.parametrize("limit", [4, 11])
def test_raw_lines_come_in_pages(place: Place, limit: int) -> None:
    visitor = owner(place)
    whole = raw(visitor, "G012345678")
    answer = visitor.client.get(
        f"{RAW}/distributor", params={"vendorInvoiceNumber": "G012345678", "limit": limit}
    )
    pages = [answer.json(parse_int=str)]
    while "Link" in answer.headers:
        assert len(pages[-1]) == limit
        answer = visitor.client.get(answer.headers["Link"].split(">")[0].strip("<"))
        assert answer.headers["Tieout-Row-Count"] == str(len(answer.json()))
        pages.append(answer.json(parse_int=str))
    assert [line for page in pages for line in page] == whole


def test_a_tag_changes_with_the_rows_and_only_then(tmp_path: Path, postgres_url: str) -> None:
    house = new_house(tmp_path, status="new", catalog_url=postgres_url)
    bill(house, {"own.csv": [OWN[0], OWN[0], OWN[1]]}, period=SHARED)
    with serving(house) as place:
        visitor = owner(place)
        path = f"{RAW}/distributor?vendorInvoiceNumber=G-OWN"
        first = visitor.client.get(path)
        tag = {"If-None-Match": first.headers["ETag"]}
        page = visitor.client.get(f"{path}&limit=1").headers["Link"].split(">")[0].strip("<")
        assert visitor.client.get(path, headers=tag).status_code == 304
        assert visitor.client.head(path).headers["ETag"] == first.headers["ETag"]
        assert visitor.client.get(page).status_code == 200
        (named,) = pipeline.explain_named(house, "own.csv:2")["lines"]
        pipeline.set_line_aside(house, named["vendorLineId"], word=Word("anna", NOW, "twice"))
        pipeline.run_period(house, SHARED, now=NOW)
        again = visitor.client.get(path, headers=tag)
        assert again.status_code == 200
        assert [one["reasonCode"] for one in again.json()] == [None, "SET_ASIDE", "NO_SUBSCRIPTION"]
        assert visitor.code(page) == (400, "CURSOR_EXPIRED")
    house.catalog.close()


def test_an_invoice_that_came_late_has_the_date_of_its_month(dated: Place) -> None:
    late = [row(1, InvoiceNumber="G-LATE", VendorInvoiceRowId="late")]
    visitor = owner(dated)
    path = f"{RAW}/distributor"
    bill(dated.house, {"late.csv": late}, period="2025-10")  # its invoices are verified
    assert visitor.code(path, vendorInvoiceNumber="G-LATE")[1] == "VENDOR_INVOICE_NOT_FOUND"
    november = [row(1, InvoiceNumber="G-NOV", VendorInvoiceRowId="nov")]
    bill(dated.house, {"november.csv": november}, period="2025-11")
    (line,) = raw(visitor, "G-LATE")
    assert (line["matchMethod"], line["row"]["VendorInvoiceRowId"]) == ("subscription", "late")
    found = {one["vendorInvoiceNumber"]: one["invoiceDateUtc"][:10] for one in summary(visitor)}
    assert found == {"G-EUR": "2025-11-23", "G-LATE": "2025-11-23", "G-NOV": "2025-12-23"}
