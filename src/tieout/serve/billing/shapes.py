"""What an answer holds, as a tree made from the registries: read by OpenAPI and by the XSD.

The renderers write the leaves from the same registries; tests hold every answer against both.
"""

from dataclasses import dataclass
from typing import TypeAlias

from tieout.serve.billing import details_fields
from tieout.serve.billing.fields import INTEGER, MONEY, TEXT, Field, Registry
from tieout.serve.billing.v4 import GROUP_LINE, MATCH_GROUP, UNMATCHED_SALE
from tieout.serve.billing.versions import DETAILS, Version

Node: TypeAlias = "Field | Group | Many"


@dataclass(frozen=True)
class Group:
    """An object: its key, and what it holds in the order of XML."""

    key: str
    members: tuple[Node, ...]


@dataclass(frozen=True)
class Many:
    """A list: its key, and one item, whose key is its element in XML.

    The items of a bare list stand in XML without an element around them.
    """

    key: str
    item: "Field | Group"
    is_bare: bool = False


def _count(key: str) -> Field:
    return Field(key, INTEGER, "")


WARNINGS = Many(
    "Warnings",
    Group(
        "Warning",
        (Field("Code", TEXT, ""), Many("LineIds", _count("LineId")), Field("Text", TEXT, "")),
    ),
)
MATCH_GROUPS = Many(
    "MatchGroups",
    Group(
        "MatchGroup",
        (
            *MATCH_GROUP,
            Many("PurchaseLines", Group("Line", GROUP_LINE)),
            Many("SalesLines", Group("Line", GROUP_LINE)),
        ),
    ),
)
UNMATCHED_SALES = Many("UnmatchedSales", Group("UnmatchedSale", UNMATCHED_SALE))
MATCH_REPORT = Group(
    "MatchReport",
    (
        _count("PurchaseLineCount"),
        _count("SalesLineCount"),
        Field("SalesInGroups", MONEY, ""),
        Field("SalesUnmatched", MONEY, ""),
        Many("Tiers", Group("Tier", (_count("MatchTier"), _count("Lines")))),
        Many("Statuses", Group("Status", (Field("MatchStatus", TEXT, ""), _count("Lines")))),
    ),
)


def shape_of(version: Version, endpoint: str) -> Group:
    """Give the shape of an endpoint's answer; its key is the XML root."""
    if endpoint == DETAILS:
        return _details(version)
    registry = version.registries[endpoint]
    after: tuple[Node, ...] = ()
    if registry.has_match_report:
        after = (MATCH_GROUPS, UNMATCHED_SALES, MATCH_REPORT)
    is_bare = registry.root == "InvoiceResponse"
    return Group(registry.root, (Many("Invoices", _invoice(registry), is_bare), *after))


def roots(version: Version) -> list[Group]:
    """Give the shape of every XML root of a version, each once."""
    found: dict[str, Group] = {}
    for endpoint in version.endpoints:
        shape = shape_of(version, endpoint)
        assert found.setdefault(shape.key, shape) == shape, f"two shapes of {shape.key}"
    return list(found.values())


def _invoice(registry: Registry) -> Group:
    subscription = Group(
        "Subscription",
        (*registry.subscription, Many("PriceLines", Group("PriceLine", registry.line))),
    )
    customer = Group("Customer", (*registry.customer, Many("Subscriptions", subscription)))
    return Group(
        "Invoice",
        (
            Group("Header", registry.header),
            Group("Sender", registry.sender),
            Group("Receiver", registry.receiver),
            Many("Customers", customer),
            Group("Totals", registry.totals),
            *((WARNINGS,) if registry.has_warnings else ()),
        ),
    )


def _texts(key: str) -> Many:
    return Many(key, Group("Text", details_fields.LANGUAGE_TEXT))


def _details(version: Version) -> Group:
    """Give the shape of `subscriptiondetails`; rate periods came with version 4."""
    own = details_fields
    plan_id, *category = own.SERVICE_PLAN
    resource_id, *amounts = own.RESOURCE
    periods: tuple[Node, ...] = ()
    if version.has_rate_periods:
        periods = (Many("ResourceRatePeriods", Group("ResourceRatePeriod", own.RATE_PERIOD)),)
    rate = Group("ResourceRate", (*own.RESOURCE_RATE, *periods))
    resource = Group(
        "Resource",
        (resource_id, _texts("ResourceName"), *amounts, _texts("MeasureUnit"), rate),
    )
    return Group(
        "SubscriptionDetails",
        (
            Group("Subscription", own.SUBSCRIPTION),
            Group("ServicePlan", (plan_id, _texts("PlanName"), *category)),
            Group("ServicePlanPeriod", own.SERVICE_PLAN_PERIOD),
            Many("Resources", resource),
        ),
    )
