"""The reference data of documents typed by hand: parties, contracts, plans, subscriptions."""

from typing import Any

DISTRIBUTOR, RESELLER = "distributor", "reseller"
CUSTOMERS = {"1000881": "Molenaar Bouw B.V.", "1000882": "Stichting Kade Zorg"}


def reference_rows(given: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of the reference files; `customer-<account>` buys through `c-<account>`."""
    parties = {
        "V1": {"role": "vendor", "account_no": "1000000", "name": "V One"},
        DISTRIBUTOR: {"role": "distributor", "account_no": "1000001", "name": "Northlane"},
        RESELLER: {"role": "reseller", "account_no": "1000204", "name": "Brightwater"},
        **{
            f"customer-{account}": {"role": "customer", "account_no": account, "name": name}
            for account, name in CUSTOMERS.items()
        },
    }
    rows: dict[str, list[dict[str, Any]]] = {
        "organizations": [{"organization_id": name, **cells} for name, cells in parties.items()],
        "contracts": [
            _contract("c-1", DISTRIBUTOR, RESELLER, None),
            *(_contract(f"c-{a}", RESELLER, f"customer-{a}", "c-1") for a in CUSTOMERS),
        ],
        "subscriptions": [
            subscription("700101", "1000881", plan_rate_id="9101", plan_period_id="42"),
            subscription("700202", "1000882", plan_rate_id="9110"),
        ],
        "plans": [],
        "orders": [],
        "plan_periods": PLAN_PERIODS,
        "plan_rates": PLAN_RATES,
        "rate_periods": RATE_PERIODS,
    }
    return rows | given


def _contract(name: str, seller: str, buyer: str, parent: str | None) -> dict[str, Any]:
    return {
        "contract_id": name,
        "parent_contract_id": parent,
        "purpose": "invoice",
        "vendor_id": "V1",
        "seller_id": seller,
        "buyer_id": buyer,
        "currency": "EUR",
        "valid_from": "2020-01-01",
    }


def subscription(number: str, account: str, **cells: str | None) -> dict[str, Any]:
    """Give the reference row of a subscription that a customer holds."""
    return {
        "subscription_id": f"s-{number}",
        "subscription_no": number,
        "vendor_id": "V1",
        "vendor_subscription_id": f"v-{number}",
        "contract_id": f"c-{account}",
        "name": f"Subscription {number}",
        "start_date": "2026-01-01",
        "valid_from": "2020-01-01",
        **cells,
    }


PLAN_PERIODS = [
    {"plan_period_id": "41", "plan_id": "310", "period": "1", "period_type": "Month"},
    {
        "plan_period_id": "42", "plan_id": "310", "period": "1", "period_type": "Year",
        "setup_sku": "S1", "subscription_sku": "S2", "renewal_sku": "S3", "transfer_sku": "S4",
        "cancellation_sku": "S5",
    },
    {"plan_period_id": "43", "plan_id": "310", "period": "3", "period_type": "Year"},
]  # fmt: skip
FOUR_SKUS = {
    "setup_sku": "S6", "recurring_sku": "S7", "overuse_sku": "S8", "cancellation_sku": "S9",
}  # fmt: skip
PLAN_RATES = [
    {
        "plan_rate_id": "9101", "plan_id": "310", "resource_id": "5101",
        "resource_name": "Office suite seat", "included_value": "0", "measure_unit": "item",
        **FOUR_SKUS,
    },
    {"plan_rate_id": "9102", "plan_id": "311", "resource_id": "5102", **FOUR_SKUS},
    {"plan_rate_id": "9110", "plan_id": "320", "resource_id": "5110", **FOUR_SKUS},
]  # fmt: skip
RATE_PERIODS = [
    {
        "rate_period_id": str(number), "plan_rate_id": "9101", "period": period,
        "period_type": kind, "billing_period": "1", "billing_period_type": "Month",
        "recurring_sku": sku,
    }
    for number, period, kind, sku in (
        (9201, "1", "Month", "NL-SUITE-1M"),
        (9202, "1", "Year", "NL-SUITE-1Y"),
        (9203, "3", "Year", "NL-SUITE-3Y"),
    )
]  # fmt: skip
