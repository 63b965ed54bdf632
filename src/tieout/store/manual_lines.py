"""Lines that persons typed onto drafts: each is a row, and none is ever changed or removed."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, insert, select

from tieout.store.catalog import manual_line
from tieout.store.database import next_id

# What the catalog keeps of a line, as the engine reads it: `manual_line` with what it copied from
# the line that it corrects (from `subscription_id` on); `amount` as typed, `content` the SHA-256.
MANUAL_LINE = pa.schema(
    [
        pa.field("line_id", pa.int64()),
        pa.field("hop", pa.int32()),
        *(
            pa.field(name, pa.string())
            for name in (
                *("invoice_id", "seller_id", "buyer_id", "vendor_id", "contract_id", "currency"),
                *("charge_type", "amount", "content", "subscription_id", "customer_id"),
                *("vendor_invoice_number", "customer_domain", "product_id", "sku_id"),
                *("description", "order_id", "order_date", "charge_start_date"),
                *("charge_end_date", "cycle_start", "cycle_end"),
            )
        ),
    ]
)
Typed = Mapping[str, Any]  # a row of `manual_line` as the engine reads it: MANUAL_LINE and how


def record(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a line; call it only as the writer."""
    connection.execute(insert(manual_line).values(**values))


def next_line_id(connection: Connection) -> int:
    """Give the number of the next line."""
    return next_id(connection, manual_line.c.line_id)


def lines_of(
    connection: Connection, *, period: str, line_ids: Collection[int] | None = None
) -> list[Typed]:
    """Give the lines of a period in the order they were typed, perhaps some of them only."""
    wanted = select(manual_line).where(manual_line.c.period == period)
    if line_ids is not None:
        wanted = wanted.where(manual_line.c.line_id.in_(list(line_ids)))
    rows = connection.execute(wanted.order_by(manual_line.c.line_id)).mappings()
    return [opened(dict(row)) for row in rows]


def opened(values: Mapping[str, Any]) -> Typed:
    """Give a row with what it copied in columns of their own, and the hash of its content."""
    names = [column.name for column in manual_line.columns]
    said = json.dumps([values[name] for name in names], ensure_ascii=False)
    copied: dict[str, Any] = json.loads(values["copied"])
    content = hashlib.sha256(said.encode()).hexdigest()
    known = {**copied, **values, "content": content}
    return {**known, **{name: known.get(name) for name in MANUAL_LINE.names}}


def told(line: Typed) -> dict[str, Any]:
    """Give a line as the certificate and the command line tell it."""
    return {
        "lineId": line["line_id"],
        "invoiceId": line["invoice_id"],
        "subscriptionId": line["subscription_id"],
        "chargeType": line["charge_type"],
        "amount": line["amount"],
        "currency": line["currency"],
        "reason": line["reason"],
        "by": line["typed_by"],
        "at": line["typed_at"],
    }
