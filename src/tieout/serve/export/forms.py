"""One relation -> a stream of bytes in the form asked for: JSON, NDJSON, CSV or Parquet."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

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
    """What is written: the fields over a relation, in order, and what a Parquet file says of it."""

    fields: Sequence[Field]
    source: str
    told: Mapping[str, str] = field(default_factory=dict)


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
        sql = list_sql(sheet.fields, source=sheet.source, quoted=form.quotes_numbers)
        return stream_list(stack, engine, sql=sql)
    sql = f"SELECT {row} AS text FROM ({sheet.source})"
    return stream_text(stack, engine, sql=sql, frame=frame)


def list_sql(fields: Sequence[Field], *, source: str, quoted: bool = False) -> str:
    """Give the query of a relation as JSON objects, each starting with a comma."""
    return f"SELECT ',' || {json_object(fields, quoted=quoted)} AS text FROM ({source})"


def _stream_parquet(stack: ExitStack, engine: Engine, *, sheet: Sheet) -> Iterator[bytes]:
    sql = f"SELECT {typed_columns(sheet.fields)} FROM ({sheet.source})"
    with stack:
        reader = engine.query(sql).to_arrow_reader(ROWS_PER_GROUP)
        pipe = Pipe()
        told = reader.schema.with_metadata(dict(sheet.told))
        with ParquetWriter(pipe, told, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
                if written := pipe.take():
                    yield written
        yield pipe.take()
