"""Microsoft new commerce invoice reconciliation: its columns and its rules.

Source: vendor-formats.md 4 and 8;
https://learn.microsoft.com/en-us/partner-center/billing/modern-invoice-reconciliation-file
"""

from tieout.intake.columns import Column, Layout
from tieout.intake.form import Form, signature

COLUMNS = (
    Column("PartnerId", "partner_id", "id"),
    Column("CustomerId", "customer_id", "id"),
    Column("CustomerName", "customer_name", "text"),
    Column("CustomerDomainName", "customer_domain", "text"),
    Column("CustomerCountry", None, "raw"),
    Column("InvoiceNumber", "invoice_number", "id", required=True),
    Column("MpnId", None, "raw"),
    Column("ResellerMpnId", "reseller_id", "id", aliases=("Tier2MpnId",)),
    Column("OrderId", "order_id", "id"),
    Column("OrderDate", "order_date", "date"),
    Column("ProductId", "product_id", "id"),
    Column("SkuId", "sku_id", "id"),
    Column("AvailabilityId", None, "raw"),
    Column("SkuName", "sku_name", "text"),
    Column("ProductName", "product_name", "text"),
    Column("ChargeType", "charge_type", "word", required=True),
    Column("UnitPrice", "unit_price", "price"),
    Column("Quantity", "quantity", "quantity"),
    Column("Subtotal", "subtotal", "amount", required=True, filled=True),
    Column("TaxTotal", "tax_total", "amount"),
    Column("Total", "total", "amount", aliases=("totalForCustomer",), required=True),
    Column("Currency", "billing_currency", "currency", required=True, filled=True),
    Column("PriceAdjustmentDescription", "price_adjustment_description", "text"),
    Column("PublisherName", None, "rule"),
    Column("PublisherId", None, "rule"),
    Column("SubscriptionDescription", None, "rule"),
    Column("SubscriptionId", "subscription_id", "id", required=True),
    Column("ChargeStartDate", "charge_start_date", "date", required=True),
    Column("ChargeEndDate", "charge_end_date", "date", required=True),
    Column("TermAndBillingCycle", None, "rule", required=True),
    Column("EffectiveUnitPrice", "effective_unit_price", "price", required=True),
    Column("UnitType", "unit_type", "text"),
    Column("AlternateId", None, "raw"),
    Column("BillableQuantity", "billable_quantity", "quantity", required=True),
    Column("BillingFrequency", "billing_frequency", "text"),
    Column("PricingCurrency", "pricing_currency", "id"),
    Column("PCToBCExchangeRate", "exchange_rate", "quantity"),
    Column("PCToBCExchangeRateDate", None, "raw"),
    Column("MeterDescription", "meter_name", "text"),
    Column("ReservationOrderId", "commitment_id", "id"),
    Column("CreditReasonCode", "credit_reason_code", "text"),
    Column("SubscriptionStartDate", "subscription_start_date", "date"),
    Column("SubscriptionEndDate", "subscription_end_date", "date"),
    Column("ReferenceId", "reference_id", "id"),
    Column("ProductQualifiers", None, "raw"),
    Column("PromotionId", "promotion_id", "id"),
    Column("ProductCategory", None, "raw", familiar=True),
    Column("VendorInvoiceRowId", "vendor_invoice_row_id", "id", familiar=True),
)


def _rules(layout: Layout) -> dict[str, str]:
    """Give the SQL of the columns that are read by a rule, over cells and typed columns."""
    term, publisher = (
        layout.cell("TermAndBillingCycle") or "''",
        layout.cell("PublisherName") or "''",
    )
    publisher_id = layout.cell("PublisherId") or "''"
    return {
        "billing_state": "CASE WHEN invoice_number IS NULL THEN 'unbilled' ELSE 'billed' END",
        "customer_id": "regexp_replace(customer_id, '^org:', '')",
        "reseller_id": "CASE WHEN reseller_id <> '0' THEN reseller_id END",
        "sku_id": "padded_sku(sku_id)",
        "pricing_currency": "upper(pricing_currency)",
        "reference_id": "reference_id(reference_id)",
        "charge_kind": "charge_kind(charge_type)",
        "product_family": f"product_family({term}, {publisher}, {publisher_id}, charge_end_date)",
    }


FORM = Form(
    code="ms_nce_recon",
    vendor="microsoft",
    signatures=(
        signature(
            "ChargeType BillableQuantity EffectiveUnitPrice Subtotal TermAndBillingCycle"
            " Total|totalForCustomer",
            excluded="UsageDate",
        ),
    ),
    columns=COLUMNS,
    rules=_rules,
    kind_of_word="charge_kind(word)",
    macros=("charge_kind", "product_family", "reference_id", "padded_sku"),
)
