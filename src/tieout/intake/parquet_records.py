"""The records of a Parquet file as text cells, each number in plain digits.

row groups -> columns as text -> row_number, line, c0..cN
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet, types

from tieout.errors import FileRefused
from tieout.intake.json_elements import marked_text
from tieout.intake.reached import Reached
from tieout.intake.records import BatchMisshapen, NumberedRecords

BATCH_ROWS = 8192  # some dozens of MiB with the widest rows seen


@dataclass
class ParquetTable:
    """A Parquet file of which the schema was read."""

    source: Path
    name: str
    schema: pa.Schema
    marked: bool = False
    reached: Reached = field(default_factory=Reached)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name.strip() for name in self.schema.names)


def open_parquet(source: Path, *, name: str) -> ParquetTable:
    """Read the schema. Raises FileRefused: damaged_file, also when encrypted; empty_file."""
    try:
        with _opened(source) as file:
            schema = file.schema_arrow
    except (pa.ArrowException, OSError, UnicodeDecodeError) as fault:
        raise _damaged(name, fault) from fault
    if not len(schema):
        raise FileRefused(file=name, code="empty_file", reason="the file has no columns")
    return ParquetTable(source, name, schema)


@dataclass
class ParquetRecords(NumberedRecords):
    """The rows of a Parquet file; `line` is the row's number below a header, the first being 2."""

    text: ParquetTable

    @property
    def notices(self) -> tuple[str, ...]:
        """Name the columns whose numbers are not decimal in the file."""
        floats = [field.name for field in self.text.schema if types.is_floating(field.type)]
        if not floats:
            return ()
        return (f"binary floating point in the file: {', '.join(floats)}",)

    def misshapen_table(self) -> pa.Table:
        """Give none: every row of a Parquet file has all columns."""
        return self.misshapen.table([])

    def _batches(self) -> Iterator[pa.RecordBatch]:
        line, size = 2, self.text.source.stat().st_size
        try:
            with _opened(self.text.source) as file, duckdb.connect(":memory:") as nested:
                for batch in file.iter_batches(batch_size=BATCH_ROWS):
                    cells = [self._cells(column, nested) for column in batch.columns]
                    lines = np.arange(line, line + batch.num_rows)
                    line += batch.num_rows
                    self.text.reached.size = size * (line - 2) // file.metadata.num_rows
                    yield self.numbered(cells, lines=lines, misshapen=BatchMisshapen())
        except (pa.ArrowException, OSError, UnicodeDecodeError, duckdb.Error) as fault:
            raise _damaged(self.text.name, fault) from fault

    def _cells(self, column: pa.Array, nested: duckdb.DuckDBPyConnection) -> pa.Array:
        if types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if types.is_nested(column.type):
            column = _json(column, nested)
        return self._valid(pc.fill_null(_text(column), b"")).cast(pa.string())

    def _valid(self, column: pa.Array) -> pa.Array:
        """Give text in which bytes that are not UTF-8 are marked, so that none is lost."""
        try:
            column.cast(pa.string()).validate(full=True)
        except pa.ArrowInvalid:
            self.text.marked = True
            cells = [marked_text(cell) for cell in column.to_pylist()]
            return pa.array(cells, pa.binary())
        return column


def _opened(source: Path) -> parquet.ParquetFile:
    # the oldest kind of timestamp would overflow in nanoseconds
    return parquet.ParquetFile(source, coerce_int96_timestamp_unit="us")


def _damaged(name: str, fault: Exception) -> FileRefused:
    reason = f"the file is not readable as Parquet: {fault}"
    if "ncrypt" in str(fault):
        reason = "the Parquet file is encrypted"
    return FileRefused(file=name, code="damaged_file", reason=reason)


def _text(column: pa.Array) -> pa.Array:
    """Give the cells of a flat column as the bytes of their text."""
    kind = column.type
    if types.is_decimal(kind):
        column = _plain_decimals(column)
    elif types.is_timestamp(kind):
        column = _moments(column)
    elif types.is_float16(kind):
        column = column.cast(pa.float32()).cast(pa.string())
    elif types.is_fixed_size_binary(kind) or types.is_large_binary(kind):
        return column.cast(pa.binary())
    elif not types.is_binary(kind):
        column = column.cast(pa.string())  # shortest text that reads back, for binary fractions
    return column.cast(pa.binary())


def _moments(column: pa.Array) -> pa.Array:
    """Give timestamps in UTC as ISO text, without closing zeros of a fraction."""
    text = column.cast(pa.timestamp(column.type.unit)).cast(pa.string())
    text = pc.replace_substring_regex(text, pattern=r"([.][0-9]*?)0+$", replacement=r"\1")
    text = pc.replace_substring_regex(text, pattern=r"[.]$", replacement="")
    text = pc.replace_substring(text, pattern=" ", replacement="T")
    return pc.binary_join_element_wise(text, "Z", "")


def _plain_decimals(column: pa.Array) -> pa.Array:
    """Give decimals as plain digits with all their decimals, never as a power of ten."""
    kind = column.type
    if kind.scale <= 0:
        return column.cast(pa.decimal256(76, 0)).cast(pa.string())
    whole = pa.decimal256(76, 0) if types.is_decimal256(kind) else pa.decimal128(38, 0)
    if not (types.is_decimal256(kind) or types.is_decimal128(kind)):
        column = column.cast(pa.decimal128(kind.precision, kind.scale))
    units = pa.Array.from_buffers(
        whole, len(column), column.buffers(), column.null_count, column.offset
    ).cast(pa.string())
    sign = pc.if_else(pc.starts_with(units, "-"), "-", "")
    digits = pc.utf8_lpad(pc.utf8_ltrim(units, "-"), kind.scale + 1, "0")
    ones = pc.utf8_slice_codeunits(digits, 0, -kind.scale)
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise(sign, ones, ""),
        pc.utf8_slice_codeunits(digits, -kind.scale),
        ".",
    )


def _json(column: pa.Array, nested: duckdb.DuckDBPyConnection) -> pa.Array:
    """Give lists, structs and maps as JSON text, decimals in them as strings with all digits."""
    nested.register("nested", pa.table({"cell": column.cast(_decimals_as_text(column.type))}))
    sql = "SELECT CAST(to_json(cell) AS VARCHAR) AS cell FROM nested"
    return nested.sql(sql).to_arrow_table()["cell"].combine_chunks()


def _decimals_as_text(kind: pa.DataType) -> pa.DataType:
    """Give a type with text in place of decimals, which to_json would pass through doubles."""
    if types.is_struct(kind):
        return pa.struct([field.with_type(_decimals_as_text(field.type)) for field in kind])
    if types.is_map(kind):
        return pa.map_(_decimals_as_text(kind.key_type), _decimals_as_text(kind.item_type))
    if types.is_nested(kind):
        return pa.list_(_decimals_as_text(kind.value_type))
    return pa.string() if types.is_decimal(kind) else kind
