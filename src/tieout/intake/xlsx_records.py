"""The records of a workbook's first sheet as text cells; formulas are never evaluated.

members checked -> sheet -> row_number, line, c0..cN
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from xml.parsers.expat import ExpatError

import numpy as np
import pyarrow as pa

from tieout.errors import FileRefused
from tieout.intake.form import PLAIN_STYLE, FileStyle
from tieout.intake.reached import Reached
from tieout.intake.records import BatchMisshapen, NumberedRecords, split_cells
from tieout.intake.sheet_rows import SheetRows
from tieout.intake.workbook import SheetPart, Workbook, WorkbookDamagedError, open_workbook
from tieout.intake.workbook_parts import DAMAGES, check_parts

BATCH_ROWS = 4096
CUT = (
    "numbers of a spreadsheet have at most 15 significant digits: longer figures were cut when"
    " the spreadsheet was saved"
)
Row = tuple[int, list[str]]


@dataclass
class Sheet:
    """The sheet of a workbook that is read, and where its header stands."""

    source: Path
    name: str
    workbook: Workbook
    sheet: SheetPart
    header: tuple[str, ...]
    header_row: int  # from 1
    first_column: int  # from 0
    marked: bool = False
    reached: Reached = field(default_factory=Reached)


def open_xlsx(source: Path, *, name: str, style: FileStyle = PLAIN_STYLE) -> Sheet:
    """Open the first visible sheet that has a header; it stands where the style says.

    Raises FileRefused: unknown_format for a zip archive that is no workbook, damaged_file for a
    broken one or one that unpacks to a flood, empty_file.
    """
    check_parts(source, name=name)
    with _refused(name), zipfile.ZipFile(source) as archive:
        workbook = open_workbook(archive)
        for sheet in workbook.sheets:
            rows = SheetRows(workbook).read(archive, sheet.part) if sheet.is_shown else iter(())
            if (found := _header(rows, style)) is not None:
                number, cells = found
                first = next(at for at, cell in enumerate(cells) if cell)
                header = tuple(cell.strip() for cell in cells[first:])
                return Sheet(source, name, workbook, sheet, header, number, first)
    raise FileRefused(file=name, code="empty_file", reason="the workbook has no sheet with text")


@contextmanager
def _refused(name: str) -> Iterator[None]:
    """Turn what is wrong with a workbook into a refusal."""
    try:
        yield
    except (WorkbookDamagedError, ExpatError, KeyError, *DAMAGES) as fault:
        reason = f"the workbook is damaged: {fault}"
        raise FileRefused(file=name, code="damaged_file", reason=reason) from fault


def _header(rows: Iterator[Row], style: FileStyle) -> Row | None:
    """Give the header's row number and its cells; None for a sheet that has none."""
    met = 0
    for number, cells in rows:
        if number <= style.skip_rows or not any(cells):
            continue
        met += 1
        if met == style.header_row:
            return number, cells
    return None


@dataclass
class XlsxRecords(NumberedRecords):
    """The rows below the header; `line` is a row's number in the sheet."""

    text: Sheet
    numbers: bool = False  # a cell held a number

    @property
    def notices(self) -> tuple[str, ...]:
        """Say what a spreadsheet does to numbers, and which sheets were not read."""
        cut = (CUT,) if self.numbers else ()
        read = self.text.sheet
        others = [sheet.title for sheet in self.text.workbook.sheets if sheet is not read]
        if not others:
            return cut
        return (*cut, f"read is the sheet '{read.title}', not {', '.join(others)}")

    def misshapen_table(self) -> pa.Table:
        """Give the rows that have text beside the header, with all their cells as read."""
        return self.misshapen.table([split_cells(text, ",") for text in self.misshapen.texts])

    def _batches(self) -> Iterator[pa.RecordBatch]:
        sheet, reader = self.text, SheetRows(self.text.workbook)
        with _refused(sheet.name), zipfile.ZipFile(sheet.source) as archive:
            every = reader.read(archive, sheet.sheet.part)
            rows = (row for row in every if row[0] > sheet.header_row)
            while taken := list(islice(rows, BATCH_ROWS)):
                self.numbers = reader.numbers
                yield self._batch(taken)

    def _batch(self, taken: Sequence[Row]) -> pa.RecordBatch:
        first, width = self.text.first_column, len(self.text.header)
        rows: list[list[str]] = []
        lines: list[int] = []
        misshapen = BatchMisshapen()
        for number, cells in taken:
            if len(cells) > first + width or any(cells[:first]):
                misshapen.add(len(rows), line=number, text=_as_csv(cells))
            else:
                rows.append(cells[first:] + [""] * (first + width - max(len(cells), first)))
                lines.append(number)
        columns = zip(*rows, strict=True) if rows else [()] * width
        arrays = [pa.array(column, pa.string()) for column in columns]
        return self.numbered(arrays, lines=np.array(lines, np.int64), misshapen=misshapen)


def _as_csv(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
