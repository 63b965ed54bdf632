"""Microsoft daily rated usage, billed and unbilled: its columns and its rules.

Source: vendor-formats.md 5, 8 and 9;
https://learn.microsoft.com/en-us/partner-center/billing/daily-rated-usage-recon-files
"""

from tieout.intake.columns import Column, Layout
from tieout.intake.form import Form, signature

COLUMNS = (
    Column("PartnerId", "partner_id", "id"),
    Column("PartnerName", None, "raw"),
    Column("CustomerId", "customer_id", "id"),
    Column("CustomerName", "customer_name", "text"),
    Column("CustomerDomainName", "customer_domain", "text"),
    Column("CustomerCountry", None, "raw"),
    Column("MpnId", None, "raw"),
    Column("Tier2MpnId", "reseller_id", "id", aliases=("resellerMpnId",)),
    Column("InvoiceNumber", "invoice_number", "id", required=True),
    Column("ProductId", "product_id", "id"),
    Column("SkuId", "sku_id", "id"),
    Column("AvailabilityId", None, "raw"),
    Column("SkuName", "sku_name", "text"),
    Column("ProductName", "product_name", "text"),
    Column("PublisherName", None, "rule"),
    Column("PublisherId", None, "rule"),
    Column("SubscriptionDescription", None, "raw"),
    Column("SubscriptionId", "subscription_id", "id", required=True),
    Column("ChargeStartDate", "charge_start_date", "date"),
    Column("ChargeEndDate", "charge_end_date", "date"),
    Column("UsageDate", "usage_date", "date", required=True, filled=True),
    Column("MeterType", None, "raw"),
    Column("MeterCategory", None, "raw"),
    Column("MeterId", "meter_id", "id"),
    Column("MeterSubCategory", None, "raw"),
    Column("MeterName", "meter_name", "text"),
    Column("MeterRegion", None, "raw"),
    Column("Unit", "unit_type", "text", aliases=("unitOfMeasure",)),
    Column("ResourceLocation", None, "raw"),
    Column("ConsumedService", None, "raw"),
    Column("ResourceGroup", None, "raw"),
    Column("ResourceURI", None, "raw"),
    Column("ChargeType", "charge_type", "word", required=True),
    Column("UnitPrice", "unit_price", "price"),
    Column("Quantity", "billable_quantity", "quantity", required=True, filled=True),
    Column("UnitType", None, "raw"),
    Column("BillingPreTaxTotal", "subtotal", "amount", required=True, filled=True),
    Column("BillingCurrency", "billing_currency", "currency", required=True, filled=True),
    Column("PricingPreTaxTotal", "pricing_subtotal", "amount"),
    Column("PricingCurrency", "pricing_currency", "id"),
    Column("ServiceInfo1", None, "raw"),
    Column("ServiceInfo2", None, "raw"),
    Column("Tags", None, "raw"),
    Column("AdditionalInfo", None, "raw"),
    Column("EffectiveUnitPrice", "effective_unit_price", "price"),
    Column("PCToBCExchangeRate", "exchange_rate", "quantity"),
    Column("PCToBCExchangeRateDate", None, "raw"),
    Column("EntitlementId", "entitlement_id", "id"),
    Column("EntitlementDescription", None, "raw"),
    Column(
        "PartnerEarnedCreditPercentage",
        "partner_earned_credit_rate",
        "quantity",
        aliases=("rateOfPartnerEarnedCredit",),
    ),
    Column("CreditPercentage", None, "raw", aliases=("rateOfCredit",)),
    Column("CreditType", "credit_reason_code", "text"),
    Column("BenefitOrderId", "commitment_id", "id"),
    Column("BenefitId", None, "raw"),
    Column("BenefitType", None, "raw"),
)


def _rules(layout: Layout) -> dict[str, str]:
    """Give the SQL of the columns that are read by a rule, over cells and typed columns."""
    publisher = layout.cell("PublisherName") or "''"
    publisher_id = layout.cell("PublisherId") or "''"
    rules = {
        "billing_state": "CASE WHEN invoice_number IS NULL THEN 'unbilled' ELSE 'billed' END",
        "customer_id": "regexp_replace(customer_id, '^org:', '')",
        "reseller_id": "CASE WHEN reseller_id <> '0' THEN reseller_id END",
        "sku_id": "padded_sku(sku_id)",
        "pricing_currency": "upper(pricing_currency)",
        "charge_kind": "daily_charge_kind(charge_type)",
        "product_family": f"daily_product_family({publisher}, {publisher_id})",
        "partner_earned_credit_rate": "credit_rate(partner_earned_credit_rate)",
    }
    if layout.cell("ChargeStartDate"):
        rules["charge_end_date"] = "last_charged_day(charge_start_date, charge_end_date)"
    if layout.cell("PartnerEarnedCreditPercentage"):
        cut = "credit_rate_cut(inexact_columns, partner_earned_credit_rate)"
        rules["inexact_columns"] = cut
    return rules


FORM = Form(
    code="ms_daily_rated",
    vendor="microsoft",
    signatures=(
        signature(
            "UsageDate MeterId BillingPreTaxTotal EffectiveUnitPrice Unit|unitOfMeasure",
            excluded="BilledCost",
        ),
        # the "basic" export
        signature(
            "UsageDate BillingPreTaxTotal PricingPreTaxTotal EntitlementId", excluded="BilledCost"
        ),
    ),
    columns=COLUMNS,
    rules=_rules,
    kind_of_word="daily_charge_kind(word)",
    macros=(
        *("charge_kind", "daily_charge_kind", "daily_product_family", "padded_sku"),
        *("last_charged_day", "credit_rate", "credit_rate_cut"),
    ),
    is_detail=True,
)
