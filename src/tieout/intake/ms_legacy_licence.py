"""Microsoft legacy licence-based reconciliation: its columns and its rules.

Such a file carries no invoice number: whoever loads it names the invoice.

Source: vendor-formats.md 6.1, 8 and 9;
https://learn.microsoft.com/en-us/partner-center/license-based-recon-files
"""

from tieout.intake.columns import Column, Layout
from tieout.intake.form import Form, signature

COLUMNS = (
    Column("PartnerId", "partner_id", "id"),
    Column("CustomerId", "customer_id", "id"),
    Column("CustomerName", "customer_name", "text"),
    Column("MpnId", None, "raw"),
    Column("ResellerMpnId", "reseller_id", "id", aliases=("Tier2MpnId",), nulls=("-1",)),
    Column("OrderId", "order_id", "id"),
    Column("SubscriptionId", None, "raw"),  # of the billing platform, not the portal's
    Column("SyndicationPartnerSubscriptionNumber", "subscription_id", "id"),
    Column("OfferId", None, "raw"),  # not the price list's
    Column("DurableOfferId", "product_id", "id"),
    Column("OfferName", "product_name", "text"),
    Column("SubscriptionStartDate", "subscription_start_date", "date"),
    Column("SubscriptionEndDate", "subscription_end_date", "date"),
    Column("ChargeStartDate", "charge_start_date", "date"),
    Column("ChargeEndDate", "charge_end_date", "date"),
    Column("ChargeType", "charge_type", "word", required=True),
    Column("UnitPrice", "unit_price", "price"),
    Column("Quantity", "billable_quantity", "quantity"),
    Column("Amount", "list_amount", "amount"),
    Column("TotalOtherDiscount", "discount_total", "amount"),
    Column("Subtotal", "subtotal", "amount", required=True, filled=True),
    Column("Tax", "tax_total", "amount"),
    Column("TotalForCustomer", "total", "amount"),
    Column("Currency", "billing_currency", "currency", required=True, filled=True),
    Column("DomainName", "customer_domain", "text"),
    Column("SubscriptionName", None, "raw"),
    Column("SubscriptionDescription", None, "raw"),
    Column("BillingCycleType", "billing_frequency", "text"),
)


def _rules(_layout: Layout) -> dict[str, str]:
    """Give the SQL of the columns that no cell makes, over typed columns."""
    return {
        "billing_state": "'billed'",
        "charge_kind": "legacy_charge_kind(charge_type, subtotal)",
        "product_family": "'licence'",
    }


FORM = Form(
    code="ms_legacy_licence",
    vendor="microsoft",
    signatures=(
        signature(
            "DurableOfferId SyndicationPartnerSubscriptionNumber TotalOtherDiscount"
            " TotalForCustomer",
            excluded="UsageDate",
        ),
    ),
    columns=COLUMNS,
    rules=_rules,
    kind_of_word="legacy_charge_kind(word, NULL)",
    macros=("legacy_charge_kind",),
)
