"""Every format that is read, and the documented ones that are not read yet."""

from tieout.intake import focus, ms_daily_rated, ms_legacy_licence, ms_legacy_usage, ms_nce_recon
from tieout.intake.form import Form, Signature, signature

FORMS: tuple[Form, ...] = (
    focus.FORM,
    ms_daily_rated.FORM,
    ms_legacy_licence.FORM,
    ms_legacy_usage.FORM,
    ms_nce_recon.FORM,
)

NOT_READ: tuple[tuple[str, Signature], ...] = (
    (
        "ms_price_azure",
        signature("TermDuration PricingTierRangeMin MeterIds UnitPrice", excluded="BillingPlan"),
    ),
    (
        "ms_price_licence",
        signature("TermDuration BillingPlan UnitPrice ERPPrice", excluded="MeterIds"),
    ),
    ("ms_fx", signature("CurrencyCode USDPerUnit")),
)
