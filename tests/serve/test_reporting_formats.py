"""JSON, NDJSON, CSV and Parquet, packed or not: acceptance cases A44 and A45."""

import csv
import datetime as dt
import gzip
import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from october import NOW, bill_october
from serve_case import HEADERS, ROWS, Place, Visitor, serving
from sqlalchemy import select
from store_by_hand import Group, Hand, Line, build

from tieout import pipeline
from tieout.pipeline import Word
from tieout.store.catalog import invoice

PATH = f"{ROWS}/reseller"
ALL = {"direction": "outgoing", "expand": "AllDetails"}
Row = dict[str, Any]
MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def csv_rows(content: bytes) -> list[Row]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def parquet_rows(content: bytes) -> list[Row]:
    rows: list[Row] = pq.read_table(pa.BufferReader(content)).to_pylist()
    return rows


READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "json": lambda content: list(json.loads(content, parse_float=str, parse_int=str)),
    "ndjson": lambda content: [
        json.loads(line, parse_float=str, parse_int=str) for line in content.splitlines()
    ],
    "csv": csv_rows,
    "parquet": parquet_rows,
}


def raw(visitor: Visitor, coding: str, **query: str) -> tuple[bytes, Any]:
    """Give the bytes as they are sent, and the headers."""
    headers = {"Accept-Encoding": coding}
    with visitor.client.stream("GET", PATH, params=query, headers=headers) as answer:
        return b"".join(answer.iter_raw()), answer.headers


@pytest.mark.parametrize("form", list(READERS))
def test_a44_every_format_has_the_same_eleven_rows(oct_0: Place, form: str) -> None:
    visitor = oct_0.visitor("reseller")
    answer = visitor.client.get(PATH, params={**ALL, "format": form})
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPES[form])
    rows = READERS[form](answer.content)
    assert answer.headers["Tieout-Row-Count"] == str(len(rows)) == "11"
    assert sum(Fraction(str(row["totalPrice"])) for row in rows) == Fraction("17.05")
    assert [row["vendorInvoiceRowId"] for row in rows] == [f"oct-{n:02d}" for n in range(1, 12)]
    expected = visitor.rows("reseller", **ALL)
    assert [list(row) for row in rows] == [list(row) for row in expected]
    by_header = visitor.client.get(PATH, params=ALL, headers={"Accept": MEDIA_TYPES[form]})
    assert by_header.content == answer.content
    if form != "json":
        name = f"invoice-rows_v1_reseller_2021-11-01_2026-11-23.{form}"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a44_lines_of_text(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    as_json = visitor.client.get(PATH, params=ALL).text
    ndjson = visitor.client.get(PATH, params={**ALL, "format": "ndjson"}).text
    assert f"[{','.join(ndjson.splitlines())}]" == as_json
    assert (ndjson.count("\n"), ndjson[-1]) == (11, "\n")
    cells = visitor.client.get(PATH, params={**ALL, "format": "csv"}).text
    assert (cells.count("\r\n"), cells.count("\n"), cells[0]) == (12, 12, "r")
    (first, *_) = csv_rows(cells.encode())
    expected = visitor.rows("reseller", **ALL)[0]
    for name, value in expected.items():
        written = "" if value is None else value
        if isinstance(value, dict):
            written = json.dumps(value, separators=(",", ":"))
        assert first[name] == written, name


def test_a44_parquet_is_exact_and_says_what_it_is(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    content = visitor.client.get(PATH, params={**ALL, "format": "parquet"}).content
    file = pq.ParquetFile(pa.BufferReader(content))
    told = file.metadata.metadata
    assert (told[b"tieout.api"], told[b"tieout.rows"]) == (b"v1", b"11")
    assert len(told[b"tieout.snapshot"]) == 32
    schema = file.schema_arrow
    for name in ("quantity", "unitPrice", "totalPrice", "resellerTotalPrice", "exchangeRate"):
        assert schema.field(name).type == pa.decimal128(38, 18)
    for name in ("chargeStartDateUtc", "chargeEndDateUtc", "orderDateUtc"):
        assert schema.field(name).type == pa.timestamp("us", tz="UTC")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    second = file.read().to_pylist()[1]
    assert second["chargeStartDateUtc"] == dt.datetime(2021, 10, 2, tzinfo=dt.UTC)
    assert Fraction(str(second["totalPrice"])) == Fraction("-31.9")
    assert second["vendorDetails"] == '{"domainName":"contoso.example"}'
    headers = visitor.client.get(f"{HEADERS}/reseller", params={"format": "parquet"}).content
    totals = {str(row["totalAmount"]).rstrip("0") for row in parquet_rows(headers)}
    assert totals == {"17.05", "18.75"}


def test_a_buyers_table_has_the_sellers_columns_empty(oct_10: Place) -> None:
    buyer = oct_10.visitor("customer", role="customerBillingAdmin")
    names = ("resellerUnitPrice", "resellerTotalPrice", "resellerCurrency", "exchangeRate")
    for form, empty in (("csv", ""), ("parquet", None)):
        answer = buyer.client.get(f"{ROWS}/customer", params={"format": form})
        for row in READERS[form](answer.content):
            assert {row[name] for name in (*names, "marginAmount")} == {empty}
        for figure in (b"12.95", b"30.00", b"G012345678"):
            assert figure not in answer.content


def test_nothing_found_is_an_empty_file_of_its_kind(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    for form, read in READERS.items():
        answer = visitor.client.get(PATH, params={"currency": "USD", "format": form})
        assert (answer.status_code, answer.headers["Tieout-Row-Count"]) == (200, "0")
        assert read(answer.content) == []
    assert visitor.client.get(PATH, params={"currency": "USD", "format": "ndjson"}).content == b""


def test_a44_formats_that_are_not_served(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    for bad in ("xml", "JSON", ""):
        assert visitor.code(PATH, format=bad) == (400, "BAD_FORMAT")
    for accept, status in (
        ("application/xml", 406),
        ("application/json;q=0", 406),
        ("text/html, */*;q=0.1", 200),
        ("text/csv;q=0.5, application/xml", 200),
    ):
        answer = visitor.client.get(PATH, headers={"Accept": accept})
        assert answer.status_code == status, accept
    assert answer.headers["content-type"] == MEDIA_TYPES["csv"]
    wins = visitor.client.get(
        PATH, params={"format": "ndjson"}, headers={"Accept": "application/xml"}
    )
    assert wins.headers["content-type"] == MEDIA_TYPES["ndjson"]


def test_numbers_as_strings(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    for form in ("json", "ndjson"):
        query = {**ALL, "format": form}
        plain = READERS[form](visitor.client.get(PATH, params=query).content)
        quoted = visitor.client.get(PATH, params={**query, "numbers": "string"}).text
        lines = json.loads(quoted) if form == "json" else map(json.loads, quoted.splitlines())
        for row, expected in zip(lines, plain, strict=True):
            assert isinstance(row["totalPrice"], str)
            assert isinstance(row["lineNo"], int)
            texts = {k: str(v) if isinstance(v, int) else v for k, v in row.items()}
            assert texts == expected


def test_a44_answers_of_a_kibibyte_are_packed(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    plain, told = raw(visitor, "identity", **ALL)
    assert "content-encoding" not in told
    packed, headers = raw(visitor, "gzip", **ALL)
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    packed, zstd = raw(visitor, "gzip, zstd", **ALL)
    assert zstd["content-encoding"] == "zstd"
    assert pa.CompressedInputStream(pa.BufferReader(packed), "zstd").read() == plain
    assert len({told["etag"], headers["etag"], zstd["etag"]}) == 3
    for coding in ("gzip;q=0", "br"):
        assert raw(visitor, coding, **ALL)[0] == plain
    small, headers = raw(visitor, "gzip, zstd", currency="USD")
    assert (small, "content-encoding" in headers) == (b"[]", False)
    file, headers = raw(visitor, "gzip, zstd", format="parquet", **ALL)
    assert (file[:4], "content-encoding" in headers) == (b"PAR1", False)


ODD = ("=1+2", "+1", "-1", "@x", "\tx", "\rx", 'say "x", y\nz', "plain", "'quoted'")


def test_cells_are_quoted_and_formulas_marked_where_asked(tmp_path: Path) -> None:
    july = ("2026-07-01", "2026-07-31")
    lines = tuple(Line(text, "cycleCharge", 2, july, "-1.5") for text in ODD)
    group = Group(2, july, "-13.50", "-13.5", "0", len(ODD))
    house = build(tmp_path, Hand(lines, (group,), ("-13.50", "-13.5", "0")))
    with serving(house) as place:
        visitor = place.visitor("reseller")
        found = {
            guard: csv_rows(
                visitor.client.get(
                    PATH, params={"format": "csv", "expand": "AllDetails", "csvGuard": guard}
                ).content
            )
            for guard in ("off", "excel")
        }
    assert [row["vendorInvoiceRowId"] for row in found["off"]] == list(ODD)
    marked = [f"'{text}" for text in ODD[:6]]
    assert [row["vendorInvoiceRowId"] for row in found["excel"]] == [*marked, *ODD[6:]]
    assert {row["totalPrice"] for row in found["excel"]} == {"-1.5"}


def test_a45_a_reader_is_told_when_nothing_has_changed(tmp_path: Path) -> None:
    house = bill_october(tmp_path, rules={2: ("pass_through", "")})
    with house.catalog.read() as connection:
        query = select(invoice.c.invoice_id).where(invoice.c.hop == 2)
        invoice_id = str(connection.execute(query).scalar_one())
    with serving(house) as place:
        visitor = place.visitor("reseller")
        paths = (PATH, f"{HEADERS}/reseller")
        tags = {path: visitor.client.get(path).headers["ETag"] for path in paths}
        for path, tag in tags.items():
            for known in (tag, f'"x", {tag}', f"W/{tag}", "*"):
                again = visitor.client.get(path, headers={"If-None-Match": known})
                assert (again.status_code, again.content) == (304, b"")
                assert again.headers["ETag"] == tag
            other = visitor.client.get(path, headers={"If-None-Match": '"x"'})
            assert other.status_code == 200
        assert len(set(tags.values())) == 2
        pipeline.move_on(house, [invoice_id], action="issue", word=Word("test", NOW))
        for path, tag in tags.items():
            anew = visitor.client.get(path, headers={"If-None-Match": tag})
            assert anew.status_code == 200
            assert anew.headers["ETag"] != tag
        (header,) = visitor.rows("reseller", path=HEADERS, direction="outgoing")
        assert header["statusId"] == "2"


def test_a45_each_question_and_reader_has_a_tag_of_its_own(oct_10: Place) -> None:
    seller = oct_10.visitor("reseller")
    buyer = oct_10.visitor("customer", role="customerBillingAdmin")
    manager = oct_10.visitor("reseller", role="accountManager")
    queries: tuple[Row, ...] = (
        {},
        {"format": "csv"},
        {"expand": "AllDetails"},
        {"limit": "1"},
        {"numbers": "string"},
        {"statusId": "1"},
    )
    tags = [seller.client.get(PATH, params=query).headers["ETag"] for query in queries]
    tags += [seller.client.get(PATH, headers={"Accept": "text/csv"}).headers["ETag"]]
    tags += [manager.client.get(PATH).headers["ETag"]]
    tags += [buyer.client.get(f"{ROWS}/customer").headers["ETag"]]
    assert len(set(tags)) == len(tags)
    twin = oct_10.visitor("reseller")
    assert twin.client.get(PATH).headers["ETag"] == tags[0]
