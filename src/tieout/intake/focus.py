"""FOCUS cost and usage, versions 0.5 and 1.0 to 1.4 told by column names: columns and rules.

Source: vendor-formats.md 8, 9 and 10.1;
https://github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec
"""

from dataclasses import replace

from tieout.intake.columns import Column, Layout
from tieout.intake.form import Form, signature

NULLS = ("NULL", "null")
NO_VENDOR, NO_FAMILY = "unknown", "Other"  # "Other" is FOCUS's own category for the rest

_COLUMNS = (
    Column("AvailabilityZone", None, "raw", familiar=True),
    Column("BilledCost", "subtotal", "amount", required=True, filled=True),
    Column("BillingAccountId", "partner_id", "id"),
    Column("BillingAccountName", None, "raw", familiar=True),
    Column("BillingAccountType", None, "raw", familiar=True),
    Column(
        "BillingCurrency",
        "billing_currency",
        "currency",
        aliases=("BilledCurrency",),
        required=True,
        filled=True,
        any_code=True,
    ),
    Column("BillingPeriodEnd", None, "raw", familiar=True),
    Column("BillingPeriodStart", None, "raw", familiar=True),
    Column("CapacityReservationId", None, "raw", familiar=True),
    Column("CapacityReservationStatus", None, "raw", familiar=True),
    Column("ChargeCategory", "charge_type", "word", aliases=("ChargeType",), required=True),
    Column("ChargeClass", "credit_reason_code", "text"),
    Column("ChargeDescription", "sku_name", "text"),
    Column("ChargeFrequency", "billing_frequency", "text"),
    Column("ChargePeriodStart", "charge_start_date", "date", required=True, filled=True),
    Column("ChargePeriodEnd", "charge_end_date", "date", required=True, filled=True),
    Column("ChargeSubcategory", None, "raw", familiar=True),  # 1.0-preview
    Column("CommitmentDiscountCategory", None, "raw", familiar=True),
    Column("CommitmentDiscountId", "commitment_id", "id"),
    Column("CommitmentDiscountName", None, "raw", familiar=True),
    Column("CommitmentDiscountQuantity", None, "raw", familiar=True),
    Column("CommitmentDiscountStatus", None, "raw", familiar=True),
    Column("CommitmentDiscountType", None, "raw", familiar=True),
    Column("CommitmentDiscountUnit", None, "raw", familiar=True),
    Column("ConsumedQuantity", "quantity", "quantity"),
    Column("ConsumedUnit", None, "raw", familiar=True),
    Column("ContractedCost", None, "raw", familiar=True),
    Column("ContractedUnitPrice", "effective_unit_price", "price"),
    Column("EffectiveCost", None, "raw", aliases=("AmortizedCost",), familiar=True),
    Column("InvoiceId", "invoice_number", "id"),
    Column("InvoiceIssuerName", None, "rule", aliases=("InvoiceIssuer",)),
    Column("ListCost", "list_amount", "amount"),
    Column("ListUnitPrice", "unit_price", "price"),
    Column("PricingCategory", None, "raw", familiar=True),
    Column("PricingCurrency", "pricing_currency", "id", familiar=True),
    Column("PricingCurrencyContractedUnitPrice", None, "raw", familiar=True),
    Column("PricingCurrencyEffectiveCost", "pricing_subtotal", "amount", familiar=True),
    Column("PricingCurrencyListUnitPrice", None, "raw", familiar=True),
    Column("PricingQuantity", "billable_quantity", "quantity"),
    Column("PricingUnit", "unit_type", "text"),
    Column("ProviderName", None, "rule", aliases=("Provider",), familiar=True),  # not in 1.4
    Column("PublisherName", None, "raw", aliases=("Publisher",), familiar=True),
    Column("RegionId", None, "raw", aliases=("Region",), familiar=True),
    Column("RegionName", None, "raw", familiar=True),
    Column("ResourceId", None, "raw", familiar=True),
    Column("ResourceName", None, "raw", familiar=True),
    Column("ResourceType", None, "raw", familiar=True),
    Column("ServiceCategory", None, "rule"),
    Column("ServiceName", "product_name", "text"),
    Column("ServiceSubcategory", None, "raw", familiar=True),
    Column("SkuId", "sku_id", "id"),
    Column("SkuMeter", "meter_name", "text", familiar=True),
    Column("SkuPriceDetails", None, "raw", familiar=True),
    Column("SkuPriceId", "meter_id", "id"),
    Column("SubAccountId", "customer_id", "id"),
    Column("SubAccountName", "customer_name", "text"),
    Column("SubAccountType", None, "raw", familiar=True),
    Column("Tags", None, "raw", familiar=True),
    # 1.3 and later
    Column("AllocatedMethodDetails", None, "raw", familiar=True),
    Column("AllocatedMethodId", None, "raw", familiar=True),
    Column("AllocatedResourceId", None, "raw", familiar=True),
    Column("AllocatedResourceName", None, "raw", familiar=True),
    Column("AllocatedTags", None, "raw", familiar=True),
    Column("ContractApplied", None, "raw", familiar=True),
    Column("HostProviderName", None, "raw", familiar=True),
    Column("ServiceProviderName", None, "rule", familiar=True),
)
COLUMNS = tuple(replace(column, nulls=NULLS) for column in _COLUMNS)


def _rules(layout: Layout) -> dict[str, str]:
    """Give the SQL of the columns that are read by a rule, over cells and typed columns."""

    def stated(vendor: str) -> str:
        cell = layout.cell(vendor)
        return f"stated({cell})" if cell else "NULL::VARCHAR"

    names = [stated(n) for n in ("InvoiceIssuerName", "ProviderName", "ServiceProviderName")]
    vendor = ", ".join(f"issuer_id({name})" for name in names)
    category, sub_account = "charge_type", stated("SubAccountId")
    charge_class, frequency = stated("ChargeClass"), stated("ChargeFrequency")
    microsoft = " OR ".join(f"regexp_matches({name}, '^(microsoft|azure)', 'i')" for name in names)
    invoice = stated("InvoiceId")
    usage = f"focus_charge_kind({category}, NULL, NULL) = 'usage'"
    return {
        "vendor": f"coalesce({vendor}, '{NO_VENDOR}')",
        "billing_state": f"CASE WHEN {invoice} IS NULL THEN 'unbilled' ELSE 'billed' END",
        "product_id": stated("ServiceName"),
        "product_family": f"coalesce({stated('ServiceCategory')}, '{NO_FAMILY}')",
        "subscription_id": sub_account,
        "entitlement_id": f"CASE WHEN {microsoft} THEN {sub_account} END",
        "charge_kind": f"focus_charge_kind({category}, {charge_class}, {frequency})",
        "charge_end_date": (
            "last_billed_day(charge_end_date_cell, charge_start_date, charge_end_date)"
        ),
        "usage_date": f"CASE WHEN {usage} THEN charge_start_date END",
        "pricing_currency": "upper(pricing_currency)",
    }


FORM = Form(
    code="focus",
    vendor=NO_VENDOR,
    signatures=(
        signature(
            "BilledCost ChargePeriodStart ChargeCategory|ChargeType BillingCurrency|BilledCurrency"
        ),
    ),
    columns=COLUMNS,
    rules=_rules,
    kind_of_word="focus_charge_kind(word, NULL, NULL)",
    macros=("stated", "issuer_id", "focus_charge_kind", "is_midnight", "last_billed_day"),
)
