"""A good row of daily rated usage, and a way to write files of it with some cells replaced."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

DAILY: dict[str, str] = {
    "PartnerId": "a0000000-0000-4000-8000-000000000001",
    "PartnerName": "Fabrikam",
    "CustomerId": "c0000000-0000-4000-8000-000000000001",
    "CustomerName": "Contoso",
    "CustomerDomainName": "contoso.example",
    "CustomerCountry": "NL",
    "MpnId": "1234567",
    "Tier2MpnId": "7654321",
    "InvoiceNumber": "G000000001",
    "ProductId": "DZH318Z0BPS6",
    "SkuId": "0001",
    "AvailabilityId": "DZH318Z0BXYZ",
    "SkuName": "B2s",
    "ProductName": "Virtual Machines",
    "PublisherName": "Microsoft",
    "PublisherId": "",
    "SubscriptionDescription": "Azure plan",
    "SubscriptionId": "b0000000-0000-4000-8000-000000000001",
    "ChargeStartDate": "10/1/2025",
    "ChargeEndDate": "10/31/2025",
    "UsageDate": "10/3/2025",
    "MeterType": "1 Compute Hour",
    "MeterCategory": "Virtual Machines",
    "MeterId": "d0000000-0000-4000-8000-000000000001",
    "MeterSubCategory": "BS Series",
    "MeterName": "B2s",
    "MeterRegion": "EU West",
    "Unit": "1 Hour",
    "ResourceLocation": "EUWEST",
    "ConsumedService": "Microsoft.Compute",
    "ResourceGroup": "web",
    "ResourceURI": "/subscriptions/e0/resourceGroups/web",
    "ChargeType": "Usage",
    "UnitPrice": "0.0416",
    "Quantity": "24",
    "UnitType": "1 Compute Hour",
    "BillingPreTaxTotal": "0.848640",
    "BillingCurrency": "EUR",
    "PricingPreTaxTotal": "0.9984",
    "PricingCurrency": "USD",
    "ServiceInfo1": "",
    "ServiceInfo2": "",
    "Tags": '{"team": "web"}',
    "AdditionalInfo": "",
    "EffectiveUnitPrice": "0.03536",
    "PCToBCExchangeRate": "0.85",
    "PCToBCExchangeRateDate": "10/1/2025",
    "EntitlementId": "e0000000-0000-4000-8000-000000000001",
    "EntitlementDescription": "Web shop",
    "PartnerEarnedCreditPercentage": "15",
    "CreditPercentage": "15",
    "CreditType": "Partner Earned Credit Applied",
    "BenefitOrderId": "f1",
    "BenefitId": "",
    "BenefitType": "Charge",
}

# the good row as a vendor line: what is not null beside the file id and the row hash
LINE: dict[str, object] = {
    "row_number": 1,
    "vendor": "microsoft",
    "billing_state": "billed",
    "invoice_number": "G000000001",
    "partner_id": "a0000000-0000-4000-8000-000000000001",
    "reseller_id": "7654321",
    "customer_id": "c0000000-0000-4000-8000-000000000001",
    "customer_name": "Contoso",
    "customer_domain": "contoso.example",
    "product_id": "DZH318Z0BPS6",
    "sku_id": "0001",
    "product_name": "Virtual Machines",
    "sku_name": "B2s",
    "product_family": "azure_plan",
    "subscription_id": "b0000000-0000-4000-8000-000000000001",
    "entitlement_id": "e0000000-0000-4000-8000-000000000001",
    "commitment_id": "f1",
    "charge_type": "Usage",
    "charge_kind": "usage",
    "charge_start_date": date(2025, 10, 1),
    "charge_end_date": date(2025, 10, 31),
    "usage_date": date(2025, 10, 3),
    "meter_id": "d0000000-0000-4000-8000-000000000001",
    "meter_name": "B2s",
    "unit_type": "1 Hour",
    "unit_price": Decimal("0.0416"),
    "unit_price_digits": 4,
    "effective_unit_price": Decimal("0.03536"),
    "effective_unit_price_digits": 5,
    "billable_quantity": Decimal(24),
    "billable_quantity_digits": 0,
    "pricing_subtotal": Decimal("0.9984"),
    "subtotal": Decimal("0.84864"),
    "subtotal_digits": 6,
    "billing_currency": "EUR",
    "pricing_currency": "USD",
    "exchange_rate": Decimal("0.85"),
    "partner_earned_credit_rate": Decimal("0.15"),
    "credit_reason_code": "Partner Earned Credit Applied",
}

# every shape of number that was seen in such a file, and the widest that fits
AMOUNTS = (
    *("0.848640", "7.10833E-05", "7.1E-05", "0E-20", "0.00E+00", "1.385e-05"),
    *("'22.000000000000000000", "'0E-20", "'-0.000000000000000001", "-15.5", "0"),
    "12345678901234567890.123456789012345678",
)

# what the export's "basic" attribute set leaves out
NOT_BASIC = (
    *("AvailabilityId", "BenefitId", "ConsumedService", "CustomerCountry", "CustomerDomainName"),
    *("EntitlementDescription", "MeterType", "MeterCategory", "MeterId", "MeterSubCategory"),
    *("MeterName", "MeterRegion", "MpnId", "PartnerEarnedCreditPercentage", "ProductName"),
    *("PublisherId", "ResourceGroup", "ResourceLocation", "ServiceInfo1", "ServiceInfo2"),
    *("SubscriptionDescription", "Tags", "Tier2MpnId", "Unit"),
)
BASIC = tuple(name for name in DAILY if name not in NOT_BASIC)


def daily_file(*changes: Mapping[str, str], header: Sequence[str] = tuple(DAILY)) -> str:
    """Write one row per mapping of changed cells, the columns in the order of `header`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for change in changes or ({},):
        known = {name.casefold(): cell for name, cell in {**DAILY, **change}.items()}
        writer.writerow([known.get(name.casefold(), "") for name in header])
    return out.getvalue()


def without(*names: str) -> tuple[str, ...]:
    """Give the header of a full file without some columns."""
    return tuple(name for name in DAILY if name not in names)
