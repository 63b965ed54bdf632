"""Reference data in the Reporting API: acceptance case A56, and what each list says to whom."""

from fractions import Fraction
from typing import Any

from master_case import ENDPOINTS, path_of, rows
from serve_case import Place, Visitor

MONTHLY = ("CFQ7TTC0LDPB", "P1M", "EUR")
SEATS = {"subscriptionId": "s-1"}


def offer_of(visitor: Visitor, party: str) -> dict[str, Any]:
    """Give the monthly offer in euro, as a party sees it."""
    (found,) = [
        one
        for one in rows(visitor, "v1.offers", party)
        if (one["vendorOfferId"], one["term"], one["currency"]) == MONTHLY
    ]
    return found


def test_a56_each_party_sees_its_own_price_alone(who: dict[str, Visitor]) -> None:
    cost = Fraction("7919.0331")
    prices = {"distributor": cost, "reseller": cost * 105 / 100}
    prices["customer"] = prices["reseller"] * 110 / 100
    for party, price in prices.items():
        offer = offer_of(who[party], party)
        assert Fraction(offer["purchasePrice"]) == price
        assert offer["retailPrice"] == "9999.90"
        (subscription,) = rows(who[party], "v1.subscriptions", party, **SEATS)
        assert Fraction(subscription["purchaseUnitPrice"]) == price
        assert subscription["offerId"] == offer["offerId"]
        sold = {"distributor": "reseller", "reseller": "customer"}.get(party)
        told = subscription.get("salesUnitPrice")
        assert (told and Fraction(told)) == (sold and prices[sold])


def test_a56_a_customer_sees_no_price_of_its_seller(who: dict[str, Visitor]) -> None:
    (subscription,) = rows(who["customer"], "v1.subscriptions", "customer", **SEATS)
    assert "salesUnitPrice" not in subscription
    items = rows(who["customer"], "v1.orders.items", "customer")
    assert len(items) == 2
    for item in items:
        assert not {"resellerUnitPrice", "resellerTotalPrice"} & set(item)
    for item in rows(who["reseller"], "v1.orders.items", "reseller"):
        # what it pays itself: 5 % on 299 and 49.90
        cost = {"5": Fraction("299"), "3": Fraction("49.90")}[item["quantity"]] * 105 / 100
        assert Fraction(item["resellerUnitPrice"]) == cost


def test_a_subscription_at_the_hop_it_is_sold_at(who: dict[str, Visitor]) -> None:
    (row,) = rows(who["reseller"], "v1.subscriptions", "reseller", **SEATS)
    said = {name: row[name] for name in list(row)[:17] if name not in ("offerId", "tenantId")}
    assert said == {
        "subscriptionId": "s-1",
        "subscriptionName": "Microsoft 365 Business Standard",
        "vendorSubscriptionId": "sub-1",
        "vendorContractId": "c-3",
        "sellerId": "reseller",
        "customerId": "customer",
        "statusId": "1",
        "status": "Active",
        "quantity": "5",
        "termStartDate": "2021-10-31",
        "termEndDate": None,
        # of 23 November 2026: begun on 31 October, so the day before 30 November is the last one
        "cycleStartDate": "2026-10-31",
        "cycleEndDate": "2026-11-29",
        "billingFrequency": "P1M",
        "currency": "EUR",
    }
    assert row["changedAtUtc"] == "2026-11-23T01:00:00Z"
    (above,) = rows(who["distributor"], "v1.subscriptions", "distributor", **SEATS)
    names = ("vendorContractId", "sellerId", "customerId")
    assert [above[name] for name in names] == ["c-2", "distributor", "reseller"]


def test_changes_of_seats_are_events(who: dict[str, Visitor]) -> None:
    events = rows(who["reseller"], "v1.subscription-events", "reseller", subscriptionId="s-1")
    told = [
        (one["eventType"], one["eventDateUtc"][:10], one["oldQuantity"], one["newQuantity"])
        for one in events
    ]
    assert told == [  # reporting-api.md 7.1
        ("Created", "2021-10-01", None, "10"),
        ("QuantityChanged", "2021-10-02", "10", "7"),
        ("QuantityChanged", "2021-10-03", "7", "12"),
        ("QuantityChanged", "2021-10-04", "12", "10"),
        ("QuantityChanged", "2021-10-05", "10", "7"),
        ("QuantityChanged", "2021-10-06", "7", "5"),
    ]
    assert len({one["eventId"] for one in events}) == 6
    seen = rows(who["customer"], "v1.subscription-events", "customer", subscriptionId="s-1")
    assert seen == events
    days = {"eventDateFrom": "2021-10-03", "eventDateTill": "2021-10-04"}
    narrow = rows(who["customer"], "v1.subscription-events", "customer", **days)
    assert narrow == events[2:4]


def test_offers_and_their_properties(who: dict[str, Visitor]) -> None:
    offers = rows(who["customer"], "v1.offers", "customer")
    assert [(one["term"], one["currency"], one["retailPrice"]) for one in offers] != []
    told = {(one["term"], one["currency"]): one["retailPrice"] for one in offers}
    # a price for a year is shown per month; one that the vendor does not list is unknown
    assert told == {("P1M", "EUR"): "9999.90", ("P1Y", "EUR"): "12.5", ("P1M", "USD"): None}
    for one in offers:
        assert (one["vendorName"], one["chargeKind"]) == ("Microsoft", "License")
        assert one["billingFrequency"] == "P1M"
    names = {one["term"]: one["offerName"] for one in offers if one["currency"] == "EUR"}
    assert names == {"P1M": "Microsoft 365 Business Standard", "P1Y": "CFQ7TTC0LDPB"}
    mine = offer_of(who["customer"], "customer")["offerId"]
    pairs = rows(who["customer"], "v1.offers.properties", "customer", offerId=mine)
    assert {one["name"]: one["value"] for one in pairs} == {
        "productId": "CFQ7TTC0LDPB",
        "skuId": "0001",
        "term": "P1M",
        "billingPlan": "Monthly",
    }


def test_orders_of_hops_that_touch_the_requester(who: dict[str, Visitor]) -> None:
    orders = {
        party: [one["orderNumber"] for one in rows(visitor, "v1.orders", party)]
        for party, visitor in who.items()
    }
    assert orders == {
        "distributor": ["SO-1002"],
        "reseller": ["SO-1001", "SO-1002"],
        "customer": ["SO-1001"],
        "stranger": ["SO-9009"],
    }
    (open_order,) = rows(who["reseller"], "v1.orders", "reseller", orderNumber="SO-1002")
    names = ("providerId", "consumerId", "statusId", "status", "totalPrice", "invoiceId")
    assert [open_order[name] for name in names] == [
        *("distributor", "reseller", "0", "New", None, None)
    ]
    for given in ("o-1", "v-order-1"):
        (found,) = rows(who["customer"], "v1.orders", "customer", orderId=given)
        assert found["orderNumber"] == "SO-1001"
    later = rows(who["reseller"], "v1.orders", "reseller", orderDateFrom="2021-11-15")
    assert [one["orderNumber"] for one in later] == ["SO-1002"]


def test_organizations_are_oneself_sellers_and_buyers(who: dict[str, Visitor]) -> None:
    found = rows(who["reseller"], "v1.organizations", "reseller")
    names = ("organizationId", "organizationType", "status", "parentOrganizationId")
    assert [tuple(one[name] for name in names) for one in found] == [
        ("customer", "Customer", "Blocked", None),
        ("distributor", "Distributor", "Active", None),
        ("reseller", "Seller", "Active", "distributor"),
    ]
    contacts = rows(who["customer"], "v1.organizations.contacts", "customer")
    assert {one["firstName"] for one in contacts} == {
        "Cor",
        "Rik",
    }  # the direct seller's, not above
    addresses = rows(who["reseller"], "v1.organizations.addresses", "reseller")
    assert [(one["organizationId"], one["line1"], one["country"]) for one in addresses] == [
        ("customer", "Rue 3", "BE"),
        ("reseller", "Kade 2", "NL"),
    ]
    details = rows(who["reseller"], "v1.organizations.details", "reseller")
    told = {one["organizationId"]: (one["erpId"], one["vatNumber"]) for one in details}
    assert told == {"customer": (None, "BE003"), "reseller": ("ERP-R", "NL002")}
    (one,) = rows(who["reseller"], "v1.organizations", "reseller", organizationId="customer")
    assert one["name"] == "Customer"
    assert rows(who["reseller"], "v1.organizations", "reseller", organizationId="outsider") == []


def test_contracts_of_either_side(who: dict[str, Visitor]) -> None:
    found = rows(who["customer"], "v1.contracts", "customer")
    names = ("contractId", "parentContractId", "contractPurposeId", "contractPurpose", "validTill")
    assert [tuple(one[name] for name in names) for one in found] == [
        ("c-3", None, "2", "Invoice", None),  # the one above is between others
        ("c-4", None, "1", "Consume", "2029-12-31"),
    ]
    assert [one["billingDay"] for one in found] == ["1", "5"]
    both = rows(who["reseller"], "v1.contracts", "reseller")
    assert [(one["contractId"], one["parentContractId"]) for one in both] == [
        ("c-2", None),
        ("c-3", "c-2"),
    ]
    assert both[0]["contractReferenceNumber"] == "REF-2"
    assert both[0]["contractTypeId"] != both[1]["contractTypeId"] is not None
    (resold,) = rows(who["reseller"], "v1.contracts", "reseller", contractPurposeId="0")
    assert resold["contractTypeName"] == "Cloud Service Provider"


def test_tenants_are_those_of_end_customers_that_buy_here(who: dict[str, Visitor]) -> None:
    (sold,) = rows(who["reseller"], "v1.tenants.details", "reseller")
    told = {name: sold[name] for name in list(sold)[1:]}
    assert told == {  # as the vendor's lines name it, since the first day that was charged
        "organizationId": "customer",
        "vendorId": "microsoft",
        "vendorTenantId": "c-1",
        "domainName": "contoso.example",
        "status": "Active",
        "createdAtUtc": "2021-10-01T00:00:00Z",
    }
    assert rows(who["customer"], "v1.tenants.details", "customer") == [sold]
    for party in ("distributor", "stranger"):  # whose buyers use nothing, or bought nothing
        assert rows(who[party], "v1.tenants.details", party) == []
    for party in ("reseller", "customer"):
        (used, *_) = rows(who[party], "v1.subscriptions", party, limit="1")
        assert (used["subscriptionId"], used["tenantId"]) == ("s-1", sold["tenantId"])
    (above, *_) = rows(who["distributor"], "v1.subscriptions", "distributor")
    assert above["tenantId"] is None  # of whom its buyer sells to
    for organization, found in (("customer", [sold]), ("reseller", []), ("outsider", [])):
        asked = {"organizationId": organization}
        assert rows(who["reseller"], "v1.tenants.details", "reseller", **asked) == found


def test_what_changed_since(who: dict[str, Visitor]) -> None:
    changed = {
        "v1.subscriptions": ["s-1"],
        "v1.organizations": ["customer", "distributor", "reseller"],
        "v1.contracts": ["c-2", "c-3"],
    }
    for name, ids in changed.items():
        since = rows(who["reseller"], name, "reseller", changedSince="2026-11-23T01:00:00Z")
        assert [next(iter(one.values())) for one in since] == ids
        assert rows(who["reseller"], name, "reseller", changedSince="2026-11-23T01:00:01Z") == []
    assert len(rows(who["reseller"], "v1.subscriptions", "reseller")) == 3


def test_an_account_manager_sees_no_cost(master: Place) -> None:
    manager = master.visitor("reseller", role="accountManager")
    (subscription,) = rows(manager, "v1.subscriptions", "reseller", **SEATS)
    assert not {"purchaseUnitPrice", "salesUnitPrice"} & set(subscription)
    for offer in rows(manager, "v1.offers", "reseller"):
        assert "purchasePrice" not in offer
    for item in rows(manager, "v1.orders.items", "reseller"):
        assert "resellerUnitPrice" not in item


def test_statuses_are_asked_for_by_number(who: dict[str, Visitor]) -> None:
    visitor = who["reseller"]
    path = path_of(ENDPOINTS["v1.subscriptions"], "reseller")
    for query, count in (("statusId=0&statusId=1", 3), ("statusId=2", 0)):
        assert len(visitor.client.get(f"{path}?{query}").json()) == count
    assert visitor.code(path, statusId="7") == (400, "BAD_PARAMETER")


def test_a_price_that_the_seller_sets_needs_no_list(oct_4: Place) -> None:
    (row,) = rows(oct_4.visitor("reseller"), "v1.subscriptions", "reseller")
    assert (row["salesUnitPrice"], row["purchaseUnitPrice"]) == ("4", None)
    buyer = oct_4.visitor("customer", role="customerBillingAdmin")
    (row,) = rows(buyer, "v1.subscriptions", "customer")
    assert row["purchaseUnitPrice"] == "4"
