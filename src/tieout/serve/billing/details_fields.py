"""The fields of `subscriptiondetails`, whose values `subscription_details.py` reads (3.4)."""

from tieout.serve.billing.fields import DAY, INTEGER, SIGNED, TEXT, TRUTH, Field

NULL = True


def _of(kind: str, *keys: str, null: bool = False) -> tuple[Field, ...]:
    return tuple(Field(key, kind, "", null) for key in keys)


def _skus(prefix: str, *slots: str) -> tuple[Field, ...]:
    return _of(TEXT, *(f"{prefix}{slot}SKUName" for slot in slots), null=NULL)


_PERIODS = (
    *_of(INTEGER, "Period"),
    *_of(TEXT, "PeriodType"),
    *_of(INTEGER, "BillingPeriod"),
    *_of(TEXT, "BillingPeriodType"),
)
_RATE_SLOTS = ("Setup", "Recurring", "Overuse", "Cancellation")
LANGUAGE_TEXT = _of(TEXT, "Name", "Value")
SUBSCRIPTION = (
    *_of(INTEGER, "SubscriptionId"),
    *_of(DAY, "StartDate"),
    *_of(DAY, "ExpirationDate", null=NULL),
    *_PERIODS,
)
# ids are null where the reference data knows no plan of the subscription; PlanName after PlanId
SERVICE_PLAN = (
    *_of(INTEGER, "PlanId", "PlanCategoryId", null=NULL),
    *_of(TEXT, "PlanCategoryName", null=NULL),
)
SERVICE_PLAN_PERIOD = (
    *_of(INTEGER, "PlanPeriodId", null=NULL),
    *_skus("PlanPeriod", "Setup", "Subscription", "Renewal", "Transfer", "Cancellation"),
)
RESOURCE = (  # ResourceName after ResourceId, MeasureUnit and ResourceRate at the end
    *_of(INTEGER, "ResourceId", null=NULL),
    *_of(SIGNED, "IncludedValue", "Amount"),
    *_of(TEXT, "Manufacturer", "ManufacturerName", "MPNumber", null=NULL),
)
RESOURCE_RATE = (*_of(INTEGER, "PlanRateId"), *_skus("PlanRate", *_RATE_SLOTS))
RATE_PERIOD = (
    *_of(INTEGER, "RatePeriodId"),
    *_of(INTEGER, "PlanPeriodId", null=NULL),
    *_of(TRUTH, "Applies"),
    Field("Period", INTEGER, "", NULL),
    Field("PeriodType", TEXT, "", NULL),
    *_PERIODS[2:],
    *_skus("", *_RATE_SLOTS),
)
