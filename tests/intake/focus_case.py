"""A good FOCUS row, what it reads as, and a way to write files of it with some cells replaced."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

FOCUS: dict[str, str] = {
    "BilledCost": "12.345",
    "BillingAccountId": "account-1",
    "BillingCurrency": "USD",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "Blob, hot",
    "ChargeFrequency": "Usage-Based",
    "ChargePeriodEnd": "2025-10-02T00:00:00Z",
    "ChargePeriodStart": "2025-10-01T00:00:00Z",
    "CommitmentDiscountId": "plan-7",
    "ConsumedQuantity": "245",
    "ContractedUnitPrice": "0.049",
    "InvoiceId": "I-100",
    "InvoiceIssuerName": "Microsoft",
    "ListCost": "13.00",
    "ListUnitPrice": "0.0500",
    "PricingCurrency": "EUR",
    "PricingCurrencyEffectiveCost": "11.10",
    "PricingQuantity": "24.5",
    "PricingUnit": "10 GB",
    "ProviderName": "Azure",
    "ServiceCategory": "Storage",
    "ServiceName": "Blob Storage",
    "SkuId": "7",
    "SkuMeter": "Hot LRS",
    "SkuPriceId": "7-P",
    "SubAccountId": "sub-1",
    "SubAccountName": "Contoso production",
}
LINE = {
    "row_number": 1,
    "vendor": "microsoft",
    "billing_state": "billed",
    "invoice_number": "I-100",
    "partner_id": "account-1",
    "customer_id": "sub-1",
    "customer_name": "Contoso production",
    "product_id": "Blob Storage",
    "sku_id": "7",
    "product_name": "Blob Storage",
    "sku_name": "Blob, hot",
    "product_family": "Storage",
    "subscription_id": "sub-1",
    "entitlement_id": "sub-1",
    "billing_frequency": "Usage-Based",
    "commitment_id": "plan-7",
    "charge_type": "Usage",
    "charge_kind": "usage",
    "charge_start_date": date(2025, 10, 1),
    "charge_end_date": date(2025, 10, 1),
    "usage_date": date(2025, 10, 1),
    "meter_id": "7-P",
    "meter_name": "Hot LRS",
    "unit_type": "10 GB",
    "unit_price": Decimal("0.05"),
    "effective_unit_price": Decimal("0.049"),
    "quantity": Decimal(245),
    "billable_quantity": Decimal("24.5"),
    "pricing_subtotal": Decimal("11.10"),
    "list_amount": Decimal(13),
    "subtotal": Decimal("12.345"),
    "unit_price_digits": 4,
    "effective_unit_price_digits": 3,
    "billable_quantity_digits": 1,
    "subtotal_digits": 3,
    "billing_currency": "USD",
    "pricing_currency": "EUR",
}


def focus_file(*changes: Mapping[str, str], header: Sequence[str] = tuple(FOCUS)) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for change in changes or ({},):
        row = {**FOCUS, **change}
        writer.writerow([row.get(name, "") for name in header])
    return out.getvalue()


def without(*names: str) -> list[str]:
    return [name for name in FOCUS if name not in names]
