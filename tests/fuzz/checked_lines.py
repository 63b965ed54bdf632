"""The typed columns of vendor lines and the reasons of rejected rows, held to plain Python."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plain_cells import STYLES, WIDTHS, CellReader, bare, number
from plain_records import MARK_BASE

from tieout.intake.columns import Column, Layout
from tieout.intake.form import Form

Rows = Sequence[Mapping[str, Any]]
Cells = Mapping[int, tuple[str, ...]]
CHECKED = frozenset(("bad_number", "bad_date", "amount_overflow", "missing_required"))


@dataclass
class StagedRows:
    """What a load made of one file, beside its cells."""

    form: Form
    layout: Layout
    cells: Cells
    lines: Rows
    rejects: Rows

    def check(self) -> None:
        """Find a number style and a date order in which every value and every reason is right."""
        columns = [c for c in self.form.columns if c.vendor in self.layout.places and c.ours]
        readers = [
            CellReader(style, day_first, self.form.style)
            for style in self._styles(columns)
            for day_first in (False, True)
        ]
        complaints = {}
        for reader in readers:
            complaint = next(self._complaints(columns, reader), None)
            if complaint is None:
                return
            complaints[reader.found, reader.day_first] = complaint
        raise AssertionError(f"read in no way that plain Python knows: {complaints}")

    def _styles(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """Give the styles that a file's numbers may be in: plain where all of them are plain."""
        numbers = [self._cell(row, c) for row in self.cells for c in columns if c.kind in WIDTHS]
        is_plain = all(not bare(cell) or number(cell, "plain") is not None for cell in numbers)
        return STYLES[:1] if is_plain or self.form.style.decimal is not None else STYLES

    def _cell(self, row: int, column: Column) -> str:
        return self.cells[row][self.layout.places[column.vendor]]

    def _complaints(self, columns: Sequence[Column], reader: CellReader) -> Iterator[str]:
        ruled = self.form.rules(self.layout).keys() | self.form.given(self.layout).keys()
        for line in self.lines:
            for column in columns:
                cell = reader.text(self._cell(line["row_number"], column), column)
                if fault := reader.fault(cell, column):
                    yield f"{column.vendor} {cell!r} was loaded in spite of {fault}"
                    continue
                if column.ours in ruled:
                    continue
                found, expected = line[str(column.ours)], reader.value(cell, column)
                found = Fraction(found) if isinstance(expected, Fraction) else found
                if found != expected:
                    yield f"{column.vendor} {cell!r} became {found!r}, not {expected!r}"
                told = str(column.ours) in (line["inexact_columns"] or "").split(",")
                if told != reader.is_cut(cell, column):
                    yield f"{column.vendor} {cell!r}: inexact is {told}"
        by_name = {self.layout.header[self.layout.places[c.vendor]]: c for c in columns}
        for row in self.rejects:
            yield from self._wrong_reason(row, by_name, reader)

    def _wrong_reason(
        self, row: Mapping[str, Any], columns: Mapping[str, Column], reader: CellReader
    ) -> Iterator[str]:
        if row["code"] == "undecodable_text":
            cell = self.cells[row["row_number"]][self.layout.header.index(row["column"])]
            if not any(MARK_BASE + 0x80 <= ord(sign) <= MARK_BASE + 0xFF for sign in cell):
                yield f"{row['column']} {cell!r} is not UTF-8"
        elif row["code"] in CHECKED and row["column"] in columns:
            column = columns[row["column"]]
            cell = reader.text(self._cell(row["row_number"], column), column)
            fault = reader.fault(cell, column)
            if column.kind != "currency" and fault != row["code"]:
                yield f"{column.vendor} {cell!r} rejected as {row['code']}, is {fault}"
