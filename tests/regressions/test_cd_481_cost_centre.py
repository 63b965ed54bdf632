"""CD-481: the customer's cost centre, always there, text, null where it is empty (F8)."""

from pathlib import Path
from typing import Any

import pytest
from billing_case import Reader, reading, served
from billing_reference import CUSTOMERS, reference_rows, subscription
from hand_charges import Hand, Store

CENTRES = {"1000881": "KP-410", "1000882": "", "1000883": "0042"}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setitem(CUSTOMERS, "1000883", "Third")
    rows = [
        subscription(f"70{account}", account, plan_rate_id="9110", cost_center=centre)
        for account, centre in CENTRES.items()
    ]
    lines = [
        Hand(place, "8.00", "10.00", subscription=f"70{account}")
        for place, account in enumerate(CENTRES, 1)
    ]
    return Store(lines, reference={"subscriptions": rows})


def centres(document: dict[str, Any], key: str) -> list[Any]:
    return [customer[key] for customer in document["Invoices"][0]["Customers"]]


def test_cd_481_cost_centre_on_every_customer(tmp_path: Path, store: Store) -> None:
    with reading(tmp_path, store) as reader:
        for version in ("v4", "v3"):
            both = reader.read("consolidatedinvoices", version)
            assert centres(both, "CustomerCostCenter") == ["KP-410", None, "0042"]
        assert centres(reader.read("invoices"), "CostCenter") == ["KP-410", None, "0042"]
        xml = reader.get("consolidatedinvoices", format="xml").text
    for element in (
        "<CustomerCostCenter>KP-410</CustomerCostCenter>",
        "<CustomerCostCenter />",
        "<CustomerCostCenter>0042</CustomerCostCenter>",
    ):
        assert xml.count(element) == 1


def test_cd_481_the_cost_centre_is_that_of_the_invoices_month(tmp_path: Path) -> None:
    spans = (
        {"cost_center": "KP-1", "valid_from": "2020-01-01", "valid_to": "2026-06-15"},
        {"cost_center": "KP-2", "valid_from": "2026-06-15", "valid_to": "2026-07-01"},
        {"cost_center": "KP-3", "valid_from": "2026-07-01"},
    )
    contracts = {row["contract_id"]: row for row in reference_rows({})["contracts"]}
    last = contracts.pop("c-1000881")
    rows = [*contracts.values(), *({**last, **span} for span in spans)]
    given = Store([Hand(1, "8.00", "10.00")], reference={"contracts": rows})
    with reading(tmp_path, given) as reader:
        assert centres(reader.read("invoices"), "CostCenter") == ["KP-2"]
        assert centres(reader.read("consolidatedinvoices"), "CustomerCostCenter") == ["KP-2"]


def test_cd_481_a_customer_reads_its_own_and_a_distributor_none(
    tmp_path: Path, store: Store
) -> None:
    with served(tmp_path, store) as place:
        customer = Reader(place, "customer-1000881").read("invoices")
        assert centres(customer, "CostCenter") == ["KP-410"]
        distributor = Reader(place, "distributor").read("customerinvoices")
        assert centres(distributor, "CostCenter") == [None, None, None]
