"""What keys may open: endpoints, and what each role may do (reporting-api.md 8.1 and 9)."""

from dataclasses import dataclass

from tieout.report.visibility import NOTHING, OWNED, SOLD

V1_GENERAL = ("v1.invoice-headers", "v1.invoice-rows")
V1_PREVIEW = ("v1.invoice-headers.preview", "v1.invoice-rows.preview")
BILLING_NAMES = ("invoices", "customerinvoices", "consolidatedinvoices", "subscriptiondetails")
BILLING = tuple(f"billing.{name}" for name in BILLING_NAMES)
BOUGHT = ("billing.invoices", "billing.subscriptiondetails")
SOLD_ONLY = ("billing.customerinvoices", "billing.subscriptiondetails")
V2_OWN = ("v2.invoices.headers", "v2.invoices.rows")
V2_INVOICES = (*V2_OWN, "v2.partners.invoices.headers", "v2.partners.invoices.rows")
V2_PREVIEW = tuple(f"{name}.preview" for name in V2_INVOICES)
V2_ROWS = ("v2.invoices.rows.sources", "v2.invoices.rows.explanation")
SUMMARIES = "v2.invoice-consolidations"
# lists of reference data, and exchange rates
V1_HELD = ("v1.subscriptions", "v1.subscription-events", "v1.orders", "v1.orders.items")
V1_MASTER = (
    *V1_HELD,
    *("v1.offers", "v1.offers.properties", "v1.organizations", "v1.organizations.contacts"),
    *("v1.organizations.addresses", "v1.organizations.details", "v1.contracts"),
    "v1.tenants.details",
)
OWN_RATES = ("v1.currency-rates", "v2.currency-rates")
V2_RATES = (
    "v2.currency-rates",
    "v2.partners.currency-rates.summary",
    "v2.partners.currency-rates",
)
LISTS = (*V1_MASTER, "v1.currency-rates", *V2_RATES)
VENDOR_RAW = ("v1.vendor-raw", "v1.vendor-raw.summary")  # asked for by name, never by default
READING = (*V1_GENERAL, *V2_INVOICES, *V2_ROWS, SUMMARIES)
ENDPOINTS = (*V1_GENERAL, *V1_PREVIEW, *V2_INVOICES, *V2_PREVIEW, *V2_ROWS, SUMMARIES, *BILLING)
VERSION_USAGE = "billing.admin"  # usage of the Billing API's versions; opens no line
MANAGE, ADMIN = "manage", "admin"  # the scope of the management API, and the one role that has it
MOVES = ("verify", "issue", "pay", "card-error")
# whom a role may ask about as a partner of its organization
ANY, BUYERS, CUSTOMERS, NOBODY = "any", "buyers", "customers", "nobody"
OPERATIONS = tuple(f"operations.{move}" for move in MOVES)  # asked for by name, never by default
GATEWAY = "paymentGateway"  # a payment provider: says that invoices are paid, reads nothing
SCOPES = (*ENDPOINTS, *LISTS, *VENDOR_RAW, VERSION_USAGE, MANAGE, *OPERATIONS)


@dataclass(frozen=True)
class Role:
    """What a documented role name stands for (reporting-api.md 9)."""

    sees_cost: bool
    previews: str
    endpoints: tuple[str, ...]  # what a new key opens unless told otherwise
    reads_vendor_rows: bool = False  # of vendor invoices that its organization consumes
    partners: str = NOBODY


ROLES = {
    "distributorAdmin": Role(
        sees_cost=True,
        previews=SOLD,
        endpoints=(*V1_GENERAL, *V1_PREVIEW, *V2_RATES, *BILLING),  # documented; others by name
        reads_vendor_rows=True,
        partners=ANY,
    ),
    "sellerAdmin": Role(
        sees_cost=True,
        previews=OWNED,
        endpoints=(*READING, *V1_MASTER, *OWN_RATES, *BILLING),
        reads_vendor_rows=True,
        partners=BUYERS,
    ),
    "sellerBillingAdmin": Role(
        sees_cost=True,
        previews=OWNED,
        endpoints=(*READING, *V1_MASTER, *OWN_RATES, *BILLING),
        partners=BUYERS,
    ),
    "accountManager": Role(
        sees_cost=False,
        previews=NOTHING,
        endpoints=(*READING, *V1_MASTER, *SOLD_ONLY),
        partners=CUSTOMERS,
    ),
    "customerBillingAdmin": Role(
        sees_cost=False,
        previews=NOTHING,
        endpoints=(*V1_GENERAL, *V2_OWN, *V2_ROWS, SUMMARIES, *V1_HELD, *BOUGHT),
    ),
    GATEWAY: Role(
        sees_cost=False, previews=NOTHING, endpoints=("operations.pay", "operations.card-error")
    ),
    # staff of the installation: changes reference data, reads no invoice
    ADMIN: Role(sees_cost=False, previews=NOTHING, endpoints=(MANAGE, VERSION_USAGE)),
}
# who may move an invoice (reporting-api.md 8.1): an owner's or a provider's people, or the gateway
MOVERS = {
    "verify": ("distributorAdmin", "sellerAdmin"),
    "issue": ("distributorAdmin", "sellerAdmin", "sellerBillingAdmin"),
    "pay": ("distributorAdmin", "sellerAdmin", "sellerBillingAdmin", GATEWAY),
    "card-error": (GATEWAY,),
}
# which endpoints of the Billing API a role may use: what a party pays is its seller's price, and
# an account manager does not see cost
BILLING_ROLES = {
    name: tuple(
        endpoint.removeprefix("billing.")
        for endpoint in role.endpoints
        if endpoint.startswith("billing.")
    )
    for name, role in ROLES.items()
}
