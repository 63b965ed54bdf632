"""The October 2021 month of reporting-api.md 7.1 to 7.4 as files, for the chains told there."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
PERIOD = "2021-10"
HEADER = (
    "PartnerId",
    "CustomerId",
    "CustomerName",
    "CustomerDomainName",
    "InvoiceNumber",
    "OrderDate",
    "ProductId",
    "SkuId",
    "SkuName",
    "ProductName",
    "ChargeType",
    "UnitPrice",
    "Quantity",
    "Subtotal",
    "TaxTotal",
    "Total",
    "Currency",
    "PublisherName",
    "SubscriptionDescription",
    "SubscriptionId",
    "ChargeStartDate",
    "ChargeEndDate",
    "TermAndBillingCycle",
    "EffectiveUnitPrice",
    "UnitType",
    "BillableQuantity",
    "BillingFrequency",
    "PricingCurrency",
    "SubscriptionStartDate",
    "ReferenceId",
    "VendorInvoiceRowId",
)
# vendorInvoiceRowId's number, chargeType, first day, quantity, vendor effective, vendor total
LINES = (
    (1, "new", 1, "10", "3", "30"),
    (2, "removeQuantity", 2, "10", "-2.9", "-29"),
    (3, "removeQuantity", 2, "7", "2.9", "20.3"),
    (4, "addQuantity", 3, "7", "-2.8", "-19.6"),
    (5, "addQuantity", 3, "12", "2.8", "33.6"),
    (6, "removeQuantity", 4, "12", "-2.7", "-32.4"),
    (7, "removeQuantity", 4, "10", "2.7", "27"),
    (8, "removeQuantity", 5, "10", "-2.61", "-26.1"),
    (9, "removeQuantity", 5, "7", "2.61", "18.27"),
    (10, "removeQuantity", 6, "7", "-2.51", "-17.57"),
    (11, "removeQuantity", 6, "5", "2.51", "12.55"),
)
DIRECT = ("microsoft", "reseller", "customer")
FOUR_PARTIES = ("microsoft", "distributor", "reseller", "customer")
ROLES = {"microsoft": "vendor"}


def cells(number: int, charge_type: str, day: int, amounts: tuple[str, str, str]) -> list[str]:
    """Give the cells of one vendor line; `amounts` are quantity, effective unit price, total."""
    quantity, effective, total = amounts
    known = {
        "PartnerId": "partner",
        "CustomerId": "c-1",
        "CustomerName": "Contoso",
        "CustomerDomainName": "contoso.example",
        "InvoiceNumber": "G012345678",
        "OrderDate": f"2021-10-{day:02d}T00:00:00Z",
        "ProductId": "CFQ7TTC0LDPB",
        "SkuId": "0001",
        "SkuName": "Microsoft 365 Business Standard",
        "ProductName": "Microsoft 365 Business Standard",
        "ChargeType": charge_type,
        "UnitPrice": "3",
        "Quantity": quantity,
        "Subtotal": total,
        "TaxTotal": "0",
        "Total": total,
        "Currency": "EUR",
        "PublisherName": "Microsoft",
        "SubscriptionDescription": "Microsoft 365 Business Standard",
        "SubscriptionId": "sub-1",
        "ChargeStartDate": f"2021-10-{day:02d}",
        "ChargeEndDate": "2021-10-31",
        "TermAndBillingCycle": "One-Month commitment for monthly billing",
        "EffectiveUnitPrice": effective,
        "UnitType": "Licenses",
        "BillableQuantity": quantity,
        "BillingFrequency": "Monthly",
        "PricingCurrency": "EUR",
        "SubscriptionStartDate": "2021-10-01",
        "ReferenceId": f"event-{number // 2}",
        "VendorInvoiceRowId": f"oct-{number:02d}",
    }
    return [known[name] for name in HEADER]


def write_vendor_file(path: Path, *, negated: bool = False) -> Path:
    """Write the eleven lines; `negated` turns the sign of every amount."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number, charge_type, day, quantity, effective, total in LINES:
            sign = "-" if negated else ""
            one, all_ = (f"{sign}{t}".replace("--", "") for t in (effective, total))
            writer.writerow(cells(number, charge_type, day, (quantity, one, all_)))
    return path


def write_reference(
    folder: Path,
    *,
    chain: tuple[str, ...],
    rules: dict[int, tuple[str, str]],
    policy: str = "",
    status: str = "verified",
) -> Path:
    """Write reference data for a chain; `rules` gives kind and value by hop."""
    folder.mkdir(parents=True, exist_ok=True)
    roles = {name: name if name != "microsoft" else "vendor" for name in chain}
    _csv(
        folder / "organizations.csv",
        "organization_id,account_no,role,name",
        [(name, str(n), roles[name], name.title()) for n, name in enumerate(chain, 1)],
    )
    _csv(
        folder / "contracts.csv",
        "contract_id,parent_contract_id,purpose,vendor_id,seller_id,buyer_id,currency,"
        "rounding_policy,start_status,valid_from",
        _contracts(chain, policy=policy, status=status),
    )
    last, name = f"c-{len(chain) - 1}", "Microsoft 365 Business Standard"
    _csv(
        folder / "subscriptions.csv",
        "subscription_id,subscription_no,vendor_id,vendor_subscription_id,contract_id,name,"
        "start_date,valid_from",
        [("s-1", "700101", "microsoft", "sub-1", last, name, "2021-10-01", "2021-01-01")],
    )
    _csv(
        folder / "price_rules.csv",
        "rule_id,contract_id,kind,value,currency,valid_from",
        [
            (f"r-{hop}", f"c-{hop}", kind, value, "EUR" if kind == "fixed" else "", "2021-01-01")
            for hop, (kind, value) in rules.items()
        ],
    )
    return folder


def _contracts(chain: tuple[str, ...], *, policy: str, status: str) -> Iterator[tuple[str, ...]]:
    for hop, (seller, buyer) in enumerate(pairwise(chain), 1):
        yield (
            f"c-{hop}",
            f"c-{hop - 1}" if hop > 1 else "",
            "invoice" if hop == len(chain) - 1 else "resell",
            "microsoft",
            seller,
            buyer,
            "EUR",
            policy if hop > 1 else "",
            status if hop > 1 else "verified",
            "2021-01-01",
        )


def _csv(path: Path, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def bill_october(
    folder: Path,
    *,
    chain: tuple[str, ...] = DIRECT,
    rules: dict[int, tuple[str, str]],
    policy: str = "",
    status: str = "verified",
    negated: bool = False,
) -> House:
    """Load and run the month in a fresh store under `folder`."""
    house = open_house(folder / "home")
    upgrade(house.catalog)
    reference = write_reference(
        folder / "reference", chain=chain, rules=rules, policy=policy, status=status
    )
    pipeline.load_reference(house, reference, now=NOW)
    path = write_vendor_file(folder / "october.csv", negated=negated)
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    return house
