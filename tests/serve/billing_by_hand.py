"""Documents of the Billing API typed by hand from billing-api.md: no stage computes them.

A reseller buys from a distributor (hop 1, whose lines carry the ids that the source delivered) and
sells to its customers (hop 2). Every amount is computed here with fractions.
"""

import datetime as dt
import uuid
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from billing_reference import DISTRIBUTOR, RESELLER, reference_rows
from hand_charges import CLASSES, SECRET, Hand, Store, amount_of, match_key, round2
from october import NOW
from sqlalchemy import insert

from tieout.store import catalog
from tieout.store.house import House, open_house
from tieout.store.migrations import NEWEST, bring_to
from tieout.store.resources import RESOURCES
from tieout.tables import CHARGE, DETAIL_LINE, INVOICE_LINE


def build(folder: Path, store: Store, *, catalog_url: str | None = None) -> House:
    """Write the files and catalog rows of one published run."""
    house = open_house(folder / "home", catalog_url=catalog_url)
    if catalog_url is None:
        catalog.metadata.create_all(house.catalog.engine)
    else:  # with what migrations alone make
        with house.catalog.write() as connection:
            bring_to(connection, NEWEST)
    reference = reference_rows(store.reference)
    kept = [
        _keep(house, "run", "charge", [_charge(store, n) for n in range(len(store.lines))], CHARGE)
    ]
    details = [
        _detail(store, index, is_sale=is_sale)
        for is_sale in (False, True)
        for index, line in enumerate(store.lines)
        if (line.sale is not None if is_sale else line.bought)
    ]
    kept.append(_keep(house, "run", "detail_line", details, DETAIL_LINE))
    invoices, lines = _invoices(store)
    kept.append(_keep(house, "run", "invoice_line", lines, INVOICE_LINE))
    for resource, rows in reference.items():
        schema = pa.schema([pa.field(name, pa.string()) for name in RESOURCES[resource].columns])
        kept.append(_keep(house, "snapshot", f"reference_{resource}", rows, schema))
    with house.catalog.write() as connection:
        for table, values in (
            (catalog.setting, {"name": "match_key_secret", "value": SECRET.decode()}),
            (catalog.snapshot, {"snapshot_id": 1, "created_at": "2026-01-01", "digest": "-"}),
        ):
            connection.execute(insert(table).values(**values))
        for resource, rows in reference.items():
            for row in rows:
                connection.execute(
                    insert(catalog.reference[resource]).values(from_snapshot=1, **row)
                )
        connection.execute(insert(catalog.run).values(**_run()))
        for one in kept:
            connection.execute(insert(catalog.lake_file).values(**one))
        for invoice in invoices:
            connection.execute(insert(catalog.invoice).values(**invoice))
    return house


def _keep(
    house: House, owner: str, kind: str, rows: list[dict[str, Any]], schema: pa.Schema
) -> dict[str, Any]:
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    with house.lake.draft() as path:
        pq.write_table(pa.Table.from_pylist(full, schema=schema), path)
        made = house.lake.keep(path, kind=kind, rows=len(rows))
    return {
        "owner_kind": owner,
        "owner_id": "run-1" if owner == "run" else "1",
        "kind": kind,
        "path": made.path,
        "rows": made.rows,
        "size": made.size,
        "sha256": made.sha256,
        "sums": "{}",
    }


def _run() -> dict[str, Any]:
    return {
        "run_id": "run-1",
        "period": "2026-06",
        "is_current": 1,
        "snapshot_id": 1,
        "created_at": "2026-07-01",
        "input_digest": "-",
        "output_digest": "-",
        "certificate": "{}",
        "summary": "{}",
    }


def _decimal(value: Fraction | str) -> Decimal:
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("1e-18"))


def _account(store: Store, line: Hand) -> str:
    rows = reference_rows(store.reference)["subscriptions"]
    row = next(row for row in rows if row["subscription_no"] == line.subscription)
    return str(row["contract_id"]).removeprefix("c-")


def _charge(store: Store, index: int) -> dict[str, Any]:
    line = store.lines[index]
    return {
        "charge_no": index + 1,
        "subscription_id": f"s-{line.subscription}",
        "customer_id": f"customer-{_account(store, line)}",
        "file_id": "f",
        "row_number": index + 1,
        "match_key": line.key or match_key(line.line),
        "vendor_invoice_number": "V-2026-06-0001",
        "vendor_invoice_row_id": str(line.line),
        "sku_id": line.sku,
        "description": line.description or f"Charge {line.line}",
        "order_id": line.order,
        "charge_type": line.kind,
        "charge_kind": line.slot or (line.kind if line.kind in ("fee", "refund") else "cycle_fee"),
        "charge_type_id": CLASSES.get(line.kind, 3),
        "is_usage": line.kind == "usage",
        "charge_start_date": dt.date.fromisoformat(line.days[0]),
        "charge_end_date": dt.date.fromisoformat(line.days[1]),
        "cycle_start": dt.date.fromisoformat(
            line.days[0] if line.kind == "one_time" else line.days[0][:8] + "01"
        ),
        "cycle_end": dt.date.fromisoformat(
            line.days[1] if line.kind == "one_time" else line.days[0][:8] + "30"
        ),
        "quantity": _decimal(line.quantity),
    }


def _detail(store: Store, index: int, *, is_sale: bool) -> dict[str, Any]:
    line = store.lines[index]
    account = _account(store, line)
    unit = line.sale if is_sale else line.unit
    discount = Fraction(line.sale_discount if is_sale else line.discount)
    return {
        "hop": 2 if is_sale else 1,
        "seller_id": RESELLER if is_sale else DISTRIBUTOR,
        "buyer_id": f"customer-{account}" if is_sale else RESELLER,
        "contract_id": f"c-{account}" if is_sale else "c-1",
        "currency": "EUR",
        # one invoice per vendor: each purchase document here has a vendor of its own
        "vendor": _vendor(store, line),
        "charge_no": index + 1,
        "unit_price": _decimal(unit or "0"),
        "total_price": _decimal(amount_of(line, is_sale=is_sale)),
        "policy": "vendor",
        "cost_total_price": _decimal("123457.91"),
        "discount_total": _decimal(discount) if discount else None,
        "line_uid": None if is_sale else line.uid,
    }


def _vendor(store: Store, line: Hand) -> str:
    numbers = list(dict.fromkeys(one.document for one in store.lines))
    return "V1" if line.document == numbers[0] else f"V{numbers.index(line.document) + 1}"


def _invoices(store: Store) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the catalog rows of the documents, and their consolidated lines."""
    grouped: dict[tuple[int, str, str], list[Hand]] = defaultdict(list)
    for line in store.lines:
        vendor = _vendor(store, line)
        if line.bought:
            grouped[1, vendor, RESELLER].append(line)
        if line.sale is not None:
            grouped[2, vendor, f"customer-{_account(store, line)}"].append(line)
    invoices, lines = [], []
    sold = 911
    for (hop, vendor, buyer), members in sorted(grouped.items()):
        sold += hop == 2
        number = members[0].document if hop == 1 else f"R-2026-{sold:06d}"
        invoice_id = str(uuid.uuid5(uuid.NAMESPACE_URL, number))
        by_class: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
        for line in members:
            one = (f"s-{line.subscription}", CLASSES.get(line.kind, 3))
            by_class[one] += amount_of(line, is_sale=hop == 2)
        control = store.controls.get(number)
        total = sum(by_class.values(), Fraction(0))
        printed = Fraction(control) if control else total
        for place, ((name, class_id), amount) in enumerate(by_class.items(), 1):
            shown = round2(amount) - (total - printed if place == 1 else 0)
            lines.append(
                _invoice_line(invoice_id, hop, (name, class_id), place=place)
                | {"seller_id": RESELLER if hop == 2 else DISTRIBUTOR, "buyer_id": buyer}
                | {"total_price": _decimal(shown), "detail_total": _decimal(amount)}
                | {"unit_price": _decimal(shown), "rounding_residual": _decimal(shown - amount)}
            )
        given = store.documents.get(number, {})
        invoices.append(
            _invoice(number, invoice_id, hop=hop, vendor=vendor, buyer=buyer)
            | {"detail_total": str(_decimal(total)) if control is None else control}
            | {"tax_rate": store.vendor_tax, "detail_count": len(members), **given}
        )
    return invoices, lines


def _invoice_line(
    invoice_id: str, hop: int, what: tuple[str, int], *, place: int
) -> dict[str, Any]:
    return (
        {
            "invoice_id": invoice_id,
            "row_id": str(uuid.uuid5(uuid.UUID(invoice_id), str(place))),
            "hop": hop,
            "currency": "EUR",
            "subscription_id": what[0],
            "charge_type_id": what[1],
            "line_no": place,
            "quantity": Decimal(1),
            "source_line_count": 1,
        }
        | dict.fromkeys(("vendor", "contract_id", "customer_id"), "-")
        | {"is_usage": False}
    )


def _invoice(number: str, invoice_id: str, *, hop: int, vendor: str, buyer: str) -> dict[str, Any]:
    return {
        "invoice_id": invoice_id,
        "run_id": "run-1",
        "period": "2026-06",
        "hop": hop,
        "seller_id": RESELLER if hop == 2 else DISTRIBUTOR,
        "seller_name": "-",
        "buyer_id": buyer,
        "buyer_name": "-",
        "contract_id": f"c-{buyer.removeprefix('customer-')}" if hop == 2 else "c-1",
        "vendor_id": vendor,
        "vendor_name": vendor,
        "currency": "EUR",
        "minor_digits": 2,
        "invoice_number": number,
        "invoice_date": "2026-07-23",
        "due_date": "2026-08-06",
        "document_type": "Invoice",
        "status_id": 1,
        "total_amount": "0",
        "rounding_residual": "0",
        "row_count": 1,
        "input_digest": "-",
        "output_digest": "-",
        "tax_zone": "NL-STD",
        "payment_terms_days": 14,
        "changed_at": NOW.isoformat(),
        "revision": 1,
    }
