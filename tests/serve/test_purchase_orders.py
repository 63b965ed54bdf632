"""PO numbers of subscriptions and of lines: each hop has its own (billing-api.md 3.1, 3.2, 6.2)."""

from pathlib import Path
from typing import Any

import pytest
from billing_case import Reader, lines_of, served
from billing_reference import subscription
from hand_charges import Hand, Store

# the subscription was ordered once, and changed by another order; each side keeps its own number
ORDERS: list[dict[str, Any]] = [
    {
        "order_id": "so-1",
        "vendor_order_id": "v-1",
        "contract_id": "c-1000881",
        "po_number": "PO-7700",
    },
    {
        "order_id": "so-2",
        "vendor_order_id": "v-2",
        "contract_id": "c-1000881",
        "po_number": "PO-7790",
    },
    {"order_id": "po-2", "vendor_order_id": "v-2", "contract_id": "c-1", "po_number": "BW-22"},
    {"order_id": "so-3", "vendor_order_id": "v-3", "contract_id": "c-1000881", "po_number": None},
]
LINES = (
    Hand(1, "8.00", "10.00", order="v-1"),
    Hand(2, "8.00", "10.00", order="v-2"),
    Hand(3, "8.00", "10.00", order="v-3"),
    Hand(4, "8.00", "10.00"),
)


def numbers(document: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Give the numbers of the subscriptions and of the lines."""
    parts = [
        part
        for invoice in document["Invoices"]
        for customer in invoice["Customers"]
        for part in customer["Subscriptions"]
    ]
    lines = [line["SubPONumber"] for line in lines_of(document)]
    return [part["SubscriptionPONumber"] for part in parts], lines


@pytest.mark.parametrize("order", ["so-1", "v-1"])
def test_each_hop_shows_its_own_numbers(tmp_path: Path, order: str) -> None:
    rows = [
        subscription("700101", "1000881", plan_rate_id="9101", plan_period_id="42", order_id=order)
    ]
    store = Store(LINES, reference={"orders": ORDERS, "subscriptions": rows})
    sold = (["PO-7700"], ["PO-7700", "PO-7790", None, None])
    bought = ([None], [None, "BW-22", None, None])
    with served(tmp_path, store) as place:
        reseller = Reader(place)
        assert numbers(reseller.read("customerinvoices")) == sold
        assert numbers(reseller.read("invoices")) == bought
        assert numbers(reseller.read("consolidatedinvoices")) == bought
        customer = Reader(place, "customer-1000881")
        assert numbers(customer.read("invoices")) == sold
        distributor = Reader(place, "distributor")
        assert numbers(distributor.read("customerinvoices")) == bought
        assert "PO-77" not in distributor.get("customerinvoices").text


def test_a_number_on_the_subscription_is_its_customers_and_direct_sellers(tmp_path: Path) -> None:
    rows = [subscription("700101", "1000881", po_number="0077")]
    store = Store(LINES[3:], reference={"orders": [], "subscriptions": rows})
    with served(tmp_path, store) as place:
        assert numbers(Reader(place).read("customerinvoices")) == (["0077"], [None])
        assert numbers(Reader(place, "customer-1000881").read("invoices")) == (["0077"], [None])
        assert numbers(Reader(place, "distributor").read("customerinvoices")) == ([None], [None])
        grouped = Reader(place).read("customerinvoices", lines="grouped")
        assert numbers(grouped) == (["0077"], [None])
