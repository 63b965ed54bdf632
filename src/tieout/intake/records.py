"""The records of a vendor text as Arrow batches, each with its number and its physical line.

vendor text -> row_number, line, c0..cN | misshapen records, empty records
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from tieout.errors import FileRefused
from tieout.intake.vendor_text import VendorText

BLOCK_BYTES = 16 << 20
LINE_FEED, RETURN, ESCAPE, RECORD_SEPARATOR, SPACE = 0x0A, 0x0D, 0x1B, 0x1E, 0x20
ROWS_PER_GROUP = 40_960
Numbers = NDArray[np.int64]

MISSHAPEN = pa.schema(
    [("row_number", pa.int64()), ("line", pa.int64()), ("cells", pa.list_(pa.string()))]
)


@dataclass
class Misshapen:
    """Records whose number of cells is not that of the header, in file order."""

    ordinals: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def placed(self) -> int:
        """Give how many have their number and line already."""
        return len(self.lines)

    def waiting(self) -> tuple[Numbers, Numbers]:
        """Give ordinal and inner line ends of those not yet placed."""
        texts = self.texts[self.placed() :]
        inner = [_inner_lines(text) for text in texts]
        return np.array(self.ordinals[self.placed() :], np.int64), np.array(inner, np.int64)


@dataclass
class Records:
    """All records of one vendor text, read once from front to back.

    An empty record (a blank line, or delimiters only) is skipped: counted in `skipped`, without
    a row number. Row numbers count every other record from 1; lines count from the file's first.
    """

    text: VendorText
    misshapen: Misshapen = field(default_factory=Misshapen)
    good: int = 0
    skipped: int = 0
    next_ordinal: int = 1
    line_shift: int = 0
    last_cell: str = ""
    separators: bool = False  # a cell holds 0x1B or 0x1E, which row_hash separates cells with

    def __post_init__(self) -> None:
        """Start below the header."""
        self.line_shift = self.text.header_lines

    @property
    def names(self) -> list[str]:
        """The positional column names."""
        return [f"c{at}" for at in range(len(self.text.header))]

    @property
    def schema(self) -> pa.Schema:
        """row_number, line and one text column per header cell."""
        numbers = [pa.field("row_number", pa.int64()), pa.field("line", pa.int64())]
        return pa.schema([*numbers, *(pa.field(name, pa.string()) for name in self.names)])

    def reader(self) -> pa.RecordBatchReader:
        """Give the well-shaped records; `failure` of the text says why a reading broke off."""
        return pa.RecordBatchReader.from_batches(self.schema, _regrouped(self._batches()))

    def misshapen_table(self) -> pa.Table:
        """Give the misshapen records with their cells as read."""
        split = csv.reader
        cells = [
            next(split(io.StringIO(text, newline=""), delimiter=self.text.delimiter), [])
            for text in self.misshapen.texts
        ]
        columns = [self.misshapen.row_numbers, self.misshapen.lines, cells]
        return pa.table(
            [pa.array(c, f.type) for c, f in zip(columns, MISSHAPEN, strict=True)], MISSHAPEN
        )

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._parsed():
                yield self._numbered(batch)
        except pa.ArrowInvalid as fault:
            if "Empty CSV" not in str(fault):
                reason = f"the file is not readable as CSV: {fault}"
                if "straddl" in str(fault):
                    reason = (
                        "a record is longer than 16 MiB, most likely because a quote never ends"
                    )
                self.text.failure = FileRefused(
                    file=self.text.name, code="damaged_file", reason=reason
                )
                raise self.text.failure from fault
        self._place(np.zeros(0, np.int64), np.zeros(0, np.bool_))
        self._refuse_endless_quote()

    def _parsed(self) -> Iterator[pa.RecordBatch]:
        def keep(row: arrow_csv.InvalidRow) -> str:
            self.misshapen.ordinals.append(row.number)
            self.misshapen.texts.append(row.text)
            return "skip"

        yield from arrow_csv.open_csv(
            pa.PythonFile(self.text, mode="r"),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=BLOCK_BYTES, column_names=self.names
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.text.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.string()),
                check_utf8=False,  # vendor_text has checked it
                strings_can_be_null=False,
            ),
        )

    def _numbered(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if batch.num_rows:
            self.last_cell = batch.column(batch.num_columns - 1)[-1].as_py()
        inner, empty = self._inner_line_ends(batch), _empty_records(batch)
        row_numbers, lines = self._place(inner, empty)
        numbered = pa.RecordBatch.from_arrays(
            [pa.array(row_numbers), pa.array(lines), *batch.columns], schema=self.schema
        )
        self.good += batch.num_rows - int(empty.sum())
        return numbered.filter(pa.array(~empty)) if empty.any() else numbered

    def _place(self, inner: Numbers, empty: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
        """Assign numbers to a batch, and to the misshapen records before its end.

        `inner` counts the line ends inside each record. With no records: those at the file's end.
        """
        bad, bad_inner = self.misshapen.waiting()
        good_before = bad - self.next_ordinal - np.arange(bad.size)  # well-shaped ones before each
        count = inner.size
        reached = bad.size if count == 0 else int(np.searchsorted(good_before, count, side="left"))
        bad, bad_inner, good_before = bad[:reached], bad_inner[:reached], good_before[:reached]
        inner_sum = np.concatenate([[0], np.cumsum(inner)])
        empty_sum = np.concatenate([[0], np.cumsum(empty)])
        bad_sum = np.concatenate([[0], np.cumsum(bad_inner)])
        at = np.arange(count)
        bad_before = np.searchsorted(good_before, at, side="right")
        ordinals = self.next_ordinal + at + bad_before
        lines = ordinals + self.line_shift + inner_sum[:-1] + bad_sum[bad_before]
        bad_lines = bad + self.line_shift + inner_sum[good_before] + bad_sum[:-1]
        self.misshapen.lines += bad_lines.tolist()
        self.misshapen.row_numbers += (bad - self.skipped - empty_sum[good_before]).tolist()
        row_numbers = ordinals - self.skipped - empty_sum[:-1]
        self.next_ordinal += count + reached
        self.line_shift += int(inner_sum[-1] + bad_sum[-1])
        self.skipped += int(empty_sum[-1])
        return row_numbers, lines

    def _inner_line_ends(self, batch: pa.RecordBatch) -> Numbers:
        """Count the line ends inside each record's cells; a column without any costs one scan."""
        total = np.zeros(batch.num_rows, np.int64)
        for column in batch.columns:
            text = _text_bytes(column)
            if text.min(initial=SPACE) == SPACE:
                continue
            self.separators |= bool(((text == ESCAPE) | (text == RECORD_SEPARATOR)).any())
            if (text == RETURN).any():
                total += pc.count_substring_regex(column, "\r\n|\n|\r").to_numpy().astype(np.int64)
            elif (text == LINE_FEED).any():
                total += pc.count_substring(column, "\n").to_numpy().astype(np.int64)
        return total

    def _refuse_endless_quote(self) -> None:
        """Refuse a file whose last record ran over line ends because its quote never ended."""
        ends_bad = self.misshapen.ordinals[-1:] == [self.next_ordinal - 1]
        last = self.misshapen.texts[-1] if ends_bad else self.last_cell
        if self.text.odd_quotes and _inner_lines(last):
            line = self.misshapen.lines[-1] if ends_bad else None
            where = f" (the record that starts in line {line})" if line else ""
            reason = f"a quote never ends, so the last record runs to the end of the file{where}"
            self.text.failure = FileRefused(file=self.text.name, code="damaged_file", reason=reason)
            raise self.text.failure


def _regrouped(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join and cut batches to the rows of one Parquet row group, so that one core writes each."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        rest = batch
        while (room := ROWS_PER_GROUP - sum(part.num_rows for part in held)) <= rest.num_rows:
            yield pa.concat_batches([*held, rest.slice(0, room)])
            held, rest = [], rest.slice(room)
        if rest.num_rows:
            held.append(rest)
    if held:
        yield pa.concat_batches(held)


def _inner_lines(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


def _empty_records(batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """Say which records have no text in any cell."""
    ends = np.zeros(batch.num_rows + 1, np.int64)
    for column in batch.columns:
        ends += _offsets(column)
    return np.equal(np.diff(ends), 0)


def _offsets(column: pa.Array) -> NDArray[np.int32]:
    _, offsets, _ = column.buffers()
    found = np.frombuffer(offsets, np.int32)
    return found[column.offset : column.offset + len(column) + 1]


def _text_bytes(column: pa.Array) -> NDArray[np.uint8]:
    _, _, text = column.buffers()
    if text is None or not len(column):
        return np.zeros(0, np.uint8)
    ends = _offsets(column)
    return np.frombuffer(text, np.uint8)[ends[0] : ends[-1]]
