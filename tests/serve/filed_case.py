"""Fixture M as charges of a store and as the two files that a party matches."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from fixture_m import M, in_own_subscription
from hand_charges import Hand
from staged_case import Line

DOCUMENT, OTHER = "D-2026-004711", "D-2026-004712"
ROWS = {name: in_own_subscription(name) for name in M}
COLUMNS = (
    *("invoice_id", "line_id", "match_key", "subscription_id", "rate_period_id", "plan_rate_id"),
    *("sku", "start_date", "end_date", "quantity", "duration", "direction", "line_kind"),
    *("reservation_order", "meter_category", "flag"),
)


def document_of(name: str) -> str:
    """M9's purchase stands in a document of its own."""
    return OTHER if name == "M9" else DOCUMENT


def hand_of(name: str, line: Line) -> Hand:
    """Give a purchase line as a charge of the store."""
    unit = abs(Fraction(line.amount)) / Fraction(line.quantity) / Fraction(line.duration)
    return Hand(
        line.line_id,
        f"{Decimal(unit.numerator) / Decimal(unit.denominator):.6f}",
        kind=line.line_kind,
        quantity=str(line.quantity),
        direction=line.direction,
        days=(str(line.start_date), str(line.end_date)),
        document=document_of(name),
        amount=str(line.amount),
    )


def write_lines(path: Path, named: Sequence[tuple[str, Line]], **more: str) -> Path:
    """Write lines, each with its document; `more` are cells of every row."""
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*COLUMNS, "amount", "currency", *more])
        for document, line in named:
            cells = [getattr(line, column) for column in COLUMNS[1:]]
            cells = ["" if cell is None else cell for cell in cells]
            writer.writerow([document, *cells, line.amount, "EUR", *more.values()])
    return path
