"""`tieout invoices` and `tieout show`: headers, and one invoice with its rows."""

import datetime as dt
import json
from contextlib import ExitStack
from typing import Any

import click
from sqlalchemy import or_, select

from tieout.errors import NotFound
from tieout.money import written_total
from tieout.report.rows import RowView, define_rows
from tieout.report.visibility import GENERAL, PREVIEW, SOLD, Viewer, Wanted, visible_invoices
from tieout.serve.cli import Shell
from tieout.serve.cli.load import month
from tieout.serve.export.json_text import NUMBER
from tieout.serve.export.stream import open_engine, stream_list
from tieout.serve.reporting.row_json import HEADER, ROW, define_header, headers_sql, rows_sql
from tieout.serve.settings import Surroundings
from tieout.store.catalog import invoice

NUMBERS = {field.name for field in (*HEADER, *ROW) if field.kind == NUMBER}
EXPANDS = ("none", "corrections", "all")


def amounts_as_text(document: bytes) -> list[dict[str, Any]]:
    """Read a JSON list with every amount as the text that was written."""
    rows: list[dict[str, Any]] = json.loads(document, parse_float=str)
    return [
        {
            key: str(value) if key in NUMBERS and isinstance(value, int) else value
            for key, value in row.items()
        }
        for row in rows
    ]


def read_invoice(shell: Shell, name: str, *, expand: str) -> dict[str, Any]:
    """Give one invoice, by id or number, as its seller sees it: header and rows."""
    with shell.house.catalog.read() as connection:
        found = connection.execute(
            select(invoice.c.invoice_id, invoice.c.seller_id).where(
                or_(invoice.c.invoice_id == name, invoice.c.invoice_number == name)
            )
        ).first()
    if found is None:
        raise NotFound(kind="invoice", name=name)
    viewer = Viewer(organization_id=found.seller_id, sees_cost=True, previews=SOLD)
    wanted = Wanted(
        statuses=(*GENERAL, *PREVIEW), direction="outgoing", invoice_id=found.invoice_id
    )
    seen = visible_invoices(shell.house.catalog, viewer, wanted=wanted)
    surroundings = Surroundings(
        shell.house, shell.settings, lambda: dt.datetime.now(dt.UTC), owner=shell.house
    )
    view = RowView(expand=expand)
    documents = []
    for define, sql in ((define_header, headers_sql()), (None, rows_sql(view))):
        stack = ExitStack()
        engine = open_engine(stack, surroundings)
        if define is not None:
            define(engine, seen, requester=found.seller_id)
        else:
            define_rows(engine, shell.house, invoices=seen, view=view)
        documents.append(amounts_as_text(b"".join(stream_list(stack, engine, sql=sql))))
    return {"header": documents[0][0], "rows": documents[1]}


ROW_COLUMNS = {
    "charge": "chargeType",
    "from": "chargeStartDateUtc",
    "to": "chargeEndDateUtc",
    "quantity>": "quantity",
    "unit>": "effectiveUnitPrice",
    "total>": "totalPrice",
}


def row_cells(row: dict[str, Any]) -> list[str]:
    """Give the cells of one row for a table."""
    return [
        str(row[key] if row[key] is not None else "")[: 10 if key.endswith("Utc") else None]
        for key in ROW_COLUMNS.values()
    ]


COLUMNS = {
    "invoiceId": invoice.c.invoice_id,
    "invoiceNumber": invoice.c.invoice_number,
    "period": invoice.c.period,
    "hop": invoice.c.hop,
    "providerId": invoice.c.seller_id,
    "consumerId": invoice.c.buyer_id,
    "totalAmount": invoice.c.total_amount,
    "detailTotal": invoice.c.detail_total,
    "roundingResidual": invoice.c.rounding_residual,
    "currency": invoice.c.currency,
    "statusId": invoice.c.status_id,
    "documentType": invoice.c.document_type,
    "invoiceSourceId": invoice.c.source_id,
    "creditsInvoiceId": invoice.c.credits_invoice_id,
    "orderId": invoice.c.order_id,
    "orderNumber": invoice.c.order_number,
    "invoiceConsolidationId": invoice.c.summary_id,
    "invoiceDate": invoice.c.invoice_date,
    "rowCount": invoice.c.row_count,
    "detailCount": invoice.c.detail_count,
}


@click.command()
@click.option("--period", callback=month, help="Only this month, YYYY-MM.")
@click.pass_obj
def invoices(shell: Shell, *, period: str | None) -> None:
    """List invoices: who bills whom, how much, in which status."""
    query = select(*(column.label(name) for name, column in COLUMNS.items())).order_by(
        invoice.c.period, invoice.c.hop, invoice.c.seller_id, invoice.c.buyer_id, invoice.c.currency
    )
    if period is not None:
        query = query.where(invoice.c.period == period)
    with shell.house.catalog.read() as connection:
        found = [
            {**row, "totalAmount": written_total(row["totalAmount"], row["currency"])}
            for row in connection.execute(query).mappings()
        ]
    if shell.json:
        shell.print_json({"invoices": found})
    shell.table(
        "invoices",
        [
            *("invoice", "type", "number", "order", "hop>", "seller", "buyer"),
            *("total>", "currency", "status>", "lines>"),
        ],
        rows=[
            (
                r["invoiceId"],
                r["documentType"],
                r["invoiceNumber"],
                r["orderNumber"],
                r["hop"],
                r["providerId"],
                r["consumerId"],
                r["totalAmount"],
                r["currency"],
                r["statusId"],
                r["detailCount"],
            )
            for r in found
        ],
    )


@click.command()
@click.argument("name", metavar="INVOICE")
@click.option("--expand", type=click.Choice(EXPANDS), default="none", show_default=True)
@click.pass_obj
def show(shell: Shell, name: str, *, expand: str) -> None:
    """Show one INVOICE, by id or number, as its seller sees it."""
    found = read_invoice(shell, name, expand=expand)
    if shell.json:
        shell.print_json(found)
    header = found["header"]
    total = f"{header['totalAmount']} {header['currency']}"
    shell.say(
        f"{header['invoiceNumber'] or 'draft'} {header['providerName']} to"
        f" {header['consumerName']}, {header['invoiceDate'][:10]}, {header['documentType']},"
        f" {header['status']}: {total}"
    )
    shell.table("rows", list(ROW_COLUMNS), rows=[row_cells(row) for row in found["rows"]])
    shell.say(f"details {header['detailTotal']} + residual {header['roundingResidual']} = {total}")
