"""What a period takes from the lake, named for the stages."""

from collections.abc import Sequence

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.store.vendor_invoices import TakenFile
from tieout.tables import REJECTED_ROW, VENDOR_LINE


def open_vendor_lines(engine: Engine, taken: Sequence[TakenFile]) -> None:
    """Name `taken_file`, `taken_invoice`, `vendor_line` and `rejected_row`; files get numbers."""
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
    engine.view("vendor_line", sql_text("tieout.pipeline", "vendor_line"))
    rejected = [file.rejected_row for file in taken if file.rejected_row]
    engine.parquet("rejected_row_all", rejected, schema=REJECTED_ROW)
    engine.view("rejected_row", sql_text("tieout.pipeline", "rejected_row"))
