"""CD-481: the customer's cost centre, always there, text, null where it is empty (F8)."""

from pathlib import Path
from typing import Any

import pytest
from billing_case import reading
from billing_reference import CUSTOMERS, subscription
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
