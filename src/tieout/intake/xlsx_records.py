"""The records of a workbook's first sheet as text cells; formulas are never evaluated.

members checked -> sheet -> row_number, line, c0..cN
"""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from xml.parsers.expat import ExpatError

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tieout.errors import FileRefused
from tieout.intake.form import PLAIN_STYLE, FileStyle
from tieout.intake.reached import Reached
from tieout.intake.records import BatchMisshapen, NumberedRecords, split_cells
from tieout.intake.workbook_parts import check_parts, error_cells

BATCH_ROWS = 4096
EXACT_BELOW = 10**15  # a spreadsheet keeps 15 digits; a longer whole number was cut
CUT = (
    "numbers of a spreadsheet have at most 15 significant digits: longer figures were cut when"
    " the spreadsheet was saved"
)


@dataclass
class Sheet:
    """The sheet of a workbook that is read, and where its header stands."""

    name: str
    cells: CalamineSheet
    header: tuple[str, ...]
    header_row: int  # from 1
    errors: Mapping[tuple[int, int], str]  # text by row and column, both from 1
    others: tuple[str, ...]  # sheets that are not read
    marked: bool = False
    failure: FileRefused | None = None
    reached: Reached = field(default_factory=Reached)


def open_xlsx(source: Path, *, name: str, style: FileStyle = PLAIN_STYLE) -> Sheet:
    """Open the first visible sheet that has a header; it stands where the style says.

    Raises FileRefused: unknown_format for a zip archive that is no workbook, damaged_file for a
    broken one or one that unpacks to a flood, empty_file.
    """
    check_parts(source, name=name)
    try:
        book = CalamineWorkbook.from_path(source)
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        for title in shown:
            cells = book.get_sheet_by_name(title)
            found = _header(cells, style)
            if found is not None:
                others = tuple(other for other in book.sheet_names if other != title)
                errors = error_cells(source, sheet=title)
                header = tuple(cell.strip() for cell in found[1])
                return Sheet(name, cells, header, found[0], errors, others)
    except (CalamineError, ExpatError, KeyError, StopIteration) as fault:
        reason = f"the workbook is damaged: {fault}"
        raise FileRefused(file=name, code="damaged_file", reason=reason) from fault
    raise FileRefused(file=name, code="empty_file", reason="the workbook has no sheet with text")


def _header(cells: CalamineSheet, style: FileStyle) -> tuple[int, list[str]] | None:
    """Give the header's row number and its cells; None for a sheet that has none."""
    met = 0
    for number, row in enumerate(cells.iter_rows(), start=1):
        texts = [_text(cell) for cell in row]
        if number <= style.skip_rows or not any(texts):
            continue
        met += 1
        if met == style.header_row:
            while not texts[-1]:
                texts.pop()
            return number, texts
    return None


@dataclass
class XlsxRecords(NumberedRecords):
    """The rows below the header; `line` is a row's number in the sheet."""

    text: Sheet
    numbers: bool = field(default=False, kw_only=True)  # a cell held a number

    @property
    def notices(self) -> tuple[str, ...]:
        """Say what a spreadsheet does to numbers, and which sheets were not read."""
        cut = (CUT,) if self.numbers else ()
        if not self.text.others:
            return cut
        return (
            *cut,
            f"read is the sheet '{self.text.cells.name}', not {', '.join(self.text.others)}",
        )

    def misshapen_table(self) -> pa.Table:
        """Give the rows that have text beyond the header, with their cells as read."""
        return self.misshapen.table([split_cells(text, ",") for text in self.misshapen.texts])

    def _batches(self) -> Iterator[pa.RecordBatch]:
        rows = islice(enumerate(self.text.cells.iter_rows(), start=1), self.text.header_row, None)
        while taken := list(islice(rows, BATCH_ROWS)):
            yield self._batch(taken)

    def _batch(self, taken: Sequence[tuple[int, Sequence[object]]]) -> pa.RecordBatch:
        width, first = len(self.text.header), (self.text.cells.start or (0, 0))[1]
        rows: list[list[str]] = []
        lines: list[int] = []
        misshapen = BatchMisshapen()
        for number, values in taken:
            self.numbers = self.numbers or any(type(value) is float for value in values)
            cells = [_text(value) for value in values]
            if self.text.errors:
                cells = [
                    self.text.errors.get((number, first + at), cell)
                    for at, cell in enumerate(cells, start=1)
                ]
            if any(cells[width:]):
                misshapen.add(len(rows), line=number, text=_as_csv(cells))
            else:
                rows.append(cells)
                lines.append(number)
        columns = zip(*rows, strict=True) if rows else [()] * width
        arrays = [pa.array(column, pa.string()) for column in islice(columns, width)]
        return self.numbered(arrays, lines=np.array(lines, np.int64), misshapen=misshapen)


def _as_csv(cells: list[str]) -> str:
    out = io.StringIO()
    while not cells[-1]:
        cells.pop()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _text(value: object) -> str:
    """Give a cell as text.

    >>> [_text(40.0), _text(0.1), _text(1e-05), _text(566890000000000000.0), _text(True)]
    ['40', '0.1', '1E-05', '5.6689E+17', 'true']
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dt.date | dt.time):  # a datetime is a date
        return value.isoformat()
    return str(value)


def _number(value: float) -> str:
    """Give the shortest digits that read back; as a power of ten where a whole number was cut.

    Source: vendor-formats.md 3, order ids over 15 digits; the power of ten is what marks them as
    damaged.
    """
    text = repr(value).upper().removesuffix(".0")
    if abs(value) < EXACT_BELOW or not text.lstrip("-").isdigit():
        return text
    sign, digits = ("-" if value < 0 else ""), text.lstrip("-")
    fraction = digits[1:].rstrip("0")
    return f"{sign}{digits[0]}{'.' if fraction else ''}{fraction}E+{len(digits) - 1}"
