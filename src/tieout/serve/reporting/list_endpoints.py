"""The endpoints that list reference data and exchange rates: one table, no code of their own."""

from dataclasses import dataclass

from tieout.serve.export.json_text import Field
from tieout.serve.reporting import list_fields as shown
from tieout.serve.reporting.endpoints import PARTNER, REQUESTER, Endpoint
from tieout.serve.reporting.list_filters import (
    CODES,
    COIN,
    DATE,
    LEVEL,
    MOMENT,
    WORDS,
    Filter,
)

CHANGED = Filter("changedSince", ("changed_at",), "what changed then or later", MOMENT, ">=")
SUBSCRIPTION = Filter("subscriptionId", ("subscription_id",), "one subscription")
OFFER = Filter("offerId", ("offer_id",), "one offer")
ORGANIZATION = Filter("organizationId", ("organization_id",), "one organization")
STATUS = Filter(
    *("statusId", ("status_id",), "statuses, each as a parameter", CODES), codes=(0, 1, 2, 3, 4)
)
PURPOSE = Filter(
    "contractPurposeId", ("purpose_id",), "0 Resell, 1 Consume, 2 Invoice", CODES, codes=(0, 1, 2)
)
EVENT_DATES = (
    Filter("eventDateFrom", ("event_date",), "first date", DATE, ">="),
    Filter("eventDateTill", ("event_date",), "last date, included", DATE, "<="),
)
ORDER = (
    Filter("orderDateFrom", ("order_date",), "first date", DATE, ">="),
    Filter("orderDateTill", ("order_date",), "last date, included", DATE, "<="),
    Filter("orderId", ("order_id", "reference_id"), "one order", WORDS),
    Filter("orderNumber", ("order_number",), "one order by its number", WORDS),
)
LEVELS = Filter("level", ("level",), "none: both kinds", LEVEL)
_DAY = ("exchange_date",)
RATE = (
    Filter("exchangeDateFrom", _DAY, "first date", DATE, ">=", is_required=True),
    Filter("exchangeDateTill", _DAY, "last date, included", DATE, "<=", is_required=True),
    Filter("fromCurrency", ("from_currency",), "an ISO 4217 code", COIN),
    Filter("toCurrency", ("to_currency",), "an ISO 4217 code", COIN),
    LEVELS,
)
RATE_ORDER = ("exchange_date", "from_currency", "to_currency", "level", "source")


@dataclass(frozen=True, kw_only=True)
class ListEndpoint(Endpoint):
    """One that lists a relation of `report.master`, in an order, narrowed by filters.

    `successor` is the path under the address of the other version that takes its place.
    """

    relation: str
    fields: tuple[Field, ...]
    order: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    asks_partners: bool = False
    successor: str | None = None

    @property
    def of_partner(self) -> bool:
        """Whether it lists what is of one partner of the requester."""
        return "{partner_id}" in self.path


def _v1(
    name: str,
    relation: str,
    *,
    fields: tuple[Field, ...],
    order: str,
    filters: tuple[Filter, ...],
    successor: str | None = None,
) -> ListEndpoint:
    """Give a list of version 1; its name is its path, with points for strokes."""
    return ListEndpoint(
        name=f"v1.{name}",
        path=f"/{name.replace('.', '/')}/{{requester_id}}",
        label=name.replace(".", "-"),
        version="v1",
        relation=relation,
        fields=fields,
        order=tuple(order.split()),
        filters=filters,
        successor=successor,
    )


MASTER = (
    _v1(
        *("subscriptions", "subscription"),
        fields=shown.SUBSCRIPTIONS,
        order="subscription_id",
        filters=(CHANGED, SUBSCRIPTION, STATUS),
    ),
    _v1(
        *("subscription-events", "subscription_event"),
        fields=shown.EVENTS,
        order="event_date subscription_id type_id event_id",
        filters=(*EVENT_DATES, SUBSCRIPTION),
    ),
    _v1(
        *("offers", "offer"),
        fields=shown.OFFERS,
        order="vendor_id product_id sku_id offer_id",
        filters=(OFFER, CHANGED),
    ),
    _v1(
        *("offers.properties", "offer_property"),
        fields=shown.OFFER_PROPERTIES,
        order="offer_id name",
        filters=(OFFER, CHANGED),
    ),
    _v1(
        *("orders", "purchase_order"),
        fields=shown.ORDERS,
        order="order_date order_number order_id contract_id",
        filters=ORDER,
    ),
    _v1(
        *("orders.items", "order_item"),
        fields=shown.ORDER_ITEMS,
        order="order_date order_number order_id contract_id line_no",
        filters=ORDER,
    ),
    _v1(
        *("organizations", "organization"),
        fields=shown.ORGANIZATIONS,
        order="organization_id",
        filters=(ORGANIZATION, CHANGED),
    ),
    _v1(
        *("organizations.contacts", "contact"),
        fields=shown.CONTACTS,
        order="organization_id contact_id",
        filters=(ORGANIZATION, CHANGED),
    ),
    _v1(
        *("organizations.addresses", "address"),
        fields=shown.ADDRESSES,
        order="organization_id address_id",
        filters=(ORGANIZATION, CHANGED),
    ),
    _v1(
        *("organizations.details", "organization_detail"),
        fields=shown.DETAILS,
        order="organization_id",
        filters=(ORGANIZATION, CHANGED),
    ),
    _v1(
        *("contracts", "contract"),
        fields=shown.CONTRACTS,
        order="contract_id",
        filters=(PURPOSE, CHANGED),
    ),
    _v1(
        *("tenants.details", "tenant"),
        fields=shown.TENANTS,
        order="organization_id tenant_id",
        filters=(ORGANIZATION,),
    ),
)
V1_RATES = _v1(
    *("currency-rates", "exchange_rate"),
    fields=shown.RATES,
    order=" ".join(RATE_ORDER),
    filters=RATE,
    successor="/api/v2/reporting/requesters/{requester_id}/currency-rates",
)
V1_LISTS = (*MASTER, V1_RATES)
V2_LISTS = (
    ListEndpoint(
        name="v2.currency-rates",
        path=f"{REQUESTER}/currency-rates",
        label="currency-rates",
        version="v2",
        relation="exchange_rate",
        fields=shown.RATES,
        order=RATE_ORDER,
        filters=RATE,
    ),
    ListEndpoint(
        name="v2.partners.currency-rates.summary",
        path=f"{REQUESTER}/partners/currency-rates/summary",
        label="partner-currency-rates-summary",
        version="v2",
        relation="exchange_rate_summary",
        fields=shown.RATE_SUMMARY,
        order=("partner_id", "from_currency", "to_currency", "level"),
        filters=(LEVELS,),
        asks_partners=True,
    ),
    ListEndpoint(
        name="v2.partners.currency-rates",
        path=f"{PARTNER}/currency-rates",
        label="partner-currency-rates",
        version="v2",
        relation="exchange_rate",
        fields=shown.RATES,
        order=RATE_ORDER,
        filters=RATE,
        asks_partners=True,
    ),
)
