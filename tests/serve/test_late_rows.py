"""A line that comes after its month closed, as both sides see it: acceptance case A38."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from late_case import (
    LATE,
    NEXT,
    OCTOBER,
    arrive,
    closed_october,
    load,
    write_lines,
    write_november,
)
from october import NOW
from serve_case import HEADERS, ROWS, Place, Visitor, serving
from sqlalchemy import select

from tieout import pipeline
from tieout.store.catalog import invoice

VIEWS: tuple[dict[str, str], ...] = (
    {},
    {"expand": "CorrectionDetails"},
    {"expand": "AllDetails", "residual": "row"},
)


@pytest.fixture(params=["sqlite", "postgres"])
def october(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Serve F-OCT, verified."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    house = closed_october(tmp_path, catalog_url=url)
    with closing(house.catalog), serving(house) as place:
        yield place


def invoice_ids(place: Place, period: str) -> dict[int, str]:
    """Give a month's invoice of each hop."""
    query = select(invoice.c.hop, invoice.c.invoice_id).where(invoice.c.period == period)
    with place.house.catalog.read() as connection:
        return {row.hop: row.invoice_id for row in connection.execute(query)}


def answers(visitor: Visitor, organization: str, *, invoice_id: str) -> list[tuple[bytes, str]]:
    """Give the bytes and the ETag of every view of an invoice, and of its header."""
    found = []
    for path, views in ((ROWS, VIEWS), (HEADERS, ({},))):
        for view in views:
            query: dict[str, str] = {"invoiceId": invoice_id, **view}
            answer = visitor.client.get(f"{path}/{organization}", params=query)
            assert answer.status_code == 200, answer.text
            assert answer.content != b"[]"
            found.append((answer.content, answer.headers["ETag"]))
    return found


def shown(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Give what A38 is about of rows."""
    names = ("chargeType", "totalPrice", "adjustsInvoiceId")
    dates = ("chargeStartDateUtc", "chargeEndDateUtc")
    return [(*(row[name] for name in names), *(row[name][:10] for name in dates)) for row in rows]


def test_a38_october_stays_and_november_has_a_correction_of_its_own(
    october: Place, tmp_path: Path
) -> None:
    seller = october.visitor("reseller")
    buyer = october.visitor("customer", role="customerBillingAdmin")
    own = invoice_ids(october, "2021-10")
    asked = (
        (seller, "reseller", own[2]),
        (seller, "reseller", own[1]),
        (buyer, "customer", own[2]),
    )
    before = [answers(one, name, invoice_id=its) for one, name, its in asked]
    arrive(october.house, tmp_path, LATE)
    load(october.house, write_november(tmp_path / "november.csv"))
    pipeline.run_period(october.house, NEXT, now=NOW)
    assert [answers(one, name, invoice_id=its) for one, name, its in asked] == before
    november = invoice_ids(october, NEXT)
    for visitor, name, hop in (
        (seller, "reseller", 2),
        (buyer, "customer", 2),
        (seller, "reseller", 1),
    ):
        (header,) = visitor.rows(name, path=HEADERS, invoiceId=november[hop])
        assert header["totalAmount"] == "7.47"  # 15.00 - 7.53
        rows = visitor.rows(name, invoiceId=november[hop])
        assert shown(rows) == [
            ("CycleFee", "15.00", None, "2021-11-01", "2021-11-30"),
            ("Correction", "-7.53", own[hop], "2021-10-04", "2021-10-31"),
        ]
        details = visitor.rows(name, invoiceId=november[hop], expand="AllDetails")
        assert shown(details) == [
            ("cycleCharge", "15", None, "2021-11-01", "2021-11-30"),
            ("removeQuantity", "-7.53", own[hop], "2021-10-04", "2021-10-31"),
        ]
        assert [row["parentRowId"] for row in details] == [row["rowId"] for row in rows]
        assert len({row["rowId"] for row in (*rows, *details)}) == 4
        path = f"/api/v2/reporting/requesters/{name}/invoices/rows/{rows[1]['rowId']}/sources"
        (source,) = visitor.client.get(path).json()
        assert source["vendorInvoiceRowId"] == "oct-12"
    margins = [row["marginAmount"] for row in seller.rows("reseller", invoiceId=november[2])]
    assert margins == ["0.00", "0.00"]


def explanation(visitor: Visitor, name: str, *, row_id: str) -> dict[str, Any]:
    """Give what the one line behind a row says of itself."""
    path = f"/api/v2/reporting/requesters/{name}/invoices/rows/{row_id}/explanation"
    (line,) = visitor.client.get(path).json()["lines"]
    found: dict[str, Any] = line
    return found


@pytest.mark.parametrize("october", ["sqlite"], indirect=True)
def test_a_row_that_takes_a_line_back_explains_itself(october: Place, tmp_path: Path) -> None:
    house = october.house
    kept = [one for line, one in OCTOBER.items() if line != 11]
    load(house, write_lines(tmp_path / "second.csv", kept, number="G012345678"))
    load(house, write_november(tmp_path / "november.csv"))
    for period in ("2021-10", NEXT):
        pipeline.run_period(house, period, now=NOW)
    seller = october.visitor("reseller")
    buyer = october.visitor("customer", role="customerBillingAdmin")
    before, now = (invoice_ids(october, period)[2] for period in ("2021-10", NEXT))
    rows = seller.rows("reseller", invoiceId=before, expand="AllDetails")
    (key,) = [row["matchKey"] for row in rows if row["vendorInvoiceRowId"] == "oct-11"]
    for visitor, name in ((seller, "reseller"), (buyer, "customer")):
        rows = visitor.rows(name, invoiceId=now, expand="AllDetails")
        (row,) = [row for row in rows if row["vendorInvoiceRowId"] == "oct-11"]
        line = explanation(visitor, name, row_id=row["rowId"])
        assert line["takesBack"] == {"period": "2021-10", "matchKey": key}
        found = {(hop["totalPrice"], hop["matchKey"]) for hop in line["hops"]}
        assert found == {("-12.55", row["matchKey"])}  # a seller sees both of its hops
        assert line["differences"] == []
        (parent,) = [one for one in visitor.rows(name, invoiceId=now) if one["adjustsInvoiceId"]]
        assert explanation(visitor, name, row_id=parent["rowId"]) == line
