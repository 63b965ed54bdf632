"""What a published run left in the lake, read back as plain rows."""

from typing import Any

from tieout.engine.duckdb import session
from tieout.report.run_file import name_run_files
from tieout.store import manifest
from tieout.store.house import House

KINDS = ("charge", "detail_line", "invoice_line", "parked_line")


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
