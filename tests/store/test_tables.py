"""The shapes that `tables.py` declares are those of the files and of the tables between stages."""

import datetime as dt

import pyarrow as pa
import pytest
from pyarrow import parquet
from store_case import PERIOD

from tieout import tables
from tieout.engine.duckdb import session
from tieout.match import match_lines
from tieout.pipeline.inputs import open_inputs, read_inputs
from tieout.store.catalog import lake_file
from tieout.store.house import House

FILES = {
    "vendor_line": tables.VENDOR_LINE,
    "rejected_row": tables.REJECTED_ROW,
    "parked_line": tables.PARKED_LINE,
    "charge": tables.CHARGE,
    "detail_line": tables.DETAIL_LINE,
    "invoice_line": tables.INVOICE_LINE,
}


def shape(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """Give names and types in order; lists by what they hold."""
    return [
        (field.name, field.type.value_type if pa.types.is_list(field.type) else field.type)
        for field in schema
    ]


@pytest.mark.parametrize("kind", sorted(FILES))
def test_every_lake_file_of_a_month_has_its_declared_shape(billed: House, kind: str) -> None:
    with billed.catalog.read() as connection:
        paths = connection.execute(lake_file.select().where(lake_file.c.kind == kind)).mappings()
        found = [billed.lake.full(row["path"]) for row in paths]
    assert found
    for path in found:
        assert shape(parquet.read_schema(path)) == shape(FILES[kind])


def test_matched_lines_have_their_declared_shape(billed: House) -> None:
    with session(billed.scratch) as engine:
        with billed.catalog.read() as connection:
            inputs = read_inputs(connection, billed, period=PERIOD)
        open_inputs(engine, inputs, house=billed)
        match_lines(engine, first_day=dt.date.fromisoformat(f"{PERIOD}-01"), secret=b"s")
        found = engine.arrow("SELECT * FROM matched_line").schema
    assert shape(found) == shape(tables.MATCHED_LINE)
