"""What a published run left in the lake, read back as plain rows."""

from typing import Any

import pyarrow as pa
from pyarrow.parquet import read_schema

from tieout.engine.duckdb import session
from tieout.report.run_file import name_run_files
from tieout.store import manifest
from tieout.store.house import House
from tieout.tables import CHARGE, DETAIL_LINE, INVOICE_LINE, PARKED_LINE

SCHEMAS = {
    "charge": CHARGE,
    "detail_line": DETAIL_LINE,
    "invoice_line": INVOICE_LINE,
    "parked_line": PARKED_LINE,
}
KINDS = tuple(SCHEMAS)


def stored_lines(house: House, period: str, *, kind: str) -> list[dict[str, Any]]:
    """Give the rows of a kind of the period's run; detail lines with what their charge says."""
    with house.catalog.read() as connection:
        run = manifest.current_run(connection, period=period)
        assert run is not None
    with session(house.scratch) as engine:
        name_run_files(engine, house, runs=[run["run_id"]], hops=(), kinds=KINDS)
        joined = "JOIN charge USING (run_id, charge_no)" if kind == "detail_line" else ""
        rows: list[dict[str, Any]] = engine.arrow(f"SELECT * FROM {kind} {joined}").to_pylist()
    return rows


def columns_unlike_tables(house: House, period: str) -> list[tuple[str, str, pa.DataType]]:
    """Give the columns of the period's files whose type is not the one that `tables` states."""
    with house.catalog.read() as connection:
        run = manifest.current_run(connection, period=period)
        assert run is not None
        paths = manifest.run_paths(connection, house, run_id=run["run_id"])
    return [
        (kind, field.name, field.type)
        for kind, schema in SCHEMAS.items()
        for path in paths[kind]
        for field in read_schema(path)
        if field.type != schema.field(field.name).type
    ]
