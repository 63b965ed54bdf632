"""Every format that is read, and the documented ones that are not read yet."""

from tieout.intake import ms_nce_recon
from tieout.intake.form import Form, Signature, signature

FORMS: tuple[Form, ...] = (ms_nce_recon.FORM,)

NOT_READ: tuple[tuple[str, Signature], ...] = (
    (
        "ms_daily_rated",
        signature(
            "UsageDate MeterId BillingPreTaxTotal EffectiveUnitPrice Unit|unitOfMeasure",
            excluded="BilledCost",
        ),
    ),
    (
        "ms_daily_rated",
        signature(
            "UsageDate BillingPreTaxTotal PricingPreTaxTotal EntitlementId", excluded="BilledCost"
        ),
    ),
    (
        "ms_legacy_licence",
        signature(
            "DurableOfferId SyndicationPartnerSubscriptionNumber TotalOtherDiscount"
            " TotalForCustomer",
            excluded="UsageDate",
        ),
    ),
    ("ms_legacy_usage", signature("ConsumedQuantity OverageQuantity PretaxCharges ResourceGuid")),
    (
        "ms_price_azure",
        signature("TermDuration PricingTierRangeMin MeterIds UnitPrice", excluded="BillingPlan"),
    ),
    (
        "ms_price_licence",
        signature("TermDuration BillingPlan UnitPrice ERPPrice", excluded="MeterIds"),
    ),
    ("ms_fx", signature("CurrencyCode USDPerUnit")),
    (
        "focus",
        signature(
            "BilledCost ChargePeriodStart ChargeCategory|ChargeType BillingCurrency|BilledCurrency"
        ),
    ),
)
