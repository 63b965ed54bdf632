"""Charge classes of legacy licence files (reporting-api.md 5.2), F-LEGACY at +10 %: case A24."""

import csv
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from october import DIRECT, NOW, write_reference
from serve_case import Place, serving

from tieout import pipeline
from tieout.pipeline import Wishes
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

HEADER = (
    *("DurableOfferId", "SyndicationPartnerSubscriptionNumber", "ChargeStartDate"),
    *("ChargeEndDate", "ChargeType", "UnitPrice", "Quantity", "Amount", "TotalOtherDiscount"),
    *("Subtotal", "Tax", "TotalForCustomer", "Currency"),
)
# subscription, first day of April 2021, charge type, unit price, quantity, amount
LINES = (
    ("sub-1", "4/12/2021", "Cycle fee", "51.93", "5", "259.65"),
    ("sub-1", "4/12/2021", "Cycle instance prorate", "45.22", "500", "22614.68"),
    ("sub-1", "4/12/2021", "Cycle instance prorate", "6.7", "5", "33.5"),
    ("sub-1", "4/12/2021", "Cycle instance prorate", "51.93", "495", "-25705.35"),
    ("sub-2", "4/12/2021", "Prorate fees when purchase", "10", "1", "10"),
    ("sub-2", "4/13/2021", "Purchase fee", "5", "1", "5"),
    ("sub-2", "4/14/2021", "Activation fee", "0.5", "4", "2"),
    ("sub-2", "4/15/2021", "Prorate fee when renew", "3", "1", "3"),
)


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("legacy")
    rules = {2: ("markup", "10")}
    reference = write_reference(folder / "reference", chain=DIRECT, rules=rules)
    with (reference / "subscriptions.csv").open("a", newline="") as stream:
        stream.write("s-2,700102,microsoft,sub-2,c-2,Plan E1,2021-04-01,2021-01-01\r\n")
    path = folder / "legacy.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for subscription, day, charge_type, unit, quantity, amount in LINES:
            prices = (unit, quantity, amount, "0", amount, "0", amount, "EUR")
            writer.writerow(["E1", subscription, day, "5/11/2021 23:59", charge_type, *prices])
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, reference, now=NOW)
    wishes = Wishes(invoice_number="D0200000001")
    pipeline.load_files(house, [(path.name, path)], wishes=wishes, now=NOW)
    pipeline.run_period(house, "2021-04", now=NOW)
    with serving(house) as place:
        yield place


def told(place: Place, **query: Any) -> list[tuple[str, str, str]]:
    """Give charge type, its id and total of the customer's rows."""
    rows = place.visitor("customer", role="customerBillingAdmin").rows("customer", **query)
    return [(row["chargeType"], row["chargeTypeId"], row["totalPrice"]) for row in rows]


def test_a24_cycle_fees_and_corrections_of_a_legacy_file(legacy: Place) -> None:
    assert told(legacy, subscriptionId="s-1") == [
        ("CycleFee", "2", "285.62"),
        ("Correction", "3", "-3362.89"),
    ]


def test_purchases_of_a_legacy_file_are_purchase_fees(legacy: Place) -> None:
    assert told(legacy, subscriptionId="s-2") == [
        ("PurchaseFee", "1", "16.50"),  # 15 and 10 %
        ("Correction", "3", "2.20"),
        ("CycleFee", "2", "3.30"),
    ]
    words = [line[2] for line in LINES[4:]]
    ids = ["1", "1", "3", "2"]
    found = [
        (word, number)
        for word, number, _ in told(legacy, subscriptionId="s-2", expand="AllDetails")
    ]
    assert found == list(zip(words, ids, strict=True))


def test_explain_tells_the_same_class(legacy: Place) -> None:
    visitor = legacy.visitor("customer", role="customerBillingAdmin")
    rows = visitor.rows("customer", subscriptionId="s-2", expand="AllDetails")
    path = "/api/v2/reporting/requesters/customer/invoices/rows"
    for row in rows:
        answer = visitor.client.get(f"{path}/{row['rowId']}/explanation")
        assert answer.status_code == 200, answer.text
        assert f'"chargeTypeId":{row["chargeTypeId"]}' in answer.text


def test_a_line_without_a_price_per_unit_is_shown_as_one(legacy: Place) -> None:
    rows = legacy.visitor("reseller").rows("reseller", direction="outgoing")
    for row in rows:  # a legacy file states a full price and a total, and nothing between
        assert row["quantity"] == "1"
        assert Fraction(row["unitPrice"]) == Fraction(row["totalPrice"])
        assert Fraction(row["resellerUnitPrice"]) == Fraction(row["resellerTotalPrice"])
