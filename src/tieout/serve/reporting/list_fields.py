"""The fields of lists of reference data, in the order of reporting-api.md 4.3 and 4.4."""

from tieout.serve.export.json_text import DAY, INTEGER, MOMENT, NUMBER, Field
from tieout.serve.reporting.row_json import SELLER

BOUGHT = "purchase_visible"  # what the requester itself pays
SOLD = "sale_visible"
BASE = "base_visible"


def _amount(name: str, column: str, *, when: str | None = None) -> Field:
    return Field(name, column, NUMBER, digits=f"coalesce({column}_digits, 0)", when=when)


def _price(name: str, column: str, *, when: str | None = None) -> Field:
    return Field(name, column, NUMBER, when=when)


SUBSCRIPTIONS = (
    Field("subscriptionId", "subscription_id"),
    Field("subscriptionName", "name"),
    Field("vendorSubscriptionId", "vendor_subscription_id"),
    Field("vendorContractId", "contract_id"),
    Field("sellerId", "seller_id"),
    Field("customerId", "customer_id"),
    Field("tenantId", "tenant_id"),
    Field("offerId", "offer_id"),
    Field("statusId", "status_id", INTEGER),
    Field("status", "status"),
    _amount("quantity", "quantity"),
    Field("termStartDate", "start_date", MOMENT),
    Field("termEndDate", "end_date", MOMENT),
    Field("cycleStartDate", "cycle_start", MOMENT),
    Field("cycleEndDate", "cycle_end", MOMENT),
    Field("billingFrequency", "billing_frequency"),
    Field("currency", "currency"),
    _price("purchaseUnitPrice", "purchase_unit_price", when=BOUGHT),
    _price("salesUnitPrice", "sales_unit_price", when=SOLD),
    Field("changedAtUtc", "changed_at", MOMENT),
)
EVENTS = (
    Field("eventId", "event_id"),
    Field("subscriptionId", "subscription_id"),
    Field("eventTypeId", "type_id", INTEGER),
    Field("eventType", "type"),
    Field("eventDateUtc", "event_date", DAY),
    _amount("oldQuantity", "old_quantity"),
    _amount("newQuantity", "new_quantity"),
    Field("vendorEventId", "vendor_event_id"),
    Field("orderId", "order_id"),
)
OFFERS = (
    Field("offerId", "offer_id"),
    Field("vendorOfferId", "product_id"),
    Field("offerName", "name"),
    Field("vendorId", "vendor_id"),
    Field("vendorName", "vendor_name"),
    Field("chargeKind", "charge_kind"),
    Field("term", "term"),
    Field("billingFrequency", "billing_frequency"),
    _amount("retailPrice", "retail_price"),
    _price("purchasePrice", "purchase_price", when=BOUGHT),
    Field("currency", "currency"),
)
OFFER_PROPERTIES = (Field("offerId", "offer_id"), Field("name", "name"), Field("value", "value"))
ORDERS = (
    Field("orderId", "order_id"),
    Field("orderNumber", "order_number"),
    Field("orderDateUtc", "order_date", DAY),
    Field("providerId", "seller_id"),
    Field("consumerId", "buyer_id"),
    Field("customerId", "buyer_id"),
    Field("statusId", "status_id", INTEGER),
    Field("status", "status"),
    Field("currency", "currency"),
    Field("totalPrice", "total_price", NUMBER, digits="minor_digits"),
    Field("invoiceId", "invoice_id"),
)
ORDER_ITEMS = (
    Field("orderItemId", "item_id"),
    Field("orderId", "order_id"),
    Field("lineNo", "line_no", INTEGER),
    Field("offerId", "offer_id"),
    Field("subscriptionId", "subscription_id"),
    _amount("quantity", "quantity"),
    _amount("unitPrice", "unit_price"),
    _amount("totalPrice", "total_price"),
    Field("currency", "currency"),
    _amount("resellerUnitPrice", "reseller_unit_price", when=SELLER),
    _amount("resellerTotalPrice", "reseller_total_price", when=SELLER),
)
ORGANIZATIONS = (
    Field("organizationId", "organization_id"),
    Field("name", "name"),
    Field("organizationType", "organization_type"),
    Field("status", "status"),
    Field("parentOrganizationId", "parent_organization_id"),
    Field("changedAtUtc", "changed_at", MOMENT),
)
CONTACTS = (
    Field("contactId", "contact_id"),
    Field("organizationId", "organization_id"),
    Field("contactType", "contact_type"),
    Field("firstName", "first_name"),
    Field("lastName", "last_name"),
    Field("email", "email"),
)
ADDRESSES = (
    Field("addressId", "address_id"),
    Field("organizationId", "organization_id"),
    Field("addressType", "address_type"),
    Field("line1", "line1"),
    Field("line2", "line2"),
    Field("city", "city"),
    Field("postalCode", "postal_code"),
    Field("region", "region"),
    Field("country", "country"),
)
DETAILS = (
    Field("organizationId", "organization_id"),
    Field("status", "status"),
    Field("erpId", "erp_id"),
    Field("vatNumber", "vat_number"),
    Field("registrationNumber", "registration_number"),
    Field("preferredCurrencyId", "preferred_currency_id"),
    Field("language", "language"),
)
CONTRACTS = (
    Field("contractId", "contract_id"),
    Field("parentContractId", "parent_contract_id"),
    Field("contractPurposeId", "purpose_id", INTEGER),
    Field("contractPurpose", "purpose"),
    Field("contractProvider", "seller_id"),
    Field("contractConsumer", "buyer_id"),
    Field("contractNumber", "number"),
    Field("contractReferenceNumber", "reference_number"),
    Field("contractTypeId", "type_id"),
    Field("contractTypeName", "type_name"),
    Field("currency", "currency"),
    Field("billingDay", "billing_day", INTEGER),
    Field("validFrom", "valid_from", MOMENT),
    Field("validTill", "valid_till", MOMENT),
)
TENANTS = (
    Field("tenantId", "tenant_id"),
    Field("organizationId", "organization_id"),
    Field("vendorId", "vendor_id"),
    Field("vendorTenantId", "vendor_tenant_id"),
    Field("domainName", "domain_name"),
    Field("status", "status"),
    Field("createdAtUtc", "created_at", DAY),
)
RATES = (
    Field("id", "rate_id"),
    Field("from", "from_currency"),
    Field("to", "to_currency"),
    Field("source", "source"),
    Field("exchangeDate", "exchange_date", MOMENT),
    Field("level", "level"),
    _amount("baseRate", "base_rate", when=BASE),
    _amount("surcharge", "surcharge", when=BASE),
    _price("finalRate", "final_rate"),
)
RATE_SUMMARY = (
    Field("partnerId", "partner_id"),
    Field("partnerName", "partner_name"),
    Field("fromCurrency", "from_currency"),
    Field("toCurrency", "to_currency"),
    Field("level", "level"),
    Field("rateCount", "rate_count", INTEGER),
    Field("firstExchangeDate", "first_date", MOMENT),
    Field("lastExchangeDate", "last_date", MOMENT),
)
PRICES = ("purchaseUnitPrice", "salesUnitPrice", "purchasePrice")  # computed for a page alone
