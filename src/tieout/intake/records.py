"""The records of a vendor file as batches of text cells, whatever container they came in.

opened file -> row_number, line, c0..cN | misshapen records, empty records
"""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tieout.intake.reached import Reached

ESCAPE, RECORD_SEPARATOR, SPACE = 0x1B, 0x1E, 0x20
ROWS_PER_GROUP = 40_960
Numbers = NDArray[np.int64]

MISSHAPEN = pa.schema(
    [
        ("row_number", pa.int64()),
        ("line", pa.int64()),
        ("cells", pa.list_(pa.string())),
        ("code", pa.string()),
        ("reason", pa.string()),  # null: the number of cells says it
    ]
)


class Opened(Protocol):
    """A vendor file opened up to its header."""

    name: str
    reached: Reached

    @property
    def header(self) -> tuple[str, ...]:
        """The names as printed."""

    @property
    def marked(self) -> bool:
        """Whether a byte read so far was not UTF-8."""


@dataclass
class Misshapen:
    """Records that are no row of cells under the header, in file order."""

    ordinals: list[int] = field(default_factory=list)  # among all records, empty ones included
    texts: list[str] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def table(
        self, cells: Sequence[Sequence[str]], *, reasons: Sequence[str] | None = None
    ) -> pa.Table:
        """Give them with their cells as read; with reasons they are bad JSON, else misshapen."""
        code = "wrong_cell_count" if reasons is None else "bad_json"
        said = [None] * len(cells) if reasons is None else reasons
        columns = [self.row_numbers, self.lines, cells, [code] * len(cells), said]
        return pa.table(
            [pa.array(c, f.type) for c, f in zip(columns, MISSHAPEN, strict=True)], MISSHAPEN
        )


@dataclass
class Records(ABC):
    """All records of one vendor file, read once from front to back.

    An empty record, one without text in any cell, is skipped: counted in `skipped`, without a row
    number. Row numbers count every other record from 1; lines count from the file's first.
    """

    text: Opened
    misshapen: Misshapen = field(default_factory=Misshapen, kw_only=True)
    good: int = field(default=0, kw_only=True)
    skipped: int = field(default=0, kw_only=True)
    # a cell holds 0x1B or 0x1E, which row_hash separates cells with
    separators: bool = field(default=False, kw_only=True)

    @property
    def count(self) -> int:
        """How many records were read so far, empty ones not counted."""
        return self.good + len(self.misshapen.ordinals)

    @property
    def names(self) -> list[str]:
        """The positional column names."""
        return [f"c{at}" for at in range(len(self.text.header))]

    @property
    def schema(self) -> pa.Schema:
        """row_number, line and one text column per header cell."""
        numbers = [pa.field("row_number", pa.int64()), pa.field("line", pa.int64())]
        return pa.schema([*numbers, *(pa.field(name, pa.string()) for name in self.names)])

    @property
    def notices(self) -> tuple[str, ...]:
        """What the container itself gives cause to say."""
        return ()

    def groups(self, told: Callable[[], None] = lambda: None) -> Iterator[pa.Table]:
        """Give the well-shaped records, as many at a time as stand in a row group.

        `told` is called whenever some more of them were read. Raises FileRefused where the reading
        breaks off.
        """

        def read() -> Iterator[pa.RecordBatch]:
            for batch in self._batches():
                told()
                yield batch

        return _grouped(read(), self.schema)

    @abstractmethod
    def misshapen_table(self) -> pa.Table:
        """Give the misshapen records with their cells as read."""

    @abstractmethod
    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Give the well-shaped records batch by batch."""


class NumberedRecords(Records):
    """Records whose container tells the line of each, so that only row numbers are to be given."""

    def numbered(
        self, cells: Sequence[pa.Array], *, lines: Numbers, misshapen: "BatchMisshapen"
    ) -> pa.RecordBatch:
        """Give one batch numbered, with the misshapen records between them; drop empty ones."""
        batch = pa.RecordBatch.from_arrays(list(cells), names=self.names)
        empty = empty_records(batch)
        before = self.good + self.skipped + len(self.misshapen.lines)  # records, of any kind
        places = np.array(misshapen.places, np.int64)
        at = np.arange(len(lines))
        ordinals = before + at + 1 + np.searchsorted(places, at, side="right")
        bad = before + places + 1 + np.arange(places.size)
        empty_sum = np.concatenate([[0], np.cumsum(empty, dtype=np.int64)]) + self.skipped
        self.misshapen.ordinals += bad.tolist()
        self.misshapen.row_numbers += (bad - empty_sum[places]).tolist()
        self.misshapen.lines += misshapen.lines
        self.misshapen.texts += misshapen.texts
        numbers = [pa.array(ordinals - empty_sum[:-1]), pa.array(lines)]
        found = pa.RecordBatch.from_arrays([*numbers, *batch.columns], schema=self.schema)
        self.good += len(lines) - int(empty.sum())
        self.skipped += int(empty.sum())
        self.separators |= any(_holds_separator(column) for column in batch.columns)
        return found.filter(pa.array(~empty)) if empty.any() else found


@dataclass
class BatchMisshapen:
    """The misshapen records of one batch: how many well-shaped ones stand before each."""

    places: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, place: int, *, line: int, text: str) -> None:
        """Add the next one."""
        self.places.append(place)
        self.lines.append(line)
        self.texts.append(text)


def split_cells(text: str, delimiter: str) -> list[str]:
    """Give the cells of one record of CSV text."""
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def empty_records(batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """Say which records have no text in any cell."""
    ends = np.zeros(batch.num_rows + 1, np.int64)
    for column in batch.columns:
        ends += _offsets(column)
    return np.equal(np.diff(ends), 0)


def text_bytes(column: pa.Array) -> NDArray[np.uint8]:
    """Give the bytes of all cells of a column, one after another."""
    _, _, text = column.buffers()
    if text is None or not len(column):
        return np.zeros(0, np.uint8)
    ends = _offsets(column)
    return np.frombuffer(text, np.uint8)[ends[0] : ends[-1]]


def _holds_separator(column: pa.Array) -> bool:
    text = text_bytes(column)
    if text.min(initial=SPACE) == SPACE:
        return False
    return bool(((text == ESCAPE) | (text == RECORD_SEPARATOR)).any())


def _offsets(column: pa.Array) -> NDArray[np.int32]:
    _, offsets, _ = column.buffers()
    found = np.frombuffer(offsets, np.int32)
    return found[column.offset : column.offset + len(column) + 1]


def _grouped(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Join and cut batches to the rows of one Parquet row group."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        rest = batch
        while (room := ROWS_PER_GROUP - sum(part.num_rows for part in held)) <= rest.num_rows:
            yield pa.Table.from_batches([*held, rest.slice(0, room)], schema)
            held, rest = [], rest.slice(room)
        if rest.num_rows:
            held.append(rest)
    if held:
        yield pa.Table.from_batches(held, schema)
