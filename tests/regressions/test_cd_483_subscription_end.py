"""CD-483: SubscriptionEndDate is the end of the term, as subscriptiondetails tells it."""

from pathlib import Path

import pytest
from billing_case import reading
from billing_reference import subscription
from hand_charges import Hand, Store

LINE = (Hand(1, "8.00", "10.00"),)


@pytest.mark.parametrize(
    ("end", "printed"),
    [
        ("2026-12-31", "20261231"),
        ("2027-12-31", "20271231"),
        ("2026-06-15", "20260615"),
        (None, None),
    ],
)
def test_cd_483_subscription_end_date(tmp_path: Path, end: str | None, printed: str | None) -> None:
    row = subscription("700101", "1000881", plan_rate_id="9110", end_date=end)
    with reading(tmp_path, Store(LINE, reference={"subscriptions": [row]})) as reader:
        for endpoint in ("invoices", "consolidatedinvoices"):
            customers = reader.read(endpoint)["Invoices"][0]["Customers"]
            assert customers[0]["Subscriptions"][0]["SubscriptionEndDate"] == printed
        assert reader.details("700101")["Subscription"]["ExpirationDate"] == printed
        xml = reader.get("invoices", format="xml").text
    element = f"<SubscriptionEndDate>{printed}</SubscriptionEndDate>"
    assert (element if printed else "<SubscriptionEndDate />") in xml
