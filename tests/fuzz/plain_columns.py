"""Workbooks as calamine reads them and Parquet files as Arrow's own Python values."""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

import pyarrow as pa
from plain_records import Cell, PlainFile, PlainReading, PlainRecord, marked_text
from pyarrow import parquet
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

ROWS_MAX, CUT_FROM = 5000, 10**15
PLACES = re.compile(rb'\br\s*=\s*["\']([A-Z]*)([0-9]+)["\']')


@dataclass(frozen=True)
class Double:
    """A binary fraction: its text reads back as it, and shows where a whole number was cut."""

    value: float
    kind: pa.DataType | None = None  # of a Parquet column; None in a sheet

    def is_told_by(self, text: str) -> bool:
        """Say whether a text is this number's."""
        if self.kind is not None:
            number = self.kind.to_pandas_dtype()
            return bool(number(text) == number(self.value))
        is_cut = self.value == self.value // 1 and abs(self.value) >= CUT_FROM
        return float(text) == self.value and (not is_cut or "E+" in text)


@dataclass(frozen=True)
class Untold:
    """A cell about which the other reader says nothing."""

    def is_told_by(self, text: str) -> bool:
        """Say that any text will do."""
        return isinstance(text, str)


def read_xlsx(content: bytes, header: tuple[str, ...]) -> PlainReading:
    """Give the rows of the first visible sheet with text, as calamine reads them.

    None where calamine would need gigabytes, or is known to pass over cells that we read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(part) for part in archive.namelist() if "sheet" in part]
            related = archive.read("xl/_rels/workbook.xml.rels")
    except (zipfile.BadZipFile, zlib.error):  # of a sheet that is hidden
        return None
    places = [found for part in parts for found in PLACES.findall(part)]
    is_wide = any(len(letters) > 2 or int(number) > ROWS_MAX for letters, number in places)
    # calamine passes over a value of the wrong kind, and over a number beside a space or an entity
    if any(re.search(rb't="inlineStr"[^>]*>\s*<v|<v[^>]*>(\s|[^<]*[&\s])', part) for part in parts):
        return None
    is_styled = b"/styles" in related  # calamine takes styles that nothing refers to
    if is_wide or not is_styled or any(re.search(rb"t\s*=\s*[\"']e[\"']", part) for part in parts):
        return None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheets_metadata:
            shows = sheet.visible == SheetVisibleEnum.Visible
            if shows and sheet.typ == SheetTypeEnum.WorkSheet:
                every = book.get_sheet_by_name(sheet.name)
                first = (every.start or (0, 0))[1]
                rows = [_told_row(row, before=first) for row in every.iter_rows()]
                if any(cell != "" for row in rows for cell in row):
                    return _below_header(rows, header)
    except (CalamineError, ValueError, OverflowError):
        pass
    return None


def _told_row(values: Sequence[object], *, before: int) -> list[Cell]:
    return [*[""] * before, *map(_told, values)]


def _told(value: object) -> Cell:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return Double(value) if isfinite(value) else Untold()
    if value == dt.time():  # also what calamine makes of a day before the first
        return Untold()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _below_header(rows: list[list[Cell]], header: tuple[str, ...]) -> PlainFile:
    at = next(at for at, row in enumerate(rows) if any(cell != "" for cell in row))
    first = next(column for column, cell in enumerate(rows[at]) if cell != "")
    width = first + len(header)
    records: list[PlainRecord] = []
    for line, row in enumerate(rows[at + 1 :], start=at + 2):
        if not any(cell != "" for cell in row):
            continue
        cells = row + [""] * (width - len(row))
        while len(cells) > width and cells[-1] == "":
            cells.pop()
        is_beside = len(cells) > width or any(cell != "" for cell in cells[:first])
        kept = cells if is_beside else cells[first:]
        records.append(PlainRecord(len(records) + 1, line, tuple(kept)))
    return PlainFile(header, tuple(records), None)


def read_parquet(content: bytes, header: tuple[str, ...]) -> PlainReading:
    """Give the rows as Arrow's Python values; None where it has none for them."""
    try:
        table = parquet.read_table(io.BytesIO(content), coerce_int96_timestamp_unit="us")
        columns = [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError, TypeError):
        return None
    kinds = [field.type for field in table.schema]
    records: list[PlainRecord] = []
    skipped = 0
    for line, row in enumerate(zip(*columns, strict=True), start=2):
        cells = tuple(_of_arrow(value, kind) for value, kind in zip(row, kinds, strict=True))
        if any(cell != "" for cell in cells):
            records.append(PlainRecord(len(records) + 1, line, cells))
        else:
            skipped += 1
    return PlainFile(header, tuple(records), skipped)


def _of_arrow(value: object, kind: pa.DataType) -> Cell:
    told: Cell = Untold()
    match value:
        case None:
            told = ""
        case bool():
            told = str(value).lower()
        case str() | int():
            told = str(value)
        case bytes():
            told = marked_text(value)
        case Decimal() if kind.scale >= 0:
            told = format(value, "f")
        case float() if isfinite(value):
            told = Double(value, kind)
        case dt.date() if not isinstance(value, dt.datetime):
            told = value.isoformat()
    return told
