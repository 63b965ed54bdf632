"""Two channels of one vendor, and vendor files whose rows are read as they came."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from october import HEADER, LINES, NOW, cells
from serve_case import Place, Visitor

from tieout import pipeline
from tieout.pipeline import Wishes
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

RAW = "/api/v1/reporting/invoices/vendor-raw"
SCOPES = ("v1.vendor-raw", "v1.vendor-raw.summary", "v1.invoice-rows")
Row = dict[str, Any]
VENDOR, TYPE = "microsoft", "Cloud Service Provider"
# contract, the one above, seller, buyer, currency, billing day
CONTRACTS = (
    ("c-1", "", VENDOR, "distributor", "EUR", "23"),
    ("c-2", "c-1", "distributor", "reseller", "EUR", ""),
    ("c-3", "c-2", "reseller", "customer", "EUR", ""),
    ("u-1", "", VENDOR, "distributor", "USD", "22"),
    ("u-2", "u-1", "distributor", "reseller", "USD", ""),
    ("u-3", "u-2", "reseller", "customer", "USD", ""),
    ("x-1", "", VENDOR, "other", "EUR", "23"),
    ("x-2", "x-1", "other", "client", "EUR", ""),
)
SUBSCRIPTIONS = {"sub-1": "c-3", "sub-u": "u-3", "sub-x": "x-2"}
ROLES = {VENDOR: "vendor", "customer": "customer", "client": "customer", "other": "reseller"}
PARTIES = (VENDOR, "distributor", "reseller", "customer", "other", "client")


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def row(number: int, **changed: str) -> list[str]:
    """Give the cells of a line of October, some of them others."""
    _, charge_type, day, *amounts = LINES[number - 1]
    quantity, effective, total = amounts
    found = dict(
        zip(HEADER, cells(number, charge_type, day, (quantity, effective, total)), strict=True)
    )
    return list((found | changed).values())


def month(**changed: str) -> list[list[str]]:
    """Give the cells of the eleven lines, some of them others."""
    return [row(number, **changed) for number in range(1, len(LINES) + 1)]


# in the invoice of both: a line of each, one that waits, one that cannot be read
BOTH = [
    row(1, InvoiceNumber="G-BOTH", VendorInvoiceRowId="own", UnitPrice="3.00", Subtotal="30.00"),
    row(1, InvoiceNumber="G-BOTH", VendorInvoiceRowId="x", SubscriptionId="sub-x"),
    row(1, InvoiceNumber="G-BOTH", VendorInvoiceRowId="lost", SubscriptionId="sub-?"),
    row(1, InvoiceNumber="G-BOTH", VendorInvoiceRowId="torn", ChargeStartDate="31/31/2021"),
]
# as the vendor wrote it: digits, quotes, letters, an empty cell
WRITTEN = {"UnitPrice": "3.000", "Subtotal": " 30.0", "SkuName": 'Größe "M", 日本', "UnitType": ""}
OWN = [
    row(1, InvoiceNumber="G-OWN", VendorInvoiceRowId="own-1", **WRITTEN),
    row(3, InvoiceNumber="G-OWN", VendorInvoiceRowId="own-2", SubscriptionId="sub-?"),
    row(1, InvoiceNumber="G-OWN", VendorInvoiceRowId="own-3", ChargeStartDate="31/31/2021"),
]


def new_house(
    folder: Path,
    *,
    status: str = "verified",
    catalog_url: str | None = None,
    contracts: Sequence[tuple[str, ...]] = CONTRACTS,
) -> House:
    """Make a store that knows both channels; `status` is what invoices to buyers start in."""
    held = {one[0] for one in contracts}
    subscriptions = {name: last for name, last in SUBSCRIPTIONS.items() if last in held}
    house = open_house(folder / "home", catalog_url=catalog_url)
    upgrade(house.catalog)
    place = folder / "reference"
    place.mkdir()
    names = [
        (name, str(at), ROLES.get(name, name), name.title()) for at, name in enumerate(PARTIES)
    ]
    write(place / "organizations.csv", ("organization_id", "account_no", "role", "name"), names)
    write(
        place / "contracts.csv",
        (
            *("contract_id", "parent_contract_id", "seller_id", "buyer_id", "currency"),
            *("billing_day", "vendor_id", "purpose", "type_name", "valid_from", "start_status"),
        ),
        [(*one, VENDOR, _purpose(one[0]), TYPE, "2021-01-01", status) for one in contracts],
    )
    write(
        place / "subscriptions.csv",
        (
            *("subscription_id", "subscription_no", "vendor_subscription_id", "contract_id"),
            *("vendor_id", "name", "start_date", "valid_from"),
        ),
        [
            (f"our-{name}", str(7000 + at), name, contract, VENDOR, "Suite", *2 * ("2021-01-01",))
            for at, (name, contract) in enumerate(subscriptions.items())
        ],
    )
    write(
        place / "price_rules.csv",
        ("rule_id", "contract_id", "kind", "value", "currency", "valid_from"),
        [
            (f"r-{one[0]}", one[0], "markup", "10", "", "2021-01-01")
            for one in contracts
            if one[2] != VENDOR
        ],
    )
    pipeline.load_reference(house, place, now=NOW)
    return house


def _purpose(contract: str) -> str:
    return "invoice" if contract in SUBSCRIPTIONS.values() else "resell"


def bill(house: House, files: Mapping[str, Sequence[Sequence[str]]], *, period: str) -> None:
    """Load files with these rows as one delivery of a month, and run it."""
    paths = [write(house.home.parent / name, HEADER, rows) for name, rows in files.items()]
    named = [(path.name, path) for path in paths]
    pipeline.load_files(house, named, wishes=Wishes(period=period), now=NOW)
    pipeline.run_period(house, period, now=NOW)


def owner(place: Place, name: str = "distributor", role: str = "distributorAdmin") -> Visitor:
    """Give somebody who may read the vendor's rows."""
    return place.visitor(name, role=role, endpoints=SCOPES)


def raw(visitor: Visitor, number: str, *, party: str = "distributor", **query: Any) -> list[Row]:
    """Read the rows of an invoice."""
    return visitor.rows(party, path=RAW, vendorInvoiceNumber=number, **query)


def summary(visitor: Visitor, party: str = "distributor") -> list[Row]:
    """Read the list of invoices."""
    return visitor.rows(party, path=RAW, after="/summary")
