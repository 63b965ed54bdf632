"""What a period takes from the lake, named for the stages."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.store.manual_lines import MANUAL_LINE, Typed
from tieout.store.vendor_invoices import TakenFile
from tieout.tables import LINE_DECISION, REJECTED_ROW, SET_ASIDE_LINE, VENDOR_LINE


def open_vendor_lines(
    engine: Engine,
    taken: Sequence[TakenFile],
    *,
    decisions: Sequence[Mapping[str, Any]] = (),
    is_estimate: bool = False,
) -> None:
    """Name the vendor's lines and rejected rows that a period takes; files get numbers.

    Makes `taken_file`, `taken_invoice` and `rejected_row`; `read_line`, every billed line;
    `set_aside_line`, those that `decisions` in force set aside; `vendor_line`, all others. Of an
    estimate the lines are those that no invoice bills yet.
    """
    ordered = sorted(taken, key=lambda file: file.file_id)
    engine.register(
        "taken_file",
        pa.table(
            {
                "file_no": pa.array(range(len(ordered)), pa.int32()),
                "file_id": pa.array([file.file_id for file in ordered], pa.string()),
                "name": pa.array([file.name for file in ordered], pa.string()),
                "format": pa.array([file.format for file in ordered], pa.string()),
            }
        ),
    )
    numbers = [(at, number) for at, f in enumerate(ordered) for number in f.invoice_numbers]
    engine.register(
        "taken_invoice",
        pa.table(
            {
                "file_no": pa.array([at for at, _ in numbers], pa.int32()),
                "file_id": pa.array([ordered[at].file_id for at, _ in numbers], pa.string()),
                "invoice_number": pa.array([number for _, number in numbers], pa.string()),
            }
        ),
    )
    engine.parquet("vendor_line_all", [file.vendor_line for file in taken], schema=VENDOR_LINE)
    read = sql_text("tieout.pipeline", "estimate_line" if is_estimate else "vendor_line")
    here = {file.file_id for file in taken}
    _split(engine, [one for one in decisions if one["file_id"] in here], read=read)
    rejected = [file.rejected_row for file in taken if file.rejected_row]
    engine.parquet("rejected_row_all", rejected, schema=REJECTED_ROW)
    engine.view("rejected_row", sql_text("tieout.pipeline", "rejected_row"))


def _split(engine: Engine, decisions: Sequence[Mapping[str, Any]], *, read: str) -> None:
    """Part the lines read into those set aside and all others; with no decision nothing is read."""
    if not decisions:
        engine.view("vendor_line", read)
        engine.view("read_line", "SELECT * FROM vendor_line")
        engine.register("set_aside_line", SET_ASIDE_LINE.empty_table())
        return
    rows = [{name: one[name] for name in LINE_DECISION.names} for one in decisions]
    engine.register("line_decision", pa.Table.from_pylist(rows, schema=LINE_DECISION))
    engine.view("read_line", read)
    engine.table("set_aside_line", sql_text("tieout.pipeline", "set_aside_line"))
    engine.view(
        "vendor_line",
        "SELECT * FROM read_line ANTI JOIN set_aside_line USING (file_no, row_number)",
    )


def name_manual_lines(engine: Engine, typed: Sequence[Typed]) -> None:
    """Name `manual_line`, what persons typed onto drafts of the period."""
    rows = [{name: one[name] for name in MANUAL_LINE.names} for one in typed]
    engine.register("manual_line", pa.Table.from_pylist(rows, schema=MANUAL_LINE))
