"""Invoices per order: acceptance cases A29 and A55, and what they show for good."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from october import NOW, PERIOD
from orders_case import (
    ANNA,
    CREATED,
    ITEMS,
    OUT,
    agrees,
    bill_orders,
    headers_of,
    told,
    write_orders,
)
from serve_case import HEADERS, Place, Visitor, serving
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from stored import columns_unlike_tables

from tieout import pipeline
from tieout.errors import ReferenceRefused
from tieout.pipeline import Choice
from tieout.store.catalog import invoice

SOLD = "/billing/v4/customerinvoices"
LISTED = "/api/v1/reporting/orders"
RANGE = {"format": "json", "startDate": "20211101", "endDate": "20261231"}


def test_a29_an_order_has_an_invoice_of_its_own(tmp_path: Path, catalog_url: str) -> None:
    house = bill_orders(tmp_path, catalog_url=catalog_url)
    with serving(house) as place:
        seller = place.visitor("reseller", role="distributorAdmin")
        buyer = place.visitor("customer", role="customerBillingAdmin")
        for visitor, who, direction in (
            (seller, "reseller", "outgoing"),
            (buyer, "customer", "all"),
        ):
            asked = {"direction": direction}
            (header,) = visitor.rows(who, path=HEADERS, **asked)
            names = (
                "totalAmount",
                "statusId",
                "invoiceFrequencyId",
                "invoiceFrequency",
                "orderNumber",
            )
            assert told([header], *names) == [("1644.70", "1", "2", "Per Order", "SO-1001")]
            rows = visitor.rows(who, **asked)
            shown = (
                "totalPrice",
                "chargeType",
                "chargeTypeId",
                "quantity",
                "orderNumber",
                "orderId",
            )
            assert told(rows, *shown) == [
                ("1495.00", "OneTimeFee", "5", "5", "SO-1001", header["orderId"]),
                ("149.70", "OneTimeFee", "5", "3", "SO-1001", header["orderId"]),
            ]
        assert header["invoiceNumber"] == "reseller-2021-11-0001"
        of_order = {"invoiceId": header["invoiceId"]}
        for path in ({}, {"path": HEADERS}):
            assert seller.rows("reseller", after="/preview", **OUT, **of_order, **path) == []
        check_other(seller)
        check_billing(seller)
        check_list(seller, header)
    house.catalog.close()


def check_list(seller: Visitor, header: dict[str, Any]) -> None:
    """F-ORDER among the orders of the requester (reporting-api.md 4.4)."""
    (order,) = seller.rows("reseller", path=LISTED)
    shown = ("orderNumber", "totalPrice", "invoiceId", "status")
    assert told([order], *shown) == [("SO-1001", "1644.70", header["invoiceId"], "Completed")]
    items = seller.rows("reseller", path=f"{LISTED}/items")
    figures = ("quantity", "unitPrice", "totalPrice", "resellerTotalPrice")
    assert told(items, "orderId", "lineNo", *figures) == [
        (header["orderId"], "1", "5", "299", "1495.00", "1495.00"),
        (header["orderId"], "2", "3", "49.90", "149.70", "149.70"),
    ]


def check_other(seller: Visitor) -> None:
    """Check that F-OCT is what it is without the order: digest and rows (7.2, 8.3)."""
    (header,) = seller.rows("reseller", path=HEADERS, after="/preview", **OUT)
    assert told([header], "totalAmount", "invoiceFrequencyId", "orderId") == [("17.05", "1", None)]
    assert header["outputDigest"] == (
        "cbccb97a51607fec0da936d60f81c8f6ea72a641e422422a5f1b4d1d1d936dc1"
    )
    rows = seller.rows("reseller", after="/preview", expand="AllDetails", **OUT)
    assert len(rows) == 11
    assert sum((Fraction(row["totalPrice"]) for row in rows), Fraction(0)) == Fraction("17.05")


def check_billing(seller: Visitor) -> None:
    """Check that the Billing API sells the order in a document of its own, with its PO number."""
    sold = seller.client.get(SOLD, params=RANGE).json(parse_float=str)["Invoices"]
    assert [one["Totals"]["TotalExclVAT"] for one in sold] == ["1644.70"]
    lines = [
        line
        for customer in sold[0]["Customers"]
        for subscription in customer["Subscriptions"]
        for line in subscription["PriceLines"]
    ]
    assert sorted(
        (line["ExtendedPrice"], line["SubPONumber"], line["LineKind"]) for line in lines
    ) == [
        ("149.70", "PO-55", "one_time"),
        ("1495.00", "PO-55", "one_time"),
    ]


def test_the_vendors_own_document_is_one_and_every_figure_is_recomputed(
    tmp_path: Path, catalog_url: str
) -> None:
    house = bill_orders(tmp_path, catalog_url=catalog_url)
    assert [one["total_amount"] for one in headers_of(house, hop=1)] == ["1661.75"]
    assert [one["total_amount"] for one in headers_of(house)] == ["17.05", "1644.7"]
    assert columns_unlike_tables(house, PERIOD) == []
    agrees(house, tmp_path)
    before = headers_of(house)
    pipeline.run_period(house, PERIOD, now=NOW)
    assert headers_of(house) == before
    done = pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)
    assert [(one["invoiceNumber"], one["totalAmount"]) for one in done["verified"]] == [
        ("reseller-2021-11-0002", "17.05")
    ]
    house.catalog.close()


@pytest.mark.parametrize("vendor", ["v-order-1", ""])
def test_the_order_of_a_subscription_counts_where_the_vendor_prints_none(
    tmp_path: Path, vendor: str
) -> None:
    order = CREATED.replace("v-order-1", vendor)
    house = bill_orders(tmp_path, orders=(order,), named="o-1")
    header = headers_of(house)[-1]
    assert (header["total_amount"], header["order_id"], header["order_number"]) == (
        "1644.7",
        vendor or "o-1",
        "SO-1001",
    )
    with serving(house) as place:
        rows = place.visitor("reseller").rows("reseller", **OUT)
    assert told(rows, "orderNumber") == [("SO-1001",), ("SO-1001",)]


def test_orders_that_share_an_invoice_change_nothing(tmp_path: Path) -> None:
    house = bill_orders(tmp_path, orders=(CREATED.replace(",yes", ",no"),))
    (header,) = headers_of(house)
    assert (header["total_amount"], header["status_id"], header["order_id"]) == ("1661.75", 0, None)
    folder = write_orders(tmp_path / "other")
    pipeline.load_reference(house, folder, now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    after = headers_of(house)
    assert [(one["total_amount"], one["status_id"]) for one in after] == [
        ("17.05", 0),
        ("1644.7", 1),
    ]
    assert after[0]["invoice_id"] == header["invoice_id"]


def test_a55_a_negated_order_gives_negated_totals(tmp_path: Path) -> None:
    items = tuple((*item[:3], f"-{item[3]}", f"-{item[4]}") for item in ITEMS)
    house = bill_orders(tmp_path, items=items)
    with serving(house) as place:
        (header,) = place.visitor("reseller").rows("reseller", path=HEADERS, **OUT)
        rows = place.visitor("reseller").rows("reseller", **OUT)
    assert header["totalAmount"] == "-1644.70"
    assert told(rows, "totalPrice", "chargeType") == [
        ("-1495.00", "OneTimeFee"),
        ("-149.70", "OneTimeFee"),
    ]


def test_what_a_verified_invoice_shows_is_kept_by_the_database(
    tmp_path: Path, catalog_url: str
) -> None:
    house = bill_orders(tmp_path, catalog_url=catalog_url)
    before = headers_of(house)
    for values in ({"order_id": None}, {"order_number": "SO-2"}):
        with pytest.raises(DBAPIError), house.catalog.write() as connection:
            connection.execute(update(invoice).where(invoice.c.status_id == 1).values(**values))
    assert headers_of(house) == before
    house.catalog.close()


def test_an_order_under_the_vendors_contract_has_no_invoice_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ReferenceRefused) as refused:
        bill_orders(tmp_path, orders=(CREATED.replace(",c-2,", ",c-1,"),))
    (fault,) = refused.value.faults
    assert (fault.file, fault.row, fault.column) == ("orders.csv", 1, "invoice_per_order")


def test_names_and_po_numbers_stay_as_they_were_verified(place_then: Place) -> None:
    seller = place_then.visitor("reseller")
    before = seller.client.get(SOLD, params=RANGE).json()
    folder = place_then.house.home.parent / "other"
    write_orders(folder, orders=(CREATED.replace("PO-55", "PO-66"),), status="verified")
    subscriptions = folder / "subscriptions.csv"
    subscriptions.write_text(subscriptions.read_text().replace("Visio 1", "Visio renamed"))
    pipeline.load_reference(place_then.house, folder, now=NOW)
    pipeline.run_period(place_then.house, PERIOD, now=NOW)
    assert seller.client.get(SOLD, params=RANGE).json() == before
    assert "PO-55" in json.dumps(before)
    names = {row["subscriptionName"] for row in seller.rows("reseller", **OUT)}
    assert "Visio 1" in names


@pytest.fixture
def place_then(tmp_path: Path) -> Iterator[Place]:
    """Serve the month verified."""
    with serving(bill_orders(tmp_path, status="verified")) as place:
        yield place
