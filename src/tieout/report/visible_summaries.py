"""Who sees which summary invoices: the provider all of its own, the consumer from Verified on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import and_, or_, select

from tieout.report.visibility import GENERAL, Viewer
from tieout.store.catalog import summary_invoice
from tieout.store.database import Catalog
from tieout.store.summaries import joined_ids
from tieout.store.workflow import STATUS_NAMES

_TEXTS = (
    *("summary_id", "summary_number", "invoice_date", "status", "seller_id", "buyer_id"),
    *("currency", "total_amount", "rounding_residual", "invoice_ids", "skipped"),
)
_INTEGERS = ("ordinal", "status_id", "minor_digits", "included_count", "skipped_count", "revision")

VISIBLE_SUMMARY = pa.schema(  # `invoice_ids` and `skipped` are JSON
    [
        *(pa.field(name, pa.string()) for name in _TEXTS),
        *(pa.field(name, pa.int64()) for name in _INTEGERS),
        *(pa.field(name, pa.bool_()) for name in ("is_provider", "cost_visible")),
    ]
)


@dataclass(frozen=True)
class SummariesWanted:
    """Which summaries are asked for; dates are ISO text, both ends included."""

    date_from: str | None = None
    date_till: str | None = None
    summary_id: str | None = None


def visible_summaries(catalog: Catalog, viewer: Viewer, *, wanted: SummariesWanted) -> pa.Table:
    """Give the summaries (VISIBLE_SUMMARY) by date and id.

    What was skipped shows where cost does, and of the provider's own invoices only.
    """
    table = summary_invoice.c
    query = select(summary_invoice).where(
        or_(
            table.seller_id == viewer.organization_id,
            and_(table.buyer_id == viewer.organization_id, table.status_id.in_(GENERAL)),
        ),
    )
    if wanted.date_from is not None:
        query = query.where(table.invoice_date >= wanted.date_from)
    if wanted.date_till is not None:
        query = query.where(table.invoice_date <= wanted.date_till)
    if wanted.summary_id is not None:
        query = query.where(table.summary_id == wanted.summary_id)
    with catalog.read() as connection:
        found = connection.execute(query.order_by(table.invoice_date, table.summary_id)).mappings()
        rows = [dict(row) for row in found]
        joined = joined_ids(connection, [row["summary_id"] for row in rows])
    return pa.Table.from_pylist(
        [
            _row(row, viewer, invoice_ids=joined[row["summary_id"]]) | {"ordinal": ordinal}
            for ordinal, row in enumerate(rows, start=1)
        ],
        schema=VISIBLE_SUMMARY,
    )


def _row(record: Mapping[str, Any], viewer: Viewer, *, invoice_ids: list[str]) -> dict[str, Any]:
    """Give a summary as the viewer sees it."""
    sells = record["seller_id"] == viewer.organization_id
    own = [one for one in json.loads(record["skipped"]) if one["providerId"] == record["seller_id"]]
    skipped = [{name: one[name] for name in ("invoiceId", "reason")} for one in own]
    shown = {name: record[name] for name in VISIBLE_SUMMARY.names if name in record}
    return shown | {
        "status": STATUS_NAMES[record["status_id"]],
        "invoice_ids": json.dumps(invoice_ids, separators=(",", ":")),
        "skipped": json.dumps(skipped, separators=(",", ":")),
        "skipped_count": len(skipped),
        "is_provider": sells,
        "cost_visible": sells and viewer.sees_cost,
    }
