"""Version 3, made from version 4: without what 4 added, with the tax that all lines share."""

from tieout.serve.billing import v4
from tieout.serve.billing.fields import PERCENT, TEXT, Field

NULL = True
SHARED_TAX = (
    Field("TaxZoneID", TEXT, "tax_zone", NULL),
    Field("TaxPercentage", PERCENT, "tax_rate::DECIMAL(38, 18)", NULL),
)
ADDED_IN_V4 = {
    "Subscription": {"SubscriptionEndDate", "SubscriptionPONumber"},
    "Line": {
        *("LineSeq", "LineKind", "MatchKey", "SubPONumber", "PlanRateID", "RatePeriodID"),
        *("SourceLineCount", "MatchStatus", "MatchTier", "MatchReason", "MatchGroupID"),
        *("SalesCurrency", "SalesInvoiceID", "SalesLineId"),
    },
    "Totals": {
        *("SalesCurrency", "PurchasesMatched", "PurchasesUnmatched", "LinesMatched"),
        *("LinesUnmatched", "LineCount", "Scope"),
    },
}
_at = [field.key for field in v4.HEADER].index("TermsOfPaymentDays") + 1
HEADER = (*v4.HEADER[:_at], *SHARED_TAX, *v4.HEADER[_at:])

REGISTRIES = {
    endpoint: registry.older(ADDED_IN_V4, header=HEADER, has_warnings=False, has_match_report=False)
    for endpoint, registry in v4.REGISTRIES.items()
}
ENDPOINTS = v4.ENDPOINTS
FORMATS = ("xml", "json")
PARAMETERS = ("startDate", "endDate", "party")
