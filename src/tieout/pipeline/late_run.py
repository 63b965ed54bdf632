"""A run that read lines where they were billed, or billed late ones: what it was made of."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tieout.engine.duckdb import Engine, sql_text
from tieout.pipeline.carried import name_taken
from tieout.pipeline.late_tables import CARRIED_LINE, LATE_CHARGE, LATE_DETAIL_LINE, TOLD_AGAIN
from tieout.store.house import House
from tieout.store.late_lines import CARRIED, LATE
from tieout.store.vendor_files import loaded_file
from tieout.tables import CHARGE, DETAIL_LINE, PARKED_LINE, VENDOR_LINE

PACKAGE = "tieout.pipeline"
KINDS = (LATE, "told_again", CARRIED)


def open_run_places(engine: Engine, house: House, *, paths: Mapping[str, Sequence[Path]]) -> None:
    """Name the lines that a run placed, parked, found late or carried, as `open_inputs` does.

    Nothing for a run without any of KINDS: it took all lines of its files.
    """
    if not any(kind in paths for kind in KINDS):
        return
    schemas = {"charge": CHARGE, "detail_line": DETAIL_LINE, "parked_line": PARKED_LINE}
    schemas |= {LATE: LATE_CHARGE, CARRIED: CARRIED_LINE, "told_again": TOLD_AGAIN}
    schemas["late_detail_line"] = LATE_DETAIL_LINE
    for kind, schema in schemas.items():
        engine.parquet(f"its_{kind}", list(paths.get(kind, ())), schema=schema)
    for kind in (LATE, "late_detail_line"):
        engine.table(kind, f"SELECT * FROM its_{kind}")
    engine.table("run_place", sql_text(PACKAGE, "late_run_place"))
    ids = engine.arrow("SELECT DISTINCT file_id FROM run_place ORDER BY file_id")["file_id"]
    with house.catalog.read() as connection:
        files = [
            loaded_file(connection, house, file_id=str(one), numbers=()) for one in ids.to_pylist()
        ]
    engine.parquet("run_file_line", [file.vendor_line for file in files], schema=VENDOR_LINE)
    engine.view("vendor_line", sql_text(PACKAGE, "late_run_line"))
    engine.view("told_line", "SELECT * FROM vendor_line")
    name_taken(engine, charge="carried_by_run", detail="carried_detail_by_run")
