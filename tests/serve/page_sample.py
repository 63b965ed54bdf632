"""The distributor's document of billing-api.md 3.5: rows of F2 and F3 and an absorbed fee."""

from typing import Any

from billing_reference import DISTRIBUTOR, RESELLER, subscription
from hand_charges import Hand, Store

SECOND, THIRD = ("2026-06-11", "2026-06-30"), ("2026-06-16", "2026-06-30")
SAMPLE = Store(
    lines=(
        Hand(
            1, "8.00", "10.00", quantity="10", sku=None, order="o-1",
            description="Office suite 1Y, 10 seats", uid="dl_000000047111",
        ),
        Hand(
            2, "8.00", "10.00", quantity="5", sku=None, order="o-2", days=SECOND,
            description="Office suite 1Y, 5 seats added", uid="dl_000000047112",
        ),
        Hand(
            3, "8.00", "10.00", kind="correction", quantity="3", sku=None, days=THIRD,
            direction=-1, description="Office suite 1Y, 3 seats removed", uid="dl_000000047113",
        ),
        Hand(
            4, "100.00", "100.00", kind="usage", discount="15.00", sku="NL-AZ-PAYG",
            subscription="700202", description="Azure plan usage June 2026", uid="dl_000000047114",
        ),
        Hand(
            5, "4.50", None, kind="fee", sku="NL-FEE", subscription="700202",
            description="Distributor support fee", uid="dl_000000047115",
        ),
    ),
    documents={"D-2026-004711": {"description": "Cloud services June 2026"}},
)  # fmt: skip
ORGANIZATIONS: list[dict[str, Any]] = [
    {"organization_id": "V1", "role": "vendor", "name": "V One"},
    {
        "organization_id": DISTRIBUTOR, "role": "distributor", "account_no": "1000001",
        "name": "Northlane Distribution B.V.", "address": "Havenkade 12", "zip": "3011 AA",
        "city": "Rotterdam", "country": "Netherlands", "country_code": "NL",
        "telephone": "+31 10 555 0100", "bank_account": "0123456789", "bic": "TESTNL2A",
        "iban": "NL00TEST0123456789", "chamber_of_commerce": "00000001",
        "vat_number": "NL000000001B01", "website": "https://northlane.example",
    },
    {
        "organization_id": RESELLER, "role": "reseller", "account_no": "1000204",
        "erp_id": "BW-204", "name": "Brightwater IT B.V.", "contact_first_name": "Noor",
        "contact_last_name": "Visser", "address": "Singel 8", "zip": "3511 BB", "city": "Utrecht",
        "country": "Netherlands", "country_code": "NL", "email": "billing@brightwater.example",
        "telephone": "+31 30 555 0200", "vat_number": "NL000000204B01", "language": "nl",
    },
    {
        "organization_id": "customer-1000881", "role": "customer", "account_no": "1000881",
        "erp_id": "MB-0881", "name": "Molenaar Bouw B.V.",
    },
    {
        "organization_id": "customer-1000882", "role": "customer", "account_no": "1000882",
        "erp_id": "KZ-0882", "name": "Stichting Kade Zorg",
    },
]  # fmt: skip
SAMPLE.reference.update(
    organizations=ORGANIZATIONS,
    plans=[
        {
            "plan_id": "310", "name": "Office suite NCE", "category": "Licences",
            "billing_model": "0", "category_id": "31",
        },
        {
            "plan_id": "320", "name": "Azure pay as you go", "category": "Azure",
            "billing_model": "1",
        },
    ],
    subscriptions=[
        subscription(
            "700101", "1000881", name="Office suite 1Y", plan_id="310", plan_period_id="42",
            plan_rate_id="9101", quantity="12", start_date="2026-01-01", end_date="2026-12-31",
            po_number="PO-7700", cost_center="KP-410",
        ),
        subscription(
            "700202", "1000882", name="Azure plan", plan_id="320", plan_rate_id="9110",
            start_date="2025-09-01",
        ),
    ],
    orders=[
        {
            "order_id": name, "order_number": name, "vendor_order_id": name, "contract_id": "c-1",
            "date": "2026-06-01", "po_number": po,
        }
        for name, po in (("o-1", "PO-7781"), ("o-2", "PO-7790"))
    ],
)  # fmt: skip
