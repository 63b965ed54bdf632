"""Formats, paging, caching and refusals of the Billing API (billing-api.md 2)."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from billing_case import RANGE, Reader, lines_of, reading, served
from hand_charges import Hand, Store
from page_sample import SAMPLE

NO_CONSOLIDATED = (
    '<?xml version="1.0" encoding="utf-8"?><ConsolidatedInvoice><Invoices /></ConsolidatedInvoice>'
)
MANY = Store(
    tuple(
        Hand(
            *(number, "8.00", "10.00"),
            document=f"D-{number % 3}",
            description="=1+1" if number == 1 else 'a "b", <c> & d\u2028é',
        )
        for number in range(1, 8)
    )
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("sample"), SAMPLE) as one:
        yield one


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("many"), MANY) as one:
        yield one


def test_csv_has_a_header_and_no_formula(many: Reader) -> None:
    answer = many.get("invoices", format="csv")
    assert answer.text.count("\r\n") == answer.text.count("\n") == 8
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row["Line.LineId"] for row in rows} == {str(n) for n in range(1, 8)}
    told = {row["Line.LineId"]: row["Line.Description"] for row in rows}
    assert told["1"] == "'=1+1"
    assert told["2"] == 'a "b", <c> & d\u2028é'
    assert [row["Header.InvoiceID"] for row in rows] == sorted(
        row["Header.InvoiceID"] for row in rows
    )


def test_ndjson_ends_with_a_digest_of_its_lines(sample: Reader) -> None:
    content = sample.get("consolidatedinvoices", format="ndjson").content
    *records, last, _ = (f"{one}\n" for one in content.decode().split("\n"))
    end = json.loads(last)
    assert (end["Lines"], end["Next"], end["Record"]) == (5, None, "end")
    digest = hashlib.sha256("".join(records).encode()).hexdigest()
    assert end["Digest"] == f"sha256:{digest}"
    lines = [json.loads(record, parse_float=str, parse_int=str)["Line"] for record in records]
    assert lines == sample.lines("consolidatedinvoices")


def test_xml_keeps_every_sign_of_a_text(many: Reader) -> None:
    text = many.get("invoices", format="xml").text
    assert '<Description>a "b", &lt;c&gt; &amp; d\u2028é</Description>' in text


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_pages_joined_are_the_whole(many: Reader, name: str) -> None:
    whole = _page(many, f"/billing/v4/invoices?format={name}&startDate=20260701&endDate=20260831")
    path: str | None = (
        f"/billing/v4/invoices?format={name}&startDate=20260701&endDate=20260831&limit=2"
    )
    found, names = [], []
    while path:
        lines, headers, path = _page(many, path)
        found += lines
        names.append(headers["Content-Disposition"].partition("20260831")[2])
        assert headers["Tieout-Line-Count"] == str(len(lines))
    assert found == whole[0]
    pages = 2 if name == "json" else 4
    assert names == [f'.{name}"', *(f'_p{n}.{name}"' for n in range(2, pages + 1))]


def _page(reader: Reader, path: str) -> tuple[list[Any], Any, str | None]:
    """Give the lines, headers and next address of a page."""
    answer = reader.client.get(path)
    assert answer.status_code == 200, answer.text
    link = answer.headers.get("Link", "")
    onward = link.partition(">")[0].removeprefix("<") if 'rel="next"' in link else None
    if "format=json" in path:
        return lines_of(answer.json()), answer.headers, onward
    records = [json.loads(record) for record in answer.text.split("\n") if record]
    return [one["Line"] for one in records if one["Record"] == "line"], answer.headers, onward


def test_a_cursor_serves_its_own_question_only(many: Reader) -> None:
    link = many.get("invoices", limit="1").headers["Link"]
    cursor = link.partition("cursor=")[2].partition(">")[0]
    assert many.get("invoices", limit="1", cursor=cursor).status_code == 200
    for query in ({"limit": "2"}, {"limit": "1", "strict": "true"}):
        answer = many.get("invoices", cursor=cursor, **query)
        assert answer.json()["type"].endswith("/invalid-cursor")
    changed = ("B" if cursor[0] == "A" else "A") + cursor[1:]
    answer = many.get("invoices", limit="1", cursor=changed)
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid cursor")


def test_etags_are_strong_and_gzip_repeats(many: Reader) -> None:
    plain = many.client.get(
        "/billing/v4/invoices", params=RANGE, headers={"Accept-Encoding": "identity"}
    )
    assert "Content-Encoding" not in plain.headers
    packed = []
    for _ in range(2):
        with many.client.stream("GET", "/billing/v4/invoices", params=RANGE) as answer:
            packed.append(b"".join(answer.iter_raw()))
            assert answer.headers["Content-Encoding"] == "gzip"
            tag = answer.headers["ETag"]
    assert packed[0] == packed[1]
    assert packed[0][4:8] == bytes(4)
    assert gzip.decompress(packed[0]) == plain.content
    assert tag != plain.headers["ETag"]
    again = many.client.get("/billing/v4/invoices", params=RANGE, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["API-Version"] == "v4"


@pytest.mark.parametrize(
    ("query", "filtered", "count"),
    [
        ({"customerId": "1000882"}, "filtered", 2),
        ({"subscriptionId": "700101,700999"}, "filtered", 3),
        ({"customerId": "1000881,1000882"}, "document", 5),
        ({"vendorId": "V1"}, "document", 5),
        ({"vendorId": "V9"}, None, 0),
        ({"customerId": "4711"}, None, 0),
    ],
)
def test_filters_hide_lines_and_say_so(
    sample: Reader, query: dict[str, str], filtered: str | None, count: int
) -> None:
    document = sample.read("invoices", **query)
    assert len(lines_of(document)) == count
    scopes = [invoice["Totals"]["Scope"] for invoice in document["Invoices"]]
    assert scopes == ([filtered] if filtered else [])


@pytest.mark.parametrize(
    ("version", "endpoint", "accept", "body"),
    [
        ("v4", "invoices", "application/json", '{"Invoices":[]}'),
        ("v3", "consolidatedinvoices", "application/json", '{"Invoices":[]}'),
        (
            *("v2", "invoices", "*/*"),
            '<?xml version="1.0" encoding="utf-8"?><InvoiceResponse />',
        ),
        (
            *("v3", "consolidatedinvoices", "text/xml"),
            NO_CONSOLIDATED,
        ),
    ],
)
def test_nothing_is_an_empty_document(
    sample: Reader, version: str, endpoint: str, accept: str, body: str
) -> None:
    answer = sample.client.get(
        f"/billing/{version}/{endpoint}",
        params={"startDate": "20200101", "endDate": "20200131"},
        headers={"Accept": accept},
    )
    assert answer.text == body


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/billing/v9/invoices", 404, "unknown-version"),
        ("/billing/latest/invoices", 404, "unknown-version"),
        ("/billing/invoices", 404, "unknown-version"),
        ("/billing/v1/invoices", 410, "version-end-of-life"),
        ("/billing/v4/bills", 404, "unknown-endpoint"),
        ("/billing/v2/consolidatedinvoices", 404, "endpoint-not-in-version"),
        ("/billing/v3/invoices?limit=1", 400, "unknown-parameter"),
        ("/billing/v3/invoices?format=csv", 400, "unknown-parameter"),
        ("/billing/v4/subscriptiondetails", 400, "invalid-parameter"),
        ("/billing/v4/subscriptiondetails?subscriptionId=4711", 404, "not-found"),
        ("/billing/v4/subscriptiondetails?subscriptionId=700101&format=csv", 406, None),
        ("/billing/v4/invoices?limit=1001", 400, "invalid-parameter"),
        ("/billing/v4/invoices?customerId=" + "1," * 100 + "1", 400, "invalid-parameter"),
        ("/billing/v4/invoices?endDate=2026-07-01&startDate=2026-07-02", 400, "invalid-date-range"),
        ("/billing/v4/invoices?vendorId=" + "x" * 9000, 414, "uri-too-long"),
    ],
)
def test_what_is_refused(sample: Reader, path: str, status: int, slug: str | None) -> None:
    answer = sample.client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    kind = answer.json()["type"].rsplit("/", 1)[1]
    assert kind == (slug or "format-not-available")


def test_the_default_range_begins_no_earlier_than_the_calendar(sample: Reader) -> None:
    answer = sample.client.get("/billing/v4/invoices", params={"endDate": "00010215"})
    assert answer.status_code == 200
    assert "invoices_v4_00010101-00010215" in answer.headers["Content-Disposition"]


def test_accept_weights_count(sample: Reader) -> None:
    for accept, kind in (
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("application/json, application/xml;q=0.9", "application/json"),
        ("application/*", "application/xml"),
    ):
        answer = sample.client.get("/billing/v4/invoices", params=RANGE, headers={"Accept": accept})
        assert answer.headers["Content-Type"].split(";")[0] == kind
    refused = sample.client.get("/billing/v3/invoices", headers={"Accept": "text/csv"})
    assert refused.status_code == 406
    assert refused.json()["available"] == ["application/xml", "application/json"]


def test_other_methods_are_refused_first(sample: Reader) -> None:
    for path in ("/billing/v4/invoices", "/billing/v4/bills", "/billing/v1/x", "/billing/v9/x"):
        answer = sample.client.post(path)
        assert answer.status_code == 405, path
        assert "GET" in answer.headers["Allow"]
    assert sample.client.options("/billing/v4/invoices").status_code == 204
    head = sample.client.head("/billing/v4/invoices", params=RANGE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Tieout-Line-Count"] == "5"


def test_two_documents_of_one_range_come_in_order(tmp_path_factory: Any) -> None:
    with served(tmp_path_factory.mktemp("order"), MANY) as place:
        document = Reader(place).read("consolidatedinvoices")
    numbers = [invoice["Header"]["InvoiceID"] for invoice in document["Invoices"]]
    assert numbers == ["D-0", "D-1", "D-2"]
    assert document["MatchReport"]["SalesLineCount"] == "7"
