"""How far back invoices are answered: acceptance case A46 and reporting-api.md 2.4."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from serve_case import HEADERS, ROWS, Place, serving
from store_by_hand import Group, Hand, Line, build

PATH = f"{ROWS}/reseller"
JULY = ("2025-07-01", "2025-07-31")
EVER = "from=2025-08-23; till=2026-11-23; months=15; older=true; truncated=false"


def invoice_of(number: int, total: str, date: str) -> Hand:
    return Hand(
        lines=(Line(f"w{number}", "cycleCharge", 2, JULY, total),),
        groups=(Group(2, JULY, total, total, "0", 1),),
        header=(total, total, "0"),
        extra={"invoice_date": date, "invoice_number": f"R-{number}"},
        run=f"run-{number}",
        invoice_id=str(uuid.UUID(int=number)),
    )


OLD, YOUNG = invoice_of(1, "10.00", "2025-08-22"), invoice_of(2, "20.00", "2025-08-23")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    house = build(tmp_path_factory.mktemp("window"), OLD, YOUNG)
    with serving(house, reporting_window_months=15) as running:
        yield running


def totals(place: Place, **query: Any) -> tuple[list[str], str]:
    """Give the totals of the rows, and the window that was answered."""
    answer = place.visitor("reseller").client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    found = [row["totalPrice"] for row in answer.json(parse_float=str)]
    return found, answer.headers["Tieout-Window"]


def test_a46_the_latest_fifteen_months_are_answered(place: Place) -> None:
    assert totals(place) == (["20.00"], EVER)
    (header,) = place.visitor("reseller").rows("reseller", path=HEADERS)
    assert header["totalAmount"] == "20.00"


def test_a46_an_earlier_date_is_refused_by_name(place: Place) -> None:
    visitor = place.visitor("reseller")
    early = ({"invoiceDateFrom": "2025-01-01"}, {"invoiceDateTill": "2025-08-22"})
    for query in (*early, {"invoiceId": OLD.invoice_id}, {"invoiceNumber": "R-1"}):
        answer = visitor.client.get(PATH, params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "OUTSIDE_WINDOW"), query
        assert "2025-08-23" in answer.json()["detail"]
        assert [one["parameter"] for one in answer.json()["errors"]] == list(query)
    assert totals(place, invoiceDateFrom="2025-08-23")[0] == ["20.00"]


def test_a46_clip_gives_the_part_inside(place: Place) -> None:
    found, window = totals(place, invoiceDateFrom="2025-01-01", clip="true")
    assert (found, window) == (["20.00"], EVER.replace("truncated=false", "truncated=true"))
    assert totals(place, clip="true") == (["20.00"], EVER)
    found, window = totals(place, invoiceId=OLD.invoice_id, clip="true")
    assert (found, window.endswith("truncated=true")) == ([], True)


def test_a46_unlimited_gives_both(place: Place) -> None:
    with serving(place.house) as unlimited:
        found, window = totals(unlimited)
    assert sorted(found) == ["10.00", "20.00"]
    assert window == "till=2026-11-23; months=unlimited; older=false; truncated=false"


def test_before_its_first_day_the_window_holds_nobody(place: Place) -> None:
    july = dt.datetime(2026, 7, 31, 23, 59, tzinfo=dt.UTC)
    for months, count in ((15, 2), (1, 2)):
        with serving(place.house, now=july, reporting_window_months=months) as earlier:
            assert len(totals(earlier)[0]) == count
    august = july + dt.timedelta(minutes=1)
    with serving(place.house, now=august, reporting_window_months=1) as later:
        found, window = totals(later)
    assert (found, window.split("; ")[0]) == ([], "from=2026-07-01")


def test_the_start_is_clamped_to_the_end_of_the_month(place: Place) -> None:
    may = dt.datetime(2027, 5, 31, tzinfo=dt.UTC)
    with serving(place.house, now=may, reporting_window_months=15) as later:
        _, window = totals(later)
    assert window == "from=2026-02-28; till=2027-05-31; months=15; older=true; truncated=false"


def test_what_a_foreigner_owns_is_older_for_nobody(place: Place) -> None:
    other = place.visitor("other", role="customerBillingAdmin")
    for query in ({}, {"invoiceId": OLD.invoice_id}):
        answer = other.client.get(f"{ROWS}/other", params=query)
        assert (answer.status_code, answer.content) == (200, b"[]")
        assert "older=false" in answer.headers["Tieout-Window"]


def test_invoices_dated_after_today_are_said_to_be_there(tmp_path: Path) -> None:
    house = build(tmp_path, replace(YOUNG, extra={"invoice_date": "2026-12-01"}))
    with serving(house, reporting_window_months=15) as place:
        found, window = totals(place)
        asked, _ = totals(place, invoiceDateTill="2026-12-01")
    assert (found, asked) == ([], ["20.00"])
    assert window.endswith("older=false; truncated=false; newer=true")
