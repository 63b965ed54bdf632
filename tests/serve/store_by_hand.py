"""A store with one published hop, typed by hand from reporting-api.md 7: no stage computes it."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from october import NOW
from sqlalchemy import insert

from tieout.money import parse_number
from tieout.store import catalog
from tieout.store.house import House, open_house
from tieout.tables import CHARGE, DETAIL_LINE, INVOICE_LINE

INVOICE_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "by hand"))
SELLER, BUYER = "reseller", "customer"


@dataclass(frozen=True)
class Line:
    """One detail line: vendor row id, charge type, class, days, total and what differs."""

    row: str
    charge_type: str
    class_id: int
    days: tuple[str, str]
    total: str
    digits: int | None = None
    cost: str | None = None
    is_usage: bool = False


@dataclass(frozen=True)
class Group:
    """One consolidated line."""

    class_id: int
    days: tuple[str, str]
    total: str
    detail_total: str
    residual: str
    sources: int
    cost: str | None = None
    is_usage: bool = False


@dataclass(frozen=True)
class Hand:
    """One invoice of the reseller to the customer."""

    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    header: tuple[str, str, str]  # total, detail total, residual
    currency: str = "EUR"
    minor_digits: int = 2
    cost_currency: str = "EUR"
    rate: str = "1"
    extra: dict[str, Any] = field(default_factory=dict)
    run: str = "run-1"
    invoice_id: str = INVOICE_ID


def day(text: str) -> dt.date:
    """Read a day."""
    return dt.date.fromisoformat(text)


def build(folder: Path, *hands: Hand) -> House:
    """Write the files and the catalog rows of published runs, each with one invoice."""
    house = open_house(folder / "home")
    catalog.metadata.create_all(house.catalog.engine)
    with house.catalog.write() as connection:
        connection.execute(
            insert(catalog.snapshot).values(snapshot_id=1, created_at="2026-01-01", digest="-")
        )
        for name, role in (
            ("reseller", "reseller"),
            ("customer", "customer"),
            ("other", "customer"),
        ):
            connection.execute(
                insert(catalog.reference["organizations"]).values(
                    from_snapshot=1, organization_id=name, role=role, name=name.title()
                )
            )
    for hand in hands:
        _publish(house, hand)
    return house


def _publish(house: House, hand: Hand) -> None:
    lines, groups = range(len(hand.lines)), range(len(hand.groups))
    kept = [
        _keep(house, "charge", CHARGE, [_charge(hand, n) for n in lines]),
        _keep(house, "detail_line", DETAIL_LINE, [_detail(hand, n) for n in lines]),
        _keep(house, "invoice_line", INVOICE_LINE, [_line(hand, n) for n in groups]),
    ]
    with house.catalog.write() as connection:
        connection.execute(
            insert(catalog.run).values(
                run_id=hand.run,
                period="2026-01",
                is_current=1,
                snapshot_id=1,
                created_at="2026-02-01",
                input_digest="-",
                output_digest="-",
                certificate="{}",
                summary="{}",
            )
        )
        for one in kept:
            connection.execute(insert(catalog.lake_file).values(**one, owner_id=hand.run))
        connection.execute(insert(catalog.invoice).values(**_invoice(hand)))


def _keep(house: House, kind: str, schema: pa.Schema, rows: list[dict[str, Any]]) -> dict[str, Any]:
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    with house.lake.draft() as path:
        pq.write_table(pa.Table.from_pylist(full, schema=schema), path)
        made = house.lake.keep(path, kind=kind, rows=len(rows), hop=2)
    return {
        "owner_kind": "run",
        "kind": kind,
        "path": made.path,
        "hop": 2,
        "rows": made.rows,
        "size": made.size,
        "sha256": made.sha256,
        "sums": "{}",
    }


def _shared(hand: Hand) -> dict[str, Any]:
    return {
        "hop": 2,
        "seller_id": SELLER,
        "buyer_id": BUYER,
        "contract_id": "c-2",
        "vendor": "microsoft",
        "currency": hand.currency,
        "subscription_id": "s-1",
        "customer_id": BUYER,
        "quantity": parse_number("1"),
        "cost_currency": hand.cost_currency,
        "cost_exchange_rate": parse_number(hand.rate),
    }


def _charge(hand: Hand, index: int) -> dict[str, Any]:
    line = hand.lines[index]
    return _shared(hand) | {
        "charge_no": index + 1,
        "file_id": "f",
        "row_number": index + 1,
        "match_key": f"mk_{line.row}",
        "vendor_invoice_row_id": line.row,
        "charge_type": line.charge_type,
        "charge_kind": "other",
        "charge_type_id": line.class_id,
        "is_usage": line.is_usage,
        "charge_start_date": day(line.days[0]),
        "charge_end_date": day(line.days[1]),
    }


def _detail(hand: Hand, index: int) -> dict[str, Any]:
    line = hand.lines[index]
    total, cost = parse_number(line.total), parse_number(line.cost or line.total)
    return _shared(hand) | {
        "charge_no": index + 1,
        "unit_price": total,
        "effective_unit_price": total,
        "total_price": total,
        "total_price_digits": line.digits,
        "policy": "hop-exact@1",
        "cost_effective_unit_price": cost,
        "cost_total_price": cost,
    }


def _line(hand: Hand, index: int) -> dict[str, Any]:
    group = hand.groups[index]
    total, cost = parse_number(group.total), parse_number(group.cost or group.total)
    return _shared(hand) | {
        "invoice_id": hand.invoice_id,
        "row_id": str(uuid.uuid5(uuid.UUID(hand.invoice_id), str(index))),
        "charge_type_id": group.class_id,
        "is_usage": group.is_usage,
        "line_no": index + 1,
        "charge_start_date": day(group.days[0]),
        "charge_end_date": day(group.days[1]),
        "unit_price": total,
        "total_price": total,
        "detail_total": parse_number(group.detail_total),
        "rounding_residual": parse_number(group.residual),
        "source_line_count": group.sources,
        "cost_unit_price": cost,
        "cost_total_price": cost,
    }


def _invoice(hand: Hand) -> dict[str, Any]:
    total, detail_total, residual = hand.header
    return {
        "invoice_id": hand.invoice_id,
        "run_id": hand.run,
        "period": "2026-01",
        "hop": 2,
        "seller_id": SELLER,
        "seller_name": "Reseller",
        "buyer_id": BUYER,
        "buyer_name": "Customer",
        "contract_id": "c-2",
        "vendor_id": "microsoft",
        "vendor_name": "Microsoft",
        "currency": hand.currency,
        "minor_digits": hand.minor_digits,
        "invoice_number": "R-1",
        "invoice_date": "2026-02-01",
        "document_type": "Invoice",
        "status_id": 1,
        "total_amount": total,
        "detail_total": detail_total,
        "rounding_residual": residual,
        "row_count": len(hand.groups),
        "detail_count": len(hand.lines),
        "input_digest": "-",
        "output_digest": "-",
        "changed_at": NOW.isoformat(),
        "revision": 1,
    } | hand.extra
