"""A generated month as files: its reference data and what the vendor sends."""

import csv
from collections.abc import Collection, Iterable
from pathlib import Path
from random import Random
from typing import NamedTuple

from channel import DAYS, LICENCE, MONTH, USAGE, VENDOR, Hop, Line, Month, text

HEADER = (
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
    "BillableQuantity",
    "BillingFrequency",
    "SubscriptionStartDate",
    "ReferenceId",
)


class Place(NamedTuple):
    """A hop with its place in its chain, counted from 0."""

    hop: Hop
    n: int
    chain: tuple[Hop, ...]


def write_month(
    month: Month, folder: Path, *, order: Random | None = None, parts: int = 1
) -> list[Path]:
    """Write reference data to `folder`/reference and the vendor file in `parts`; give its parts."""
    _write_reference(month, folder / "reference")
    rows = [_cells(line) for line in month.lines]
    if order is not None:
        order.shuffle(rows)
    paths = []
    for n in range(parts):
        paths.append(folder / f"vendor-{n}-{'s' if order else 'a'}.csv")
        _csv(paths[-1], HEADER, rows[n::parts])
    return [path for path in paths if path.read_text().count("\n") > 1]


def _cells(line: Line) -> list[str]:
    known = {
        "CustomerId": line.subscription,
        "InvoiceNumber": f"G1-{line.currency}",
        "ProductId": "P",
        "SkuId": "0001",
        "ChargeType": line.charge_type,
        "UnitPrice": text(line.unit),
        "Quantity": text(line.quantity),
        "Subtotal": text(line.total),
        "TaxTotal": "0",
        "Total": text(line.total),
        "Currency": line.currency,
        "PublisherName": "Microsoft",
        "SubscriptionDescription": "Azure plan",
        "SubscriptionId": line.subscription,
        "ChargeStartDate": f"{MONTH}-{line.start:02d}",
        "ChargeEndDate": f"{MONTH}-{DAYS}",
        "TermAndBillingCycle": "1 Hour" if line.class_id == USAGE else LICENCE,
        "EffectiveUnitPrice": text(line.effective),
        "BillableQuantity": text(line.quantity),
        "BillingFrequency": "" if line.class_id == USAGE else "Monthly",
        "SubscriptionStartDate": f"{MONTH}-01",
    }
    return [known.get(name, "") for name in HEADER]


def _write_reference(month: Month, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    places = {
        hop.contract_id: Place(hop, n, chain)
        for chain in month.chains.values()
        for n, hop in enumerate(chain)
    }
    _write_parties(month, places.values(), folder)
    _write_subscriptions(month, folder)
    _write_prices(places.values(), folder)


def _write_parties(month: Month, places: Collection[Place], folder: Path) -> None:
    parties = {party for hop, _, _ in places for party in (hop.seller, hop.buyer)}
    role = {VENDOR: "vendor", **dict.fromkeys(month.chains, "customer")}
    _csv(
        folder / "organizations.csv",
        ("organization_id", "role", "name"),
        [[p, role.get(p, "reseller"), p] for p in sorted(parties)],
    )
    _csv(
        folder / "contracts.csv",
        (
            *("contract_id", "parent_contract_id", "purpose", "vendor_id", "seller_id"),
            *("buyer_id", "currency", "valid_from"),
        ),
        [
            [
                hop.contract_id,
                chain[n - 1].contract_id if n else "",
                "invoice" if hop.buyer in month.chains and n else "resell",
                VENDOR,
                hop.seller,
                hop.buyer,
                hop.currency,
                "2020-01-01",
            ]
            for hop, n, chain in places
        ],
    )


def _write_subscriptions(month: Month, folder: Path) -> None:
    subscriptions = {
        line.subscription: line.chain[-1].contract_id for line in month.lines if line.chain
    }
    _csv(
        folder / "subscriptions.csv",
        (
            *("subscription_id", "vendor_id", "vendor_subscription_id", "contract_id", "name"),
            *("start_date", "valid_from"),
        ),
        [
            [name, VENDOR, name, contract, name, f"{MONTH}-01", "2020-01-01"]
            for name, contract in subscriptions.items()
        ],
    )


def _write_prices(places: Collection[Place], folder: Path) -> None:
    _csv(
        folder / "price_rules.csv",
        ("rule_id", "contract_id", "kind", "value", "currency", "valid_from"),
        [
            [
                f"rule-{hop.contract_id}",
                hop.contract_id,
                hop.kind,
                "" if hop.kind == "pass_through" else text(hop.value),
                hop.currency if hop.kind == "fixed" else "",
                "2020-01-01",
            ]
            for hop, n, _ in places
            if n
        ],
    )
    rates = {
        (hop.seller, chain[n - 1].currency, hop.currency): hop.rate
        for hop, n, chain in places
        if (n and hop.rate != 1) or (n and hop.currency != chain[n - 1].currency)
    }
    _csv(
        folder / "exchange_rates.csv",
        ("organization_id", "from", "to", "source", "base_rate", "date"),
        [
            [seller, one, other, "ECB", text(rate), "2026-03-29"]
            for (seller, one, other), rate in rates.items()
        ],
    )


def _csv(path: Path, header: Iterable[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
