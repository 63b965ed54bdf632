"""The CSV files of a reference folder as Arrow tables of cells, before any cell is judged.

A row is known by its record number: the first record after the header is row 1, and an empty
line counts, so in a file without line breaks inside quotes the row's line is its number plus 1.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from tieout.errors import Fault, ReferenceRefused
from tieout.store.resources import RESOURCES, Field, Resource

BLOCK = 1 << 24
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
LINE_ENDS = (b"\n", b"\r")


@dataclass
class ReadFile:
    """One file as read: `cells` has `row` and one binary column per known header name.

    `is_whole` is false where rows or columns may be missing, so that nothing is concluded from
    what is not there.
    """

    resource: Resource
    cells: pa.Table
    faults: list[Fault] = field(default_factory=list)
    is_whole: bool = True

    def blame(self, reason: str, *, row: int | None = None, column: str | None = None) -> None:
        """Note a fault that leaves the file incomplete."""
        self.faults.append(Fault(self.resource.file, row, column, reason))
        self.is_whole = False

    def forget_cells(self) -> None:
        """Let go of the cells; what is known about the file stays."""
        self.cells = self.cells.slice(0, 0)


def find_files(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    """Give the reference files of a folder by resource, and the faults of the folder itself.

    Raises ReferenceRefused when there is no such folder or no reference file in it.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    except OSError as error:
        reason = "is not a folder that can be read"
        raise ReferenceRefused(faults=[Fault(str(folder), None, None, reason)]) from error
    by_file = {resource.file: resource for resource in RESOURCES.values()}
    faults = [
        Fault(path.name, None, None, "is not a reference file; known are " + ", ".join(by_file))
        for path in paths
        if path.name not in by_file
    ]
    known = {path.name: path for path in paths if path.name in by_file}
    if not known:
        reason = "holds no reference file; known are " + ", ".join(by_file)
        raise ReferenceRefused(faults=[*faults, Fault(str(folder), None, None, reason)])
    return {by_file[file].name: known[file] for file in by_file if file in known}, faults


def read_file(path: Path, resource: Resource) -> ReadFile:
    """Give the cells of one CSV file, with every fault of its header and of its shape."""
    found = ReadFile(resource, pa.table({"row": pa.array([], pa.int64())}))
    try:
        text = path.read_bytes()
    except OSError:
        found.blame("cannot be read")
        return found
    if reason := _why_unreadable(text):
        found.blame(reason)
        return found
    header = _header(text)
    columns = _match_header(found, header)
    if not text.endswith(LINE_ENDS):
        text += b"\n"
    try:
        cells, ragged = _parse(text, width=len(header))
    except pa.ArrowInvalid:
        found.blame("cannot be read as CSV")
        return found
    for row, width in ragged.items():
        found.blame(f"has {width} cells, the header has {len(header)}", row=row)
    numbers = _row_numbers(cells.num_rows, ragged)
    known = {name: cells.column(index) for name, index in columns.items()}
    found.cells = pa.table({"row": numbers, **known})
    return found


def _why_unreadable(text: bytes) -> str | None:
    """Give the reason why the bytes are no CSV file, before the first record is looked at."""
    if text.startswith(UTF16_MARKS):
        return "is UTF-16, not UTF-8"
    if not text.removeprefix(b"\xef\xbb\xbf").strip():
        return "is empty"
    if text.count(b'"') % 2:
        return "has a quote that is opened and never closed"
    return None


def _header(text: bytes) -> list[str]:
    """Give the names in the first record; bytes that are no UTF-8 make an unknown name."""
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", errors="replace", newline="")
    try:
        return [name.strip() for name in next(csv.reader(lines))]
    except csv.Error:
        return []


def _plain(name: str) -> str:
    """Give a header name without what people vary: case, spaces, underscores."""
    return "".join(name.lower().replace("_", " ").split())


def _match_header(found: ReadFile, header: list[str]) -> dict[str, int]:
    """Give the place of each known column; blame the file for the others."""
    by_plain = {_plain(column): column for column in found.resource.columns}
    columns: dict[str, int] = {}
    for index, name in enumerate(header):
        column = by_plain.get(_plain(name))
        if column is None:
            reason = "is not a column of this file" if name else f"column {index + 1} has no name"
            found.blame(reason, column=name or None)
        elif column in columns:
            found.blame("is in the header twice", column=column)
        else:
            columns[column] = index
    for each in found.resource.fields:
        if is_required(each) and each.name not in columns:
            found.blame("is required and not in the header", column=each.name)
    return columns


def is_required(column: Field) -> bool:
    """Tell whether a cell must have a value; a key of an `optional_` kind may be empty."""
    return column.required and not column.kind.startswith("optional_")


def _parse(text: bytes, *, width: int) -> tuple[pa.Table, dict[int, int]]:
    """Give the records with `width` cells, and row and cell count of every other record."""
    ragged: dict[int, int] = {}

    def skip(record: pyarrow.csv.InvalidRow) -> str:
        ragged[record.number - 1] = record.actual_columns
        return "skip"

    names = [f"c{index}" for index in range(width)]
    cells = pyarrow.csv.read_csv(
        pa.BufferReader(text),
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=names, skip_rows_after_names=1
        ),
        parse_options=pyarrow.csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return cells, ragged


def _row_numbers(kept: int, ragged: dict[int, int]) -> pa.Array:
    """Give the record numbers of the `kept` records, those of ragged records left out."""
    return pa.array(_runs(kept + len(ragged), sorted(ragged)), pa.int64())


def _runs(last: int, gaps: list[int]) -> Iterator[int]:
    start = 1
    for gap in gaps:
        yield from range(start, gap)
        start = gap + 1
    yield from range(start, last + 1)
