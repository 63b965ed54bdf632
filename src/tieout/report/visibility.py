"""Who sees which invoices, and whether cost shows: the one rule that every reader goes through."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from tieout.store.catalog import invoice, run, summary_invoice
from tieout.store.database import Catalog

GENERAL = (1, 2, 3, 4)
PREVIEW = (0, 6)
OWNER_HOP = 2  # who sells at hop 2 bought at hop 1 and so owns the channel
NOTHING, OWNED, SOLD = "nothing", "owned", "sold"
DIRECTIONS = ("incoming", "outgoing", "all")
SHOWN_RUN = func.coalesce(invoice.c.shown_run_id, invoice.c.run_id)

_COPIED = (
    *("run_id", "period", "invoice_id", "hop", "seller_id", "seller_name", "buyer_id"),
    *("buyer_name", "contract_id", "contract_type_name", "vendor_id", "vendor_name", "currency"),
    *("minor_digits", "invoice_number", "invoice_date", "due_date", "document_type", "status_id"),
    *("total_amount", "detail_total", "rounding_residual", "row_count", "detail_count"),
    *("cost_amount", "cost_currency", "margin_amount", "input_digest", "output_digest"),
    *(
        "tax_zone",
        "tax_rate",
        "description",
        "payment_terms_days",
        "verified_at",
        "issued_at",
        "changed_at",
        "revision",
        "source_id",
        "credits_invoice_id",
        "order_id",
        "order_number",
        "summary_id",
    ),
)
_INTEGERS = (
    *("hop", "minor_digits", "status_id", "row_count", "detail_count", "payment_terms_days"),
    *("revision", "snapshot_id", "source_id"),
)

VISIBLE_INVOICE = pa.schema(
    [
        pa.field("ordinal", pa.int64()),  # 1 to n by invoice date and id
        pa.field("invoice_bytes", pa.binary()),  # the invoice id as the 16 bytes of a UUID
        pa.field("direction", pa.string()),  # as the viewer sees it: incoming or outgoing
        pa.field("cost_visible", pa.bool_()),
        pa.field("vendor_invoice_visible", pa.bool_()),
        *(
            pa.field(name, pa.int64() if name in _INTEGERS else pa.string())
            for name in ("snapshot_id", "shown_run_id", *_COPIED)
        ),
    ]
)


@dataclass(frozen=True)
class Viewer:
    """Whose eyes are used, and what the role of the key adds.

    `previews` is `nothing`, `owned` (sales of the channel's owner) or `sold` (every own sale).
    """

    organization_id: str
    sees_cost: bool
    previews: str = NOTHING


@dataclass(frozen=True)
class Wanted:
    """Which of the visible invoices are asked for; dates are ISO text, both ends included."""

    statuses: Sequence[int] = GENERAL
    direction: str = "all"
    partner_id: str | None = None  # the other side of the hop
    invoice_id: str | None = None
    invoice_number: str | None = None
    currency: str | None = None
    date_from: str | None = None
    date_till: str | None = None
    changed_since: str | None = None  # a moment as the catalog writes it, included


def visible_invoices(catalog: Catalog, viewer: Viewer, *, wanted: Wanted) -> pa.Table:
    """Give the invoices (VISIBLE_INVOICE) in the order of reporting-api.md 2.3.

    Both sides of a hop see it from Verified on; before that only the channel's owner, or whoever
    sells it where previews are shared. Cost shows to the seller of the hop if the role may see it;
    the vendor's invoice number to the channel's owner alone; the summary that an invoice is joined
    in to its buyer once that is verified.
    """
    with catalog.read() as connection:
        found = connection.execute(_query(viewer, wanted)).mappings().all()
    return pa.Table.from_pylist(
        [_row(record, viewer, ordinal=ordinal) for ordinal, record in enumerate(found, start=1)],
        schema=VISIBLE_INVOICE,
    )


def has_invoice(catalog: Catalog, viewer: Viewer, *, wanted: Wanted) -> bool:
    """Tell whether any of the visible invoices is one that is asked for."""
    query = select(invoice.c.invoice_id).join(run, run.c.run_id == SHOWN_RUN)
    with catalog.read() as connection:
        found = connection.execute(query.where(*_conditions(viewer, wanted)).limit(1)).first()
    return found is not None


def _query(viewer: Viewer, wanted: Wanted) -> Select[Any]:
    columns = [invoice.c[name] for name in _COPIED]
    return (
        select(
            *columns,
            run.c.snapshot_id,
            SHOWN_RUN.label("shown_run_id"),
            summary_invoice.c.status_id.label("summary_status"),
        )
        .join(run, run.c.run_id == SHOWN_RUN)
        .outerjoin(summary_invoice, summary_invoice.c.summary_id == invoice.c.summary_id)
        .where(*_conditions(viewer, wanted))
        .order_by(invoice.c.invoice_date, invoice.c.invoice_id)
    )


def _conditions(viewer: Viewer, wanted: Wanted) -> list[ColumnElement[bool]]:
    return [_in_reach(viewer, wanted), _in_direction(viewer, wanted), *_filters(wanted)]


def _in_reach(viewer: Viewer, wanted: Wanted) -> ColumnElement[bool]:
    sells = invoice.c.seller_id == viewer.organization_id
    buys = invoice.c.buyer_id == viewer.organization_id
    general = [status for status in wanted.statuses if status in GENERAL]
    preview = [status for status in wanted.statuses if status in PREVIEW]
    owned = or_(and_(sells, invoice.c.hop == OWNER_HOP), and_(buys, invoice.c.hop == 1))
    drafts = {NOTHING: false(), OWNED: owned, SOLD: or_(sells, owned)}[viewer.previews]
    return or_(
        and_(invoice.c.status_id.in_(general), or_(sells, buys)),
        and_(invoice.c.status_id.in_(preview), run.c.is_current == 1, drafts),
    )


def _in_direction(viewer: Viewer, wanted: Wanted) -> ColumnElement[bool]:
    sells = invoice.c.seller_id == viewer.organization_id
    buys = invoice.c.buyer_id == viewer.organization_id
    return {"outgoing": sells, "incoming": buys, "all": or_(sells, buys)}[wanted.direction]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    pairs = (
        (invoice.c.invoice_id, wanted.invoice_id),
        (invoice.c.invoice_number, wanted.invoice_number),
        (invoice.c.currency, wanted.currency),
    )
    chosen = [column == value for column, value in pairs if value is not None]
    if wanted.partner_id is not None:
        sides = (invoice.c.seller_id, invoice.c.buyer_id)
        chosen.append(or_(*(side == wanted.partner_id for side in sides)))
    if wanted.date_from is not None:
        chosen.append(invoice.c.invoice_date >= wanted.date_from)
    if wanted.date_till is not None:
        chosen.append(invoice.c.invoice_date <= wanted.date_till)
    if wanted.changed_since is not None:
        chosen.append(invoice.c.changed_at >= wanted.changed_since)
    return chosen


def _row(record: Mapping[Any, Any], viewer: Viewer, *, ordinal: int) -> dict[str, Any]:
    """Add what the viewer is to the invoice, and leave out the cost it may not see."""
    sells = record["seller_id"] == viewer.organization_id
    cost_visible = sells and viewer.sees_cost
    row = dict(record)
    if not cost_visible:
        row |= dict.fromkeys(("cost_amount", "cost_currency", "margin_amount", "input_digest"))
    if row.pop("summary_status") not in GENERAL and not sells:
        row["summary_id"] = None
    return row | {
        "ordinal": ordinal,
        "invoice_bytes": uuid.UUID(record["invoice_id"]).bytes,
        "direction": "outgoing" if sells else "incoming",
        "cost_visible": cost_visible,
        "vendor_invoice_visible": record["hop"] == (OWNER_HOP if sells else 1),
    }
