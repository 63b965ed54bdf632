"""One relation -> a stream of bytes in the form asked for: JSON, NDJSON, CSV or Parquet."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain

from pyarrow.parquet import ParquetWriter

from tieout.engine.duckdb import Engine, define_macros
from tieout.serve.export.flat import CSV_MACROS, PACKAGE, csv_header, csv_row, typed_columns
from tieout.serve.export.json_text import Field, json_object
from tieout.serve.export.stream import Frame, Pipe, stream_list, stream_text

ROWS_PER_GROUP = 32_768
PARQUET = "parquet"
MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    PARQUET: "application/vnd.apache.parquet",
}


@dataclass(frozen=True)
class Form:
    """How rows are written: the format, decimals as JSON strings, CSV guarded for spreadsheets."""

    format: str = "json"
    quotes_numbers: bool = False
    guards_formulas: bool = False


@dataclass(frozen=True)
class Sheet:
    """What is written: the fields over a relation, in order, and what a Parquet file says of it.

    The rows come from one query, or from several of the same shape, one after the other.
    """

    fields: Sequence[Field]
    source: str | Sequence[str]
    told: Mapping[str, str] = field(default_factory=dict)

    def queries(self, columns: str) -> list[str]:
        """Give the queries of some columns."""
        sources = [self.source] if isinstance(self.source, str) else self.source
        return [f"SELECT {columns} FROM ({source})" for source in sources]


def stream_sheet(stack: ExitStack, engine: Engine, *, sheet: Sheet, form: Form) -> Iterator[bytes]:
    """Give the bytes of a sheet, one batch in memory at a time; the stack closes at their end."""
    if form.format == PARQUET:
        return _stream_parquet(stack, engine, sheet=sheet)
    if form.format == "csv":
        define_macros(engine, PACKAGE, names=CSV_MACROS)
        row = csv_row(sheet.fields, guarded=form.guards_formulas)
        header = csv_header(sheet.fields)
        frame = Frame(header, b"", header)
    elif form.format == "ndjson":
        row = f"{json_object(sheet.fields, quoted=form.quotes_numbers)} || chr(10)"
        frame = Frame(b"", b"", b"")
    else:
        text = list_text(sheet.fields, quoted=form.quotes_numbers)
        return stream_list(stack, engine, sql=sheet.queries(text))
    return stream_text(stack, engine, sql=sheet.queries(f"{row} AS text"), frame=frame)


def list_sql(fields: Sequence[Field], *, source: str, quoted: bool = False) -> str:
    """Give the query of a relation as JSON objects, each starting with a comma."""
    return f"SELECT {list_text(fields, quoted=quoted)} FROM ({source})"


def list_text(fields: Sequence[Field], *, quoted: bool = False) -> str:
    """Give the one column of such a query."""
    return f"',' || {json_object(fields, quoted=quoted)} AS text"


def _stream_parquet(stack: ExitStack, engine: Engine, *, sheet: Sheet) -> Iterator[bytes]:
    first, *others = sheet.queries(typed_columns(sheet.fields))
    with stack:
        reader = engine.connection.sql(first).to_arrow_reader(ROWS_PER_GROUP)
        pipe = Pipe()
        told = reader.schema.with_metadata(dict(sheet.told))
        with ParquetWriter(pipe, told, compression="zstd") as writer:
            more = (engine.batches(sql, rows=ROWS_PER_GROUP) for sql in others)
            for batch in chain(reader, *more):
                writer.write_batch(batch)
                if written := pipe.take():
                    yield written
        yield pipe.take()
