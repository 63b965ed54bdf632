"""F-OCT and F-ORDER of reporting-api.md 7 in one vendor invoice, billed on either catalog."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from october import DIRECT, HEADER, LINES, NOW, PERIOD, cells, write_reference
from sqlalchemy import select

from tieout import pipeline
from tieout.pipeline import Word
from tieout.store.catalog import invoice
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

OUT = {"direction": "outgoing"}
ANNA = Word(by="anna", now=NOW, reason="asked")
RECOMPUTE = Path(__file__).parents[2] / "bench" / "recompute.py"
# subscription, charge type, quantity, price, total, perhaps another order
ITEMS = (
    ("one-1", "Purchase", "5", "299", "1495.00"),
    ("one-2", "new", "3", "49.90", "149.70"),
)
ORDER = "v-order-1"  # what the vendor prints; the order is SO-1001
ORDERS = "order_id,order_number,vendor_order_id,contract_id,date,po_number,invoice_per_order"
CREATED = f"o-1,SO-1001,{ORDER},c-2,2021-10-15,PO-55,yes"


def write_vendor_file(
    path: Path,
    *,
    items: tuple[tuple[str, ...], ...] = ITEMS,
    seats: bool = True,
    number: str = "G012345678",
    month: str = "10",
) -> Path:
    """Write the lines of October, and those of the order in some month."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([*HEADER, "OrderId"])
        for place, charge_type, day, *amounts in LINES if seats else ():
            quantity, effective, total = amounts
            writer.writerow([*cells(place, charge_type, day, (quantity, effective, total)), ORDER])
        for place, (subscription, charge_type, quantity, price, total, *order) in enumerate(
            items, 1
        ):
            known = dict(
                zip(HEADER, cells(20, charge_type, 15, (quantity, price, total)), strict=True)
            )
            known |= {
                "InvoiceNumber": number,
                "ProductId": "DG7GMGF0D7FX",
                "SkuName": "Visio Professional 2021",
                "ProductName": "Visio Professional 2021",
                "UnitPrice": price.removeprefix("-"),
                "SubscriptionId": subscription,
                "ChargeStartDate": f"2021-{month}-15",
                "ChargeEndDate": "",
                "TermAndBillingCycle": "",
                "BillingFrequency": "OneTime",
                "ReferenceId": "",
                "VendorInvoiceRowId": f"order-{place:02d}",
            }
            writer.writerow([*(known[name] for name in HEADER), *(order or [ORDER])])
    return path


def write_orders(
    folder: Path,
    *,
    orders: tuple[str, ...] = (CREATED,),
    chain: tuple[str, ...] = DIRECT,
    rules: dict[int, tuple[str, str]] | None = None,
    status: str = "new",
    named: str = "",
) -> Path:
    """Write reference data; `named` is the order that the items' subscriptions name."""
    given = rules or dict.fromkeys(range(2, len(chain)), ("pass_through", ""))
    write_reference(folder, chain=chain, rules=given, status=status)
    subscriptions = folder / "subscriptions.csv"
    header, *rows = subscriptions.read_text().splitlines()
    last = f"c-{len(chain) - 1}"
    rows = [f"{row}," for row in rows]
    rows += [
        f"s-{item[0]},70020{n},microsoft,{item[0]},{last},Visio {n},2021-10-15,2021-01-01,{named}"
        for n, item in enumerate(ITEMS, 1)
    ]
    subscriptions.write_text("\n".join([f"{header},order_id", *rows, ""]))
    (folder / "orders.csv").write_text("\n".join([ORDERS, *orders, ""]))
    return folder


def bill_orders(
    folder: Path,
    *,
    catalog_url: str | None = None,
    items: tuple[tuple[str, ...], ...] = ITEMS,
    orders: tuple[str, ...] = (CREATED,),
    chain: tuple[str, ...] = DIRECT,
    rules: dict[int, tuple[str, str]] | None = None,
    status: str = "new",
    named: str = "",
) -> House:
    """Load and run the month in a fresh store under `folder`."""
    house = open_house(folder / "home", catalog_url=catalog_url)
    upgrade(house.catalog)
    reference = write_orders(
        folder / "reference", orders=orders, chain=chain, rules=rules, status=status, named=named
    )
    pipeline.load_reference(house, reference, now=NOW)
    path = write_vendor_file(folder / "october.csv", items=items)
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    return house


def told(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Give some fields of rows."""
    return [tuple(row[name] for name in names) for row in rows]


def headers_of(house: House, *, hop: int = 2) -> list[dict[str, Any]]:
    """Give the headers that the run made at a hop, that of the order last."""
    query = select(invoice).where(invoice.c.hop == hop, invoice.c.source_id == 1)
    with house.catalog.read() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return sorted(rows, key=lambda row: row["order_id"] or "")


def agrees(house: House, folder: Path) -> None:
    """Check the certificate by the script that knows nothing of tieout, and the whole store."""
    assert pipeline.verify_store(house)["invoices"]
    path = folder / "certificate.json"
    path.write_text(json.dumps(pipeline.certificate_of(house, PERIOD)))
    done = subprocess.run(
        [sys.executable, RECOMPUTE, path, house.home / "lake"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.stdout.splitlines()[-1:] == ["agrees"], done.stdout + done.stderr
