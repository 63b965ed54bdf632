"""Good rows of both legacy files, a way to write files of them, and Microsoft's worked examples."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

LICENCE: dict[str, str] = {
    "PartnerId": "8ddd0364-0000-4000-8000-46b58d356b4e",
    "CustomerId": "12ABCD34-001A-BCD2-987C-3210ABCD5678",
    "CustomerName": "Test Customer A",
    "MPNID": "4390934",
    "ResellerMPNID": "4391507",
    "OrderId": "566890604832738111",
    "SubscriptionId": "usCBMgAAAAAAAAIA",
    "SyndicationPartnerSubscriptionNumber": "fb977ab5-0000-4000-8000-24c8d9591708",
    "OfferId": "FE616D64-E9A8-40EF-843F-152E9BBEF3D1",
    "DurableOfferId": "1017D7F3-6D7F-4BFA-BDD8-79BC8F104E0C",
    "OfferName": "Microsoft Office 365 (Plan E3)",
    "SubscriptionStartDate": "2/1/2019 0:00",
    "SubscriptionEndDate": "2/1/2020 0:00",
    "ChargeStartDate": "02/01/2019 0:00",
    "ChargeEndDate": "2/28/2019 23:59",
    "ChargeType": "Cycle fee",
    "UnitPrice": "6.66",
    "Quantity": "2",
    "Amount": "13.32",
    "TotalOtherDiscount": "2.32",
    "Subtotal": "11",
    "Tax": "2.31",
    "TotalForCustomer": "13.31",
    "Currency": "EUR",
    "DomainName": "example.onmicrosoft.com",
    "SubscriptionName": "PROJECT ONLINE",
    "SubscriptionDescription": "Microsoft Office 365 (Plan E3)",
    "BillingCycleType": "Monthly",
}

# the good licence row as a vendor line: what is not null beside the file id and the row hash
LICENCE_LINE: dict[str, object] = {
    "row_number": 1,
    "vendor": "microsoft",
    "billing_state": "billed",
    "partner_id": "8ddd0364-0000-4000-8000-46b58d356b4e",
    "reseller_id": "4391507",
    "customer_id": "12ABCD34-001A-BCD2-987C-3210ABCD5678",
    "customer_name": "Test Customer A",
    "customer_domain": "example.onmicrosoft.com",
    "product_id": "1017D7F3-6D7F-4BFA-BDD8-79BC8F104E0C",
    "product_name": "Microsoft Office 365 (Plan E3)",
    "product_family": "licence",
    "subscription_id": "fb977ab5-0000-4000-8000-24c8d9591708",
    "order_id": "566890604832738111",
    "billing_frequency": "Monthly",
    "subscription_start_date": date(2019, 2, 1),
    "subscription_end_date": date(2020, 2, 1),
    "charge_type": "Cycle fee",
    "charge_kind": "cycle_fee",
    "charge_start_date": date(2019, 2, 1),
    "charge_end_date": date(2019, 2, 28),
    "unit_price": Decimal("6.66"),
    "unit_price_digits": 2,
    "billable_quantity": Decimal(2),
    "billable_quantity_digits": 0,
    "list_amount": Decimal("13.32"),
    "discount_total": Decimal("2.32"),
    "subtotal": Decimal(11),
    "subtotal_digits": 0,
    "tax_total": Decimal("2.31"),
    "total": Decimal("13.31"),
    "billing_currency": "EUR",
}

USAGE: dict[str, str] = {
    "PartnerId": "DA41BC5F-C52D-4464-8A8D-8C8DCC43503B",
    "PartnerName": "Contoso, Ltd.",
    "PartnerBillableAccountId": "1010578050",
    "CustomerCompanyName": "Test customer",
    "MPNID": "4390934",
    "ResellerMPNID": "4391507",
    "InvoiceNumber": "D020001IVK",
    "ChargeStartDate": "02/01/2019 0:00",
    "ChargeEndDate": "2/28/2019 23:59",
    "SubscriptionId": "usCBMgAAAAAAAAIA",
    "SubscriptionName": "Microsoft Azure",
    "SubscriptionDescription": "Microsoft Azure",
    "OrderID": "566890604832738111",
    "ServiceName": "VIRTUAL MACHINES",
    "ServiceType": "A1 VM",
    "ResourceGuid": "DA41BC5F-C52D-4464-8A8D-8C8DCC43503B",
    "ResourceName": "Compute Hours",
    "Region": "Europe",
    "Sku": "7UD-00001",
    "DetailLineItemId": "1",
    "ConsumedQuantity": "12",
    "IncludedQuantity": "1",
    "OverageQuantity": "11",
    "ListPrice": "0.0808",
    "PretaxCharges": "0.89",
    "TaxAmount": "0.19",
    "PostTaxTotal": "1.08",
    "Currency": "EUR",
    "PretaxEffectiveRate": "0.08",
    "PostTaxEffectiveRate": "0.10",
    "ChargeType": "Assess usage fee for current cycle",
    "CustomerId": "ORDDC52E52FDEF405786F0642DD0108BE4",
    "DomainName": "example.onmicrosoft.com",
    "BillingCycleType": "Monthly",
    "Unit": "HOURS",
    "CustomerBillableAccount": "1280018095",
    "UsageDate": "2/1/2019 0:00",
    "MeteredRegion": "West Europe",
    "MeteredService": "Compute",
    "MeteredServiceType": "EXTERNAL",
    "Project": "ORDDC52E52FDEF405786F0642DD0108BE4",
    "ServiceInfo": "1.000000 Connections / 30 days",
}

# the good usage row as a vendor line: what is not null beside the file id and the row hash
USAGE_LINE: dict[str, object] = {
    "row_number": 1,
    "vendor": "microsoft",
    "billing_state": "billed",
    "vendor_invoice_row_id": "1",
    "invoice_number": "D020001IVK",
    "partner_id": "DA41BC5F-C52D-4464-8A8D-8C8DCC43503B",
    "reseller_id": "4391507",
    "customer_id": "ORDDC52E52FDEF405786F0642DD0108BE4",
    "customer_name": "Test customer",
    "customer_domain": "example.onmicrosoft.com",
    "sku_id": "7UD-00001",
    "product_name": "VIRTUAL MACHINES",
    "product_family": "legacy_usage",
    "subscription_id": "usCBMgAAAAAAAAIA",
    "order_id": "566890604832738111",
    "billing_frequency": "Monthly",
    "charge_type": "Assess usage fee for current cycle",
    "charge_kind": "usage",
    "charge_start_date": date(2019, 2, 1),
    "charge_end_date": date(2019, 2, 28),
    "usage_date": date(2019, 2, 1),
    "meter_id": "DA41BC5F-C52D-4464-8A8D-8C8DCC43503B",
    "meter_name": "Compute Hours",
    "unit_type": "HOURS",
    "unit_price": Decimal("0.0808"),
    "unit_price_digits": 4,
    "effective_unit_price": Decimal("0.08"),
    "effective_unit_price_digits": 2,
    "quantity": Decimal(12),
    "billable_quantity": Decimal(11),
    "billable_quantity_digits": 0,
    "subtotal": Decimal("0.89"),
    "subtotal_digits": 2,
    "tax_total": Decimal("0.19"),
    "total": Decimal("1.08"),
    "billing_currency": "EUR",
}

# every legacy charge word that is documented, with the amount of its row and our word for it
WORDS: tuple[tuple[str, str, str], ...] = (
    ("New purchase cycle fee", "4", "new"),
    ("Prorate fees when purchase", "4", "new"),
    ("Prorate fees when purchased", "4", "new"),
    ("Prorate fees when buy", "4", "new"),
    ("Purchase fee", "0", "new"),
    ("Activation fee", "4", "new"),
    ("New", "0", "new"),  # as the API says it
    ("Prorate fee when renew", "4", "renew"),
    ("Cycle fee", "4", "cycle_fee"),
    ("Cycle instance prorate", "4", "add_quantity"),
    ("Cycle instance prorate", "0", "add_quantity"),
    ("Cycle instance prorate", "-4", "remove_quantity"),
    ("Prorate fees when convert to a new offering", "4", "convert"),
    ("Prorate fees when convert away from current offering", "-4", "convert"),
    ("Convert from instance prorate", "-4", "convert"),
    ("Cancel fee", "-4", "cancel"),
    ("Cancel instance prorate", "-4", "cancel"),
    ("Prorate fees when cancel", "-4", "cancel"),
    ("Cancel", "-4", "cancel"),  # as the API says it
    ("Prorate fees when activate", "4", "reactivate"),
    ("Offset a line item", "-4", "credit"),
    ("Activation discount", "-4", "discount"),
    ("Cycle discount", "-4", "discount"),
    ("Renew discount", "-4", "discount"),
    ("Cancel discount", "4", "discount"),
    ("Assess usage fee for current cycle", "4", "usage"),
    ("Assess usage fee when cancel", "4", "usage"),
)

Example: TypeAlias = tuple[str, tuple[tuple[str, ...], ...], tuple[str, ...]]
# worked examples: their sum, their rows (first and last day charged, charge type, unit price,
# quantity, amount) and our words. Source: Microsoft's pages common-billing-scenarios-annual and
# common-billing-scenarios-monthly under https://learn.microsoft.com/en-us/partner-center/; the last
# one https://support.appxite.com/hc/en-us/articles/4402361801746, which prints no charge type
EXAMPLES: dict[str, Example] = {
    "annual, new": (
        "48",
        (("1/13/2018", "1/12/2019", "Prorate fees when purchase", "48.00", "1", "48.00"),),
        ("new",),
    ),
    "annual, one more the day after": (
        "421.83",
        (
            ("2/11/2017", "2/10/2018", "Prorate Fees When Purchase", "211.20", "1", "211.20"),
            ("2/11/2017", "2/10/2018", "Cycle Instance Prorate", "-211.20", "1", "-211.20"),
            ("2/11/2017", "2/11/2017", "Cycle Instance Prorate", "0.58", "1", "0.58"),
            ("2/12/2017", "3/10/2017", "Cycle Instance Prorate", "15.62", "2", "31.25"),
            ("3/11/2017", "2/10/2018", "Cycle Instance Prorate", "195.00", "2", "390.00"),
        ),
        ("new", "remove_quantity", "add_quantity", "add_quantity", "add_quantity"),
    ),
    "annual, from 1 to 2": (
        "92.43",
        (
            ("1/13/2018", "1/12/2019", "Prorate fees when buy", "48.00", "1", "48.00"),
            ("1/13/2018", "1/12/2019", "Cycle Instance Prorate", "-48.00", "1", "-48.00"),
            ("1/13/2018", "1/31/2018", "Cycle Instance Prorate", "2.47", "1", "2.47"),
            ("2/1/2018", "1/12/2019", "Cycle Instance Prorate", "44.98", "2", "89.96"),
        ),
        ("new", "remove_quantity", "add_quantity", "add_quantity"),
    ),
    "monthly, new": (
        "8",
        (
            ("1/13/2018", "2/12/2018", "Cycle fee", "4.00", "1", "4.00"),
            ("2/13/2018", "3/12/2018", "Cycle fee", "4.00", "1", "4.00"),
        ),
        ("cycle_fee", "cycle_fee"),
    ),
    "monthly, suspended within 30 days": (
        "0",
        (
            ("1/13/2018", "2/12/2018", "Cycle fee", "4.00", "1", "4.00"),
            ("1/13/2018", "2/12/2018", "Cancel Fee", "-4.00", "1", "-4.00"),
        ),
        ("cycle_fee", "cancel"),
    ),
    "2018, free up to the billing date": (
        "8",
        (
            ("1/13/2018", "1/14/2018", "Purchase fee", "0.00", "1", "0.00"),
            ("1/15/2018", "2/14/2018", "Cycle fee", "4.00", "1", "4.00"),
            ("2/15/2018", "3/14/2018", "Cycle fee", "4.00", "1", "4.00"),
        ),
        ("new", "cycle_fee", "cycle_fee"),
    ),
    "2018, suspended on 1 March": (
        "2.04",
        (
            ("2/15/2018", "3/14/2018", "Cycle fee", "4.00", "1", "4.00"),
            ("3/1/2018", "3/14/2018", "Cancel fee", "-1.96", "1", "-1.96"),
        ),
        ("cycle_fee", "cancel"),
    ),
    "two changes of a plan E1, the dated rows": (
        "22648.18",  # 22614.68 + 33.5
        (
            ("3/16/2021", "4/11/2021", "Cycle instance prorate", "45.22", "500", "22614.68"),
            ("4/12/2021", "4/15/2021", "Cycle instance prorate", "6.7", "5", "33.5"),
        ),
        ("add_quantity", "add_quantity"),
    ),
}


def legacy_file(
    good: Mapping[str, str], *changes: Mapping[str, str], header: Sequence[str] = ()
) -> str:
    """Write one row per mapping of changed cells of a good row, by default all its columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = header or tuple(good)
    writer.writerow(names)
    for change in changes or ({},):
        known = {name.casefold(): cell for name, cell in {**good, **change}.items()}
        writer.writerow([known.get(name.casefold(), "") for name in names])
    return out.getvalue()


def example_file(rows: Sequence[Sequence[str]]) -> str:
    """Write the rows of a worked example as a licence file, at the times such a file prints."""
    names = ("ChargeStartDate", "ChargeEndDate", "ChargeType", "UnitPrice", "Quantity", "Amount")
    cells = [dict(zip(names, row, strict=True)) for row in rows]
    changes = (
        {
            **row,
            "ChargeStartDate": f"{row['ChargeStartDate']} 0:00",
            "ChargeEndDate": f"{row['ChargeEndDate']} 23:59",
            "TotalOtherDiscount": "0",
            "Subtotal": row["Amount"],
            "Tax": "0",
            "TotalForCustomer": row["Amount"],
        }
        for row in cells
    )
    return legacy_file(LICENCE, *changes)
