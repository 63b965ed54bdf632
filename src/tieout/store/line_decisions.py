"""What persons decided on single vendor lines: each decision is a row, and none is ever changed.

The last decision on a line is in force. It belongs to the line of that file: where the file no
longer counts, because its invoice has a newer version, the decision has nothing to act on.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from tieout.store.catalog import line_decision, vendor_file, vendor_invoice
from tieout.store.database import next_id
from tieout.store.vendor_invoices import told_by

SET_ASIDE, TAKE_BACK = "set_aside", "take_back"
Decision = Mapping[str, Any]  # a row of `line_decision`


def record(connection: Connection, values: Decision) -> None:
    """Add a decision; call it only as the writer."""
    number = next_id(connection, line_decision.c.decision_id)
    connection.execute(insert(line_decision).values(decision_id=number, **values))


def _in_force() -> Select[Any]:
    """Select the decisions that set a line aside and were not taken back."""
    last = select(func.max(line_decision.c.decision_id)).group_by(
        line_decision.c.file_id, line_decision.c.row_number
    )
    return (
        select(line_decision)
        .where(line_decision.c.decision_id.in_(last), line_decision.c.decision == SET_ASIDE)
        .order_by(line_decision.c.file_id, line_decision.c.row_number)
    )


def set_aside_lines(connection: Connection, *, file_id: str | None = None) -> list[Decision]:
    """Give the decisions in force by file and row, of one file or of all."""
    wanted = _in_force()
    if file_id is not None:
        wanted = wanted.where(line_decision.c.file_id == file_id)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def standing(connection: Connection, *, invoice_number: str | None = None) -> list[Decision]:
    """Give the decisions in force on lines of invoices that are billed, perhaps of one only."""
    billed = (
        select(vendor_invoice.c.load_id)
        .join(vendor_file, told_by())
        .where(
            vendor_file.c.file_id == line_decision.c.file_id,
            vendor_invoice.c.state == "current",
            vendor_invoice.c.vendor == line_decision.c.vendor,
            vendor_invoice.c.invoice_number == line_decision.c.invoice_number,
        )
    )
    wanted = _in_force().where(billed.exists())
    if invoice_number is not None:
        wanted = wanted.where(line_decision.c.invoice_number == invoice_number)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def billed_in(
    connection: Connection, *, file_id: str, vendor: str, invoice_number: str
) -> str | None:
    """Give the period in which a file's invoice is billed from this file; none where it is not."""
    period: str | None = connection.execute(
        select(vendor_invoice.c.period)
        .join(vendor_file, told_by())
        .where(
            vendor_file.c.file_id == file_id,
            vendor_invoice.c.state == "current",
            vendor_invoice.c.vendor == vendor,
            vendor_invoice.c.invoice_number == invoice_number,
        )
    ).scalar()
    return period


def history(
    connection: Connection, *, file_id: str | None = None, row_number: int | None = None
) -> list[Decision]:
    """Give every decision with its file's name, oldest first, perhaps those on one line only."""
    name = (
        select(func.min(vendor_file.c.name))
        .where(vendor_file.c.file_id == line_decision.c.file_id)
        .scalar_subquery()
    )
    wanted = select(line_decision, name.label("file")).order_by(line_decision.c.decision_id)
    if file_id is not None:
        wanted = wanted.where(
            line_decision.c.file_id == file_id, line_decision.c.row_number == row_number
        )
    return [dict(row) for row in connection.execute(wanted).mappings()]
