"""Vendor invoices in the catalog: which version counts, in which period, and from which files."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, not_, select, update

from tieout.errors import Conflict
from tieout.store.catalog import (
    DRAFTS,
    VENDOR_LINES,
    invoice,
    lake_file,
    load,
    vendor_file,
    vendor_invoice,
)
from tieout.store.house import House

STANDING = ("current", "detail", "estimate")  # states of vendor invoices that count


@dataclass(frozen=True)
class TakenFile:
    """One vendor file that a period takes lines from."""

    file_id: str
    name: str
    format: str
    invoice_numbers: tuple[str, ...]
    vendor_line: Path
    rejected_row: Path | None


def publish(
    connection: Connection, values: Mapping[str, Any], *, detail_formats: Collection[str]
) -> str:
    """Record one vendor invoice of a load, as one format tells it.

    Where one of `detail_formats` and another format tell the same invoice, the other is billed
    (rulings 20); else formats lie side by side. Gives `new`, `copy`, `replaces`, `detail` (kept
    beside a billed one) or `outranks` (billed from now on in the place of its detail). The unbilled
    rows of a month are recorded likewise, under `estimate_name`: previewed, never billed.
    """
    counts = "current" if values["is_billed"] else "estimate"
    values = {name: value for name, value in values.items() if name != "is_billed"}
    gives_way = values["format"] in detail_formats
    named = and_(
        vendor_invoice.c.vendor == values["vendor"],
        vendor_invoice.c.invoice_number == values["invoice_number"],
    )
    same = and_(
        named,
        vendor_invoice.c.format == values["format"],
        vendor_invoice.c.state.in_(STANDING),
    )
    details = vendor_invoice.c.format.in_(sorted(detail_formats))
    other = and_(named, vendor_invoice.c.state == counts, not_(details) if gives_way else details)
    before = connection.execute(select(vendor_invoice.c.content_digest).where(same)).scalar()
    if before == values["content_digest"]:
        connection.execute(insert(vendor_invoice).values(state="copy", **values))
        return "copy"
    told = connection.execute(select(vendor_invoice.c.format).where(other)).scalar()
    connection.execute(update(vendor_invoice).where(same).values(state="replaced"))
    state = "detail" if told and gives_way else counts
    if told and not gives_way:
        connection.execute(update(vendor_invoice).where(other).values(state="detail"))
    connection.execute(insert(vendor_invoice).values(state=state, **values))
    if before is not None:
        return "replaces"
    if told:
        return "detail" if gives_way else "outranks"
    return "new"


def estimate_name(invoice: Mapping[str, Any]) -> str:
    """Give the name, in the place of a number, of what a vendor has not billed in a month."""
    return f"unbilled {invoice['vendor']} {invoice['currency']} {invoice['period']}"


def estimates(connection: Connection, *, period: str) -> list[dict[str, Any]]:
    """Give what the unbilled files of a period add up to, one entry per file as it was named."""
    rows = connection.execute(
        select(
            vendor_file.c.name.label("file"),
            vendor_file.c.file_id.label("fileId"),
            vendor_invoice.c.vendor,
            vendor_invoice.c.rows,
            vendor_invoice.c.subtotal.label("amount"),
            vendor_invoice.c.currency,
        )
        .join(vendor_invoice, told_by())
        .where(vendor_invoice.c.period == period, vendor_invoice.c.state == "estimate")
        .order_by(vendor_file.c.file_id, vendor_invoice.c.vendor, vendor_invoice.c.currency)
    ).mappings()
    return [dict(row) for row in rows]


def standing_paths(
    connection: Connection, house: House, *, vendor: str, invoice_number: str, code: str
) -> list[Path]:
    """Give the vendor lines' files of the version of an invoice that counts, by format code."""
    rows = connection.execute(
        select(lake_file.c.path)
        .join(vendor_file, vendor_file.c.file_id == lake_file.c.owner_id)
        .join(vendor_invoice, vendor_invoice.c.load_id == vendor_file.c.load_id)
        .where(
            lake_file.c.owner_kind == "load",
            lake_file.c.kind == "vendor_line",
            vendor_file.c.format == code,
            vendor_invoice.c.format == code,
            vendor_invoice.c.vendor == vendor,
            vendor_invoice.c.invoice_number == invoice_number,
            vendor_invoice.c.state.in_(STANDING),
        )
    )
    return [house.lake.full(path) for path in rows.scalars()]


def standing_files(
    connection: Connection, *, vendors: Collection[str], periods: Collection[str]
) -> list[Mapping[str, Any]]:
    """Give the standing invoices of some vendors and months, one row per file that tells them.

    A row has the vendor, the invoice's number, the file's id, name and header (JSON) and the lake
    path of its vendor lines.
    """
    told = (vendor_file.c.file_id, vendor_file.c.name, vendor_file.c.header, lake_file.c.path)
    wanted = (
        select(*told, vendor_invoice.c.vendor, vendor_invoice.c.invoice_number)
        .join(vendor_invoice, told_by())
        .join(lake_file, lake_file.c.owner_id == vendor_file.c.file_id)
        .where(
            lake_file.c.owner_kind == "load",
            lake_file.c.kind == "vendor_line",
            vendor_invoice.c.vendor.in_(vendors),
            vendor_invoice.c.period.in_(periods),
            vendor_invoice.c.state.in_(STANDING),
        )
        .order_by(vendor_file.c.file_id)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]


def told_by() -> ColumnElement[bool]:
    """Join a vendor file and the vendor invoices that its load tells in its format."""
    return and_(
        vendor_invoice.c.load_id == vendor_file.c.load_id,
        vendor_invoice.c.format == vendor_file.c.format,
    )


def to_be_moved(connection: Connection, *, file_id: str, period: str) -> list[tuple[str, str, str]]:
    """Give number, month and vendor of a loaded file's invoices that stand in another month."""
    columns = (vendor_invoice.c.invoice_number, vendor_invoice.c.period, vendor_invoice.c.vendor)
    found = connection.execute(select(*columns).where(_moves(file_id, period=period)).distinct())
    return sorted((number, before, vendor) for number, before, vendor in found)


def move(connection: Connection, *, file_id: str, period: str) -> None:
    """Give the invoices of a loaded file another month; see pipeline/moved.py."""
    which = _moves(file_id, period=period)
    connection.execute(update(vendor_invoice).where(which).values(period=period))


def _moves(file_id: str, *, period: str) -> ColumnElement[bool]:
    return and_(
        vendor_invoice.c.state.in_(STANDING),
        vendor_invoice.c.period != period,
        exists().where(
            vendor_file.c.file_id == file_id,
            vendor_file.c.load_id == vendor_invoice.c.load_id,
            vendor_file.c.format == vendor_invoice.c.format,
        ),
    )


def loads_of_export(
    connection: Connection, *, export_id: str | None, etag: str | None
) -> list[int]:
    """Give the loads of an export under other eTags; none where either is not known."""
    if export_id is None or etag is None:
        return []
    other = select(load.c.load_id).where(load.c.export_id == export_id, load.c.etag != etag)
    return list(connection.execute(other).scalars())


def drop_older(connection: Connection, *, load_id: int) -> list[str]:
    """Replace what earlier versions of a load's export tell and it does not (vendor-formats.md 7).

    Gives the numbers of those invoices. Raises Conflict when one of them stands in a run with a
    verified invoice from hop 2 on.
    """
    named = connection.execute(
        select(load.c.export_id, load.c.etag).where(load.c.load_id == load_id)
    ).mappings()
    older = vendor_invoice.c.load_id.in_(loads_of_export(connection, **named.one()))
    told = vendor_invoice.alias("told")
    names = ("vendor", "invoice_number", "format")
    again = [told.c[name] == vendor_invoice.c[name] for name in names]
    is_told = exists().where(told.c.load_id == load_id, *again)
    gone = and_(older, vendor_invoice.c.state.in_(STANDING), not_(is_told))
    columns = (vendor_invoice.c.invoice_number, vendor_invoice.c.period, vendor_invoice.c.vendor)
    found = connection.execute(select(*columns).where(gone)).all()
    for number, period, vendor in found:
        verified = verified_invoice(connection, vendor=vendor, periods=(period,))
        if verified:
            raise Conflict(
                reason=f"this export tells vendor invoice {number} no more, but invoice {verified}"
                " made of it is verified"
            )
    connection.execute(update(vendor_invoice).where(gone).values(state="replaced"))
    return sorted({number for number, *_ in found})


def verified_invoice(
    connection: Connection, *, vendor: str, periods: Collection[str]
) -> str | None:
    """Give a verified invoice, from hop 2 on, that is made of a vendor's lines of some months."""
    found: str | None = connection.execute(
        select(invoice.c.invoice_number)
        .where(
            invoice.c.vendor_id == vendor,
            invoice.c.period.in_(periods),
            invoice.c.hop > 1,
            invoice.c.source_id == VENDOR_LINES,
            invoice.c.status_id.not_in(DRAFTS),
        )
        .limit(1)
    ).scalar()
    return found


def closed_period(connection: Connection, *, vendor: str, invoice_number: str | None) -> str | None:
    """Give the period that a vendor invoice keeps, because an invoice of it is verified."""
    period: str | None = connection.execute(
        select(vendor_invoice.c.period).where(
            vendor_invoice.c.vendor == vendor,
            vendor_invoice.c.invoice_number == invoice_number,
            vendor_invoice.c.state == "current",
        )
    ).scalar()
    if period and verified_invoice(connection, vendor=vendor, periods=(period,)):
        return period
    return None


def taken_files(
    connection: Connection, house: House, *, period: str, state: str = "current"
) -> list[TakenFile]:
    """Give the vendor files whose billed invoices belong to a period, in a fixed order.

    With the state `detail`: those that tell a billed invoice once more.
    """
    rows = connection.execute(
        select(
            vendor_file.c.file_id,
            vendor_file.c.name,
            vendor_file.c.format,
            vendor_invoice.c.invoice_number,
        )
        .join(vendor_invoice, told_by())
        .where(vendor_invoice.c.period == period, vendor_invoice.c.state == state)
        .order_by(vendor_file.c.file_id, vendor_invoice.c.invoice_number)
    ).all()
    numbers: dict[tuple[str, str, str], list[str]] = {}
    for *file, invoice_number in rows:
        numbers.setdefault(tuple(file), []).append(invoice_number)
    taken = []
    for (file_id, name, code), invoice_numbers in numbers.items():
        paths = {
            kind: house.lake.full(path)
            for kind, path in connection.execute(
                select(lake_file.c.kind, lake_file.c.path).where(
                    lake_file.c.owner_kind == "load", lake_file.c.owner_id == file_id
                )
            )
        }
        taken.append(
            TakenFile(
                file_id=file_id,
                name=name,
                format=code,
                invoice_numbers=tuple(invoice_numbers),
                vendor_line=paths["vendor_line"],
                rejected_row=paths.get("rejected_row"),
            )
        )
    return taken
