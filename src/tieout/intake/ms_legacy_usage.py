"""Microsoft legacy usage-based reconciliation: its columns and its rules.

Source: vendor-formats.md 6.2, 8 and 9;
https://learn.microsoft.com/en-us/partner-center/usage-based-recon-files
"""

from tieout.intake.columns import Column, Layout
from tieout.intake.form import FileStyle, Form, signature

COLUMNS = (
    Column("PartnerId", "partner_id", "id"),
    Column("PartnerName", None, "raw"),
    Column("PartnerBillableAccountId", None, "raw"),
    Column("CustomerCompanyName", "customer_name", "text"),
    Column("MpnId", None, "raw"),
    Column("ResellerMpnId", "reseller_id", "id", aliases=("Tier2MpnId",), nulls=("-1",)),
    Column("InvoiceNumber", "invoice_number", "id"),
    Column("ChargeStartDate", "charge_start_date", "date"),
    Column("ChargeEndDate", "charge_end_date", "date"),
    Column("SubscriptionId", "subscription_id", "id"),
    Column("SubscriptionName", None, "raw"),
    Column("SubscriptionDescription", None, "raw"),
    Column("OrderId", "order_id", "id"),
    Column("ServiceName", "product_name", "text"),
    Column("ServiceType", None, "raw"),
    Column("ResourceGuid", "meter_id", "id"),
    Column("ResourceName", "meter_name", "text"),
    Column("Region", None, "raw"),
    Column("Sku", "sku_id", "id"),
    Column("DetailLineItemId", "vendor_invoice_row_id", "id"),
    Column("ConsumedQuantity", "quantity", "quantity"),
    Column("IncludedQuantity", None, "raw"),
    Column("OverageQuantity", "billable_quantity", "quantity"),
    Column("ListPrice", "unit_price", "price"),
    Column("PretaxCharges", "subtotal", "amount", required=True, filled=True),
    Column("TaxAmount", "tax_total", "amount"),
    Column("PostTaxTotal", "total", "amount"),
    Column("Currency", "billing_currency", "currency", required=True, filled=True),
    Column("PretaxEffectiveRate", "effective_unit_price", "price"),
    Column("PostTaxEffectiveRate", None, "raw"),
    Column("ChargeType", "charge_type", "word", required=True),
    Column("CustomerId", "customer_id", "id"),
    Column("DomainName", "customer_domain", "text"),
    Column("BillingCycleType", "billing_frequency", "text"),
    Column("Unit", "unit_type", "text"),
    Column("CustomerBillableAccount", None, "raw"),
    Column("UsageDate", "usage_date", "date"),
    Column("MeteredRegion", None, "raw"),
    Column("MeteredService", None, "raw"),
    Column("MeteredServiceType", None, "raw"),
    Column("Project", None, "raw"),
    Column("ServiceInfo", None, "raw"),
)


def _rules(_layout: Layout) -> dict[str, str]:
    """Give the SQL of the columns that no cell makes, over typed columns."""
    return {
        "billing_state": "'billed'",
        "charge_kind": "legacy_charge_kind(charge_type, subtotal)",
        "product_family": "'legacy_usage'",
    }


FORM = Form(
    code="ms_legacy_usage",
    vendor="microsoft",
    signatures=(signature("ConsumedQuantity OverageQuantity PretaxCharges ResourceGuid"),),
    columns=COLUMNS,
    rules=_rules,
    kind_of_word="legacy_charge_kind(word, NULL)",
    macros=("legacy_charge_kind",),
    style=FileStyle(currency_signs=True),
)
