"""The records of a CSV text, each with its number and its physical line.

vendor text -> row_number, line, c0..cN | misshapen records, empty records
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from tieout.errors import FileRefused
from tieout.intake.records import (
    ESCAPE,
    RECORD_SEPARATOR,
    SPACE,
    Numbers,
    Records,
    empty_records,
    split_cells,
    text_bytes,
)
from tieout.intake.vendor_text import VendorText

BLOCK_BYTES = 16 << 20
LINE_FEED, RETURN = 0x0A, 0x0D


@dataclass
class CsvRecords(Records):
    """All records of one vendor text; an empty one is a blank line, or delimiters only."""

    text: VendorText
    next_ordinal: int = 1
    line_shift: int = 0

    def __post_init__(self) -> None:
        """Start below the header."""
        self.line_shift = self.text.header_lines

    def misshapen_table(self) -> pa.Table:
        """Give the misshapen records with their cells as read."""
        cells = [split_cells(text, self.text.delimiter) for text in self.misshapen.texts]
        return self.misshapen.table(cells)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._parsed():
                if batch.num_rows:
                    yield self._numbered(batch)
        except pa.ArrowInvalid as fault:
            if "Empty CSV" not in str(fault):
                reason = f"the file is not readable as CSV: {fault}"
                if "straddl" in str(fault):
                    reason = (
                        "a record is longer than 16 MiB, most likely because a quote never ends"
                    )
                raise FileRefused(
                    file=self.text.name, code="damaged_file", reason=reason
                ) from fault
        ended = self._end_reached()
        self._place(np.zeros(0, np.int64), np.zeros(0, np.bool_))
        if not ended:
            raise self._endless_quote()

    def _end_reached(self) -> bool:
        """Take away the mark behind the last record; say whether it stood there by itself."""
        reached = self.misshapen.texts[-1:] == [self.text.end_mark]
        if reached:
            del self.misshapen.texts[-1], self.misshapen.ordinals[-1]
        return reached

    def _parsed(self) -> Iterator[pa.RecordBatch]:
        def keep(row: arrow_csv.InvalidRow) -> str:
            self.misshapen.ordinals.append(row.number)
            self.misshapen.texts.append(row.text)
            self.text.misshapen_size += len(row.text)
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
        inner, empty = self._inner_line_ends(batch), empty_records(batch)
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
        bad, bad_inner = self._waiting()
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

    def _waiting(self) -> tuple[Numbers, Numbers]:
        """Give ordinal and inner line ends of the misshapen records not yet placed."""
        placed = len(self.misshapen.lines)
        inner = [_inner_lines(text) for text in self.misshapen.texts[placed:]]
        return np.array(self.misshapen.ordinals[placed:], np.int64), np.array(inner, np.int64)

    def _inner_line_ends(self, batch: pa.RecordBatch) -> Numbers:
        """Count the line ends inside each record's cells; a column without any costs one scan."""
        total = np.zeros(batch.num_rows, np.int64)
        for column in batch.columns:
            text = text_bytes(column)
            if text.min(initial=SPACE) == SPACE:
                continue
            self.separators |= bool(((text == ESCAPE) | (text == RECORD_SEPARATOR)).any())
            if (text == RETURN).any():
                total += pc.count_substring_regex(column, "\r\n|\n|\r").to_numpy().astype(np.int64)
            elif (text == LINE_FEED).any():
                total += pc.count_substring(column, "\n").to_numpy().astype(np.int64)
        return total

    def _endless_quote(self) -> FileRefused:
        """Refuse a file whose last record ran to its end because a quote in it never ends."""
        is_last = self.misshapen.ordinals[-1:] == [self.next_ordinal - 1]
        where = f" (the record that starts in line {self.misshapen.lines[-1]})" if is_last else ""
        reason = f"a quote never ends, so the last record runs to the end of the file{where}"
        return FileRefused(file=self.text.name, code="damaged_file", reason=reason)


def _inner_lines(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
