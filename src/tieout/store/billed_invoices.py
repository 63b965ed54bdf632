"""Vendor invoices as they are billed, each with the files that tell it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from tieout.store.catalog import vendor_file, vendor_invoice


@dataclass(frozen=True)
class TellingFile:
    """A vendor file that tells an invoice; `header` has the names as read."""

    file_id: str
    format: str
    header: tuple[str, ...]
    rejected: int


@dataclass(frozen=True)
class BilledInvoice:
    """A vendor invoice as one format tells it; amounts are text, before tax."""

    vendor: str
    invoice_number: str
    currency: str
    period: str
    rows: int
    subtotal: str
    content_digest: str
    files: tuple[TellingFile, ...]


class Content(NamedTuple):
    """A vendor invoice and the digest of its rows."""

    vendor: str
    invoice_number: str
    content_digest: str


def billed_invoices(
    connection: Connection, *, invoice_number: str | None = None
) -> list[BilledInvoice]:
    """Give the vendor invoices that are billed, by vendor, number and format; perhaps of a number.

    What only gives details of an invoice, was replaced or is an estimate is none of them.
    """
    query = select(vendor_invoice).where(vendor_invoice.c.state == "current")
    if invoice_number is not None:
        query = query.where(vendor_invoice.c.invoice_number == invoice_number)
    names = ("vendor", "invoice_number", "format")
    found = connection.execute(query.order_by(*(vendor_invoice.c[name] for name in names))).all()
    files = _files(connection, {row.load_id for row in found})
    return [
        BilledInvoice(
            row.vendor,
            row.invoice_number,
            currency=row.currency,
            period=row.period,
            rows=row.rows,
            subtotal=row.subtotal,
            content_digest=row.content_digest,
            files=tuple(files[row.load_id, row.format, row.invoice_number]),
        )
        for row in found
    ]


def contents_of(connection: Connection, *, period: str, is_estimate: bool) -> list[Content]:
    """Give the digests of the vendor invoices that a period bills, or of those it previews."""
    rows = connection.execute(
        select(*(vendor_invoice.c[name] for name in Content._fields)).where(
            vendor_invoice.c.period == period,
            vendor_invoice.c.state == ("estimate" if is_estimate else "current"),
        )
    )
    return sorted(Content(*row) for row in rows)


def digest_of_files(files: Iterable[TellingFile]) -> str:
    """Give the SHA-256 of the file as received; of several, that of their digests, a line each."""
    digests = sorted({file.file_id for file in files})
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()


def _files(
    connection: Connection, loads: set[int]
) -> defaultdict[tuple[int, str, str], list[TellingFile]]:
    """Give the files of loads by load, format and the invoice numbers in their totals."""
    found: defaultdict[tuple[int, str, str], list[TellingFile]] = defaultdict(list)
    query = select(vendor_file).order_by(vendor_file.c.file_id)
    if len(loads) == 1:
        query = query.where(vendor_file.c.load_id == next(iter(loads)))
    for row in connection.execute(query):
        if row.load_id not in loads:
            continue
        file = TellingFile(row.file_id, row.format, tuple(json.loads(row.header)), row.rejected)
        numbers = {one["invoiceNumber"] for one in json.loads(row.totals)}
        for number in sorted(numbers - {None}):
            found[row.load_id, row.format, number].append(file)
    return found
