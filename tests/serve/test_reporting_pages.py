"""Pages of rows and headers: acceptance cases A41 to A43."""

import datetime as dt
import uuid
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from october import DIRECT, NOW, bill_october
from serve_case import HEADERS, ROWS, Place, Visitor, serving
from sqlalchemy import select
from store_by_hand import Group, Hand, Line, build

from tieout import pipeline
from tieout.pipeline import Charge, Choice, CustomInvoice, Word
from tieout.serve.access import revoke_key
from tieout.store.catalog import invoice
from tieout.store.house import House

PATH = f"{ROWS}/reseller"
ALL = {"direction": "outgoing", "expand": "AllDetails", "limit": "4"}
WORD = Word("test", NOW)
Row = dict[str, Any]


def rows_of(answer: httpx.Response) -> list[Row]:
    assert answer.status_code == 200, answer.text
    rows: list[Row] = answer.json(parse_float=str, parse_int=str)
    assert answer.headers["Tieout-Row-Count"] == str(len(rows))
    return rows


def next_of(answer: httpx.Response) -> str | None:
    """Give the address of the next page."""
    link: str | None = answer.headers.get("Link")
    if link is None:
        return None
    address, relation = link.split("; ")
    assert relation == 'rel="next"'
    assert "saskey" not in link.lower()
    return address.strip("<>")


def pages(visitor: Visitor, path: str = PATH, **query: Any) -> Iterator[list[Row]]:
    """Follow the links to the end."""
    answer = visitor.client.get(path, params=query)
    yield rows_of(answer)
    while address := next_of(answer):
        answer = visitor.client.get(address)
        yield rows_of(answer)


def total(rows: list[Row]) -> Fraction:
    return sum((Fraction(row["totalPrice"]) for row in rows), Fraction(0))


def cursor_in(address: str) -> str:
    (cursor,) = parse_qs(urlsplit(address).query)["cursor"]
    return cursor


def charge(house: House, *, date: dt.date, amount: str = "99.00") -> str:
    """Bill the customer a custom invoice that is verified at once; give its id."""
    wanted = CustomInvoice((Charge("1", amount, "Work"),), contract_id="c-2", date=date)
    made = pipeline.charge_by_hand(house, wanted, word=WORD)
    pipeline.verify_invoices(house, Choice(names=(made["invoiceId"],)), word=WORD)
    return str(made["invoiceId"])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Place]:
    """Serve an October that a test may change."""
    with serving(bill_october(tmp_path, chain=DIRECT, rules={2: ("pass_through", "")})) as place:
        yield place


def test_a41_pages_follow_their_links(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    found = list(pages(visitor, **ALL))
    assert [len(page) for page in found] == [4, 4, 3]
    assert [total(page) for page in found] == [Fraction("1.7"), Fraction("2.1"), Fraction("13.25")]
    whole = visitor.rows("reseller", direction="outgoing", expand="AllDetails")
    assert [row for page in found for row in page] == whole
    assert total(whole) == Fraction("17.05")
    by_query = httpx.get(oct_0.address + PATH, params={**ALL, "sasKey": visitor.key})
    assert next_of(by_query) is not None


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 11, 12, 100])
@pytest.mark.parametrize("view", [{}, {"expand": "AllDetails", "residual": "row"}])
def test_every_page_size_gives_the_same_rows(
    oct_10: Place, limit: int, view: dict[str, str]
) -> None:
    visitor = oct_10.visitor("reseller")
    found = list(pages(visitor, limit=limit, **view))
    whole = visitor.rows("reseller", **view)
    assert [row for page in found for row in page] == whole
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert 0 < len(found[-1]) <= limit


def _invoice(number: int, *totals: str, kind: tuple[str, int] = ("addQuantity", 3)) -> Hand:
    days, total = ("2026-07-01", "2026-07-31"), str(sum(map(int, totals)))
    return Hand(
        lines=tuple(
            Line(f"{number}-{place}", *kind, days, text) for place, text in enumerate(totals)
        ),
        groups=(Group(kind[1], days, f"{total}.00", total, "0", len(totals)),) if totals else (),
        header=(f"{total}.00", total, "0"),
        extra={"invoice_number": f"R-{number}", "invoice_date": f"2026-08-{number:02d}"},
        run=f"run-{number}",
        invoice_id=str(uuid.UUID(int=number)),
    )


def test_pages_step_over_invoices_without_a_row(tmp_path: Path) -> None:
    totals = ((), ("1", "2"), (), (), ("3",), ("4", "5", "6"), ())
    hands = [_invoice(number, *texts) for number, texts in enumerate(totals, start=1)]
    with serving(build(tmp_path, *hands)) as place:
        visitor = place.visitor("reseller")
        for limit in (1, 2, 3, 4, 5, 6, 7):
            found = list(pages(visitor, limit=limit, expand="CorrectionDetails"))
            texts = [row["totalPrice"] for page in found for row in page]
            assert texts == ["1", "2", "3", "4", "5", "6"]
            assert len(found) == -(-6 // limit)


def test_pages_read_on_where_lines_of_other_classes_make_no_row(tmp_path: Path) -> None:
    fees = [_invoice(n, "7", "8", "9", kind=("cycleFee", 2)) for n in range(1, 9)]
    hands = [*fees[:6], _invoice(9, "1", "2"), *fees[6:], _invoice(10, "3")]
    with serving(build(tmp_path, *hands)) as place:
        visitor = place.visitor("reseller")
        for limit in (1, 2, 3, 4):
            found = list(pages(visitor, limit=limit, expand="CorrectionDetails"))
            texts = [row["totalPrice"] for page in found for row in page]
            assert texts == ["1", "2", "3"]
            assert len(found) == -(-3 // limit)


def test_headers_have_pages_too(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    whole = visitor.rows("reseller", path=HEADERS)
    for query in ({}, {"subscriptionId": "s-1"}):
        found = list(pages(visitor, f"{HEADERS}/reseller", limit=1, **query))
        assert found == [[header] for header in whole]
    empty = list(pages(visitor, limit=3, currency="USD"))
    assert empty == [[]]


def test_a42_a_new_invoice_changes_no_later_page(own: Place) -> None:
    visitor = own.visitor("reseller")
    before = list(pages(visitor, **ALL))
    headers = visitor.client.get(f"{HEADERS}/reseller", params={"limit": "1"})
    first = visitor.client.get(PATH, params=ALL)
    for date in (dt.date(2021, 10, 5), dt.date(2026, 11, 20)):  # before and behind October's
        charge(own.house, date=date)
    second = visitor.client.get(next_of(first) or "")
    third = visitor.client.get(next_of(second) or "")
    assert [rows_of(one) for one in (first, second, third)] == before
    assert next_of(third) is None
    assert len(rows_of(visitor.client.get(next_of(headers) or ""))) == 1
    anew = [row["totalPrice"] for page in pages(visitor, **ALL) for row in page]
    assert anew.count("99.00") == 2
    assert anew[0] == anew[-1] == "99.00"


def test_a42_a_cursor_serves_its_own_question_only(oct_0: Place) -> None:
    visitor, other = oct_0.visitor("reseller"), oct_0.visitor("reseller")
    address = next_of(visitor.client.get(PATH, params=ALL)) or ""
    cursor = cursor_in(address)
    bad = (400, "BAD_CURSOR")
    for change in ({"expand": "CorrectionDetails"}, {"limit": "5"}, {"format": "json"}):
        assert visitor.code(PATH, **{**ALL, **change}, cursor=cursor) == bad
    assert other.code(PATH, **ALL, cursor=cursor) == bad
    assert visitor.code(f"{PATH}/preview", **ALL, cursor=cursor)[0] == 403
    for broken in ("", "x", cursor[:-1], cursor + "A", cursor[:50] + "AA" + cursor[52:]):
        assert visitor.code(PATH, **ALL, cursor=broken) == bad
    assert len(rows_of(visitor.client.get(PATH, params={**ALL, "cursor": cursor}))) == 4


def test_a42_a_cursor_ends_with_the_state_that_it_is_of(own: Place) -> None:
    visitor = own.visitor("reseller")
    address = next_of(visitor.client.get(PATH, params=ALL)) or ""
    with own.house.catalog.read() as connection:
        query = select(invoice.c.invoice_id).where(invoice.c.hop == 2)
        invoice_id = str(connection.execute(query).scalar_one())
    pipeline.move_on(own.house, [invoice_id], action="issue", word=WORD)
    assert visitor.code(address) == (400, "CURSOR_EXPIRED")


def test_a_cursor_is_good_for_a_day_and_while_its_key_is(own: Place) -> None:
    visitor = own.visitor("reseller")
    address = next_of(visitor.client.get(PATH, params=ALL)) or ""
    for seconds, status in ((-1, 200), (0, 400)):
        with serving(own.house, now=NOW + dt.timedelta(days=1, seconds=seconds)) as later:
            answer = httpx.get(
                later.address + address, headers={"Authorization": f"Bearer {visitor.key}"}
            )
            assert answer.status_code == status
    assert answer.json()["code"] == "CURSOR_EXPIRED"
    revoke_key(own.house.catalog, visitor.key.split("_")[1], word=WORD)
    assert visitor.code(address) == (401, "KEY_INVALID")


def test_a_cursor_keeps_the_day_of_its_window(own: Place) -> None:
    january = dt.datetime(2023, 1, 31, 23, 59, tzinfo=dt.UTC)
    window = {"reporting_window_months": 15, "reporting_window_from": dt.date(2021, 1, 1)}
    with serving(own.house, now=january, **window) as place:
        visitor = place.visitor("reseller")
        answer = visitor.client.get(PATH, params=ALL)
    with serving(own.house, now=january + dt.timedelta(hours=1), **window) as place:
        later = Visitor(place.address, visitor.key)
        place.visitors.append(later)
        second = later.client.get(next_of(answer) or "")
    assert len(rows_of(second)) == 4
    assert second.headers["Tieout-Window"].startswith("from=2021-10-31; till=2023-01-31")


def test_a43_a_limit_is_from_one_to_ten_thousand(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    whole = visitor.client.get(PATH, params={k: v for k, v in ALL.items() if k != "limit"})
    assert (len(whole.json()), whole.headers["Tieout-Row-Count"]) == (11, "11")
    assert "Link" not in whole.headers
    for limit in ("0", "10001"):
        assert visitor.code(PATH, limit=limit) == (400, "BAD_PARAMETER")
    assert len(rows_of(visitor.client.get(PATH, params={**ALL, "limit": "10000"}))) == 11
    head = visitor.client.head(PATH, params=ALL)
    assert (head.headers["Tieout-Row-Count"], head.content) == ("4", b"")
    assert next_of(head) is not None
    assert "Content-Length" not in head.headers  # 0 would be another body's than that of GET
