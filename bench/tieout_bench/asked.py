"""What the clients of `tieout bench --clients` ask, by whom, and what may be answered."""

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

CUSTOMERS = 20
NOW = dt.datetime(2026, 11, 2, 7, tzinfo=dt.UTC)
V1, V2 = "/api/v1/reporting", "/api/v2/reporting/requesters"
DAYS = "exchangeDateFrom=2026-10-01&exchangeDateTill=2026-10-31"
RANGE = "startDate=20260101&endDate=20261130"


@dataclass(frozen=True)
class Question:
    """One address: `by` is a party or a kind of them; `rows` says what is held of its answers."""

    name: str
    by: str
    path: str
    rows: str = ""  # rows: by invoice; headers: whole months; empty: only what all answers obey
    statuses: tuple[int, ...] = (200,)
    accept_encoding: str = "identity"


QUESTIONS = (
    Question("v1 headers", "reseller", f"{V1}/invoices/invoice-headers/{{party}}", "headers"),
    Question(
        "v1 headers, preview", "distributor", f"{V1}/invoices/invoice-headers/{{party}}/preview"
    ),
    Question("v1 rows", "customer", f"{V1}/invoices/invoice-rows/{{party}}", "rows"),
    Question(
        "v1 rows, all",
        "customer",
        f"{V1}/invoices/invoice-rows/{{party}}?expand=AllDetails",
        "rows",
    ),
    Question("v1 rows, seller", "reseller", f"{V1}/invoices/invoice-rows/{{party}}?limit=500"),
    Question(
        "v1 rows, preview", "distributor", f"{V1}/invoices/invoice-rows/{{party}}/preview", "rows"
    ),
    Question("v1 rows, csv", "customer", f"{V1}/invoices/invoice-rows/{{party}}?format=csv"),
    Question(
        "v1 rows, parquet", "customer", f"{V1}/invoices/invoice-rows/{{party}}?format=parquet"
    ),
    Question("vendor-raw", "distributor", f"{V1}/invoices/vendor-raw/{{party}}/summary"),
    Question(
        "vendor-raw rows",
        "distributor",
        f"{V1}/invoices/vendor-raw/{{party}}?vendorInvoiceNumber=G048812345&limit=200",
    ),
    *(
        Question(f"v1 {name}", by, f"{V1}/{name}/{{party}}?limit=100")
        for name, by in (
            *(("subscriptions", "customer"), ("subscription-events", "customer")),
            *(("offers", "customer"), ("offers/properties", "customer"), ("orders", "customer")),
            *(("orders/items", "customer"), ("organizations", "reseller")),
            *(("organizations/contacts", "reseller"), ("organizations/addresses", "reseller")),
            *(("organizations/details", "reseller"), ("contracts", "reseller")),
            ("tenants/details", "customer"),
        )
    ),
    Question("v1 currency-rates", "reseller", f"{V1}/currency-rates/{{party}}?{DAYS}"),
    Question("v2 headers", "customer", f"{V2}/{{party}}/invoices/headers", "headers"),
    Question(
        "v2 rows",
        "customer",
        f"{V2}/{{party}}/invoices/rows?expand=AllDetails",
        "rows",
        accept_encoding="gzip",
    ),
    Question(
        "v2 partner headers",
        "distributor",
        f"{V2}/{{party}}/partners/reseller-00/invoices/headers",
        "headers",
    ),
    Question("v2 consolidations", "reseller", f"{V2}/{{party}}/invoice-consolidations"),
    Question("v2 currency-rates", "reseller", f"{V2}/{{party}}/currency-rates?{DAYS}"),
    Question("v2 partners' rates", "reseller", f"{V2}/{{party}}/partners/currency-rates/summary"),
    Question("billing invoices", "customer", f"/billing/v4/invoices?{RANGE}&format=json"),
    Question("billing invoices, xml", "customer", f"/billing/v4/invoices?{RANGE}&format=xml"),
    Question(
        "billing customerinvoices",
        "reseller",
        f"/billing/v4/customerinvoices?{RANGE}&format=ndjson&limit=200",
    ),
    Question(
        "billing consolidatedinvoices",
        "reseller",
        f"/billing/v4/consolidatedinvoices?{RANGE}&format=json&limit=200",
    ),
    Question(
        "billing details",
        "customer",
        "/billing/v4/subscriptiondetails?subscriptionId=500000",
        statuses=(200, 404),
    ),
    Question("billing versions", "", "/billing/versions"),
    Question("manage", "admin", "/manage/v1/organizations/reseller-00"),
    Question("health", "", "/health"),
    Question("ready", "", "/ready"),
)


@dataclass(frozen=True)
class Keys:
    """The keys of each kind of party, with the party."""

    of: dict[str, list[tuple[str, str]]]


def make_keys(home: Path) -> Keys:
    """Make keys that open everything their roles may open."""
    from tieout.pipeline import Word  # noqa: PLC0415 - tieout is imported where it is used
    from tieout.serve.access import create_key  # noqa: PLC0415
    from tieout.serve.roles import ENDPOINTS, LISTS, ROLES, VENDOR_RAW  # noqa: PLC0415
    from tieout.store.house import open_house  # noqa: PLC0415

    house, word = open_house(home), Word("bench", NOW)

    def key(role: str, *parties: str) -> str:
        endpoints = (*ENDPOINTS, *LISTS, *VENDOR_RAW) if role != "admin" else ROLES[role].endpoints
        return create_key(
            house.catalog, organizations=parties, role=role, endpoints=endpoints, word=word
        )[1]

    customers = [f"customer-{number:06d}" for number in range(CUSTOMERS)]
    found = {
        "distributor": [("distributor", key("distributorAdmin", "distributor"))],
        "reseller": [("reseller-00", key("sellerAdmin", "reseller-00"))],
        "customer": [(one, key("customerBillingAdmin", one)) for one in customers],
        "admin": [("", key("admin"))],
    }
    house.catalog.close()
    return Keys(found)


def fill(question: Question, keys: Keys, *, draw: random.Random) -> tuple[str, dict[str, str]]:
    """Give the address of a question and its headers, by a party that is drawn by lot."""
    headers = {"Accept-Encoding": question.accept_encoding}
    if not question.by:
        return question.path, headers
    party, key = draw.choice(keys.of[question.by])
    return question.path.format(party=party), headers | {"Authorization": f"Bearer {key}"}
