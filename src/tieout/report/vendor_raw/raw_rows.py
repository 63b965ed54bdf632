"""The rows of one vendor invoice number: which they are, and the SQL that reads their cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tieout.engine.duckdb import Engine, literal, sql_text
from tieout.report.rows import Place, RowPage
from tieout.report.run_file import name_reference_files
from tieout.report.vendor_raw import (
    PACKAGE,
    Consumed,
    files_of,
    name_loaded,
    only_vendors,
)
from tieout.store.house import House

ROWS_PER_PART = 40_960  # the rows of a group of cells: what is sorted and written at once
RAW_FILE = pa.schema([("file_no", pa.int64()), ("file_id", pa.string()), ("vendor", pa.string())])
BILLING_RUN = pa.schema([("run_id", pa.string()), ("snapshot_id", pa.int64())])
SET_ASIDE = pa.schema([("file_id", pa.string()), ("row_number", pa.int64())])


@dataclass(frozen=True)
class RawFile:
    """A file with rows of the invoices that are shown; `file_no` counts from 1."""

    file_no: int
    format: str
    header: tuple[str, ...]
    cells: Path


def define_raw(
    engine: Engine, house: House, *, consumed: Consumed, linked: pa.Table
) -> list[RawFile]:
    """Define `raw_line`, the rows of the linked invoices of one number; reads `bought_line`.

    Gives their files. Rejected rows are among them, with the code of what is wrong.
    """
    vendors = set(linked["vendor"].to_pylist())
    files = files_of(one for one in consumed.invoices if one.vendor in vendors)
    only, number = only_vendors(consumed.invoices), consumed.invoice_number or ""
    rows = [
        {"file_no": at, "file_id": file.file_id, "vendor": only.get((file.file_id, number))}
        for at, file in enumerate(files, start=1)
    ]
    engine.register("raw_file", pa.Table.from_pylist(rows, schema=RAW_FILE))
    engine.register("shown_invoice", linked.select(["vendor", "is_sole"]))
    name_loaded(engine, house, kind="vendor_line", files=files)
    name_loaded(engine, house, kind="rejected_row", files=files)
    _name_runs(engine, house, consumed=consumed)
    engine.table("raw_line", sql_text(PACKAGE, "raw_line"))
    cells = name_loaded(engine, house, kind="cells", files=files)
    return [
        RawFile(at, file.format, file.header, cells[file.file_id])
        for at, file in enumerate(files, start=1)
    ]


def cut_raw(
    engine: Engine, files: Sequence[RawFile], *, after: Place, limit: int | None
) -> tuple[RowPage, list[str]]:
    """Give the page of `raw_line` after a place, and the queries that read its parts, in order.

    A part is some rows of one file, with `format`, `invoice_number` and `row`, its cells as JSON.
    No query sorts or holds more than ROWS_PER_PART rows of cells.
    """
    behind = f"(file_no, row_number) > ({after.ordinal}, {after.line_no})"
    left = engine.one(f"SELECT count(*) AS n FROM raw_line WHERE {behind}")["n"]
    cut = f"LIMIT {limit}" if limit is not None else ""
    spans = engine.arrow(
        "SELECT file_no, min(row_number) AS first, max(row_number) AS last"
        f" FROM (SELECT * FROM raw_line WHERE {behind} ORDER BY file_no, row_number {cut})"
        " GROUP BY file_no ORDER BY file_no"
    ).to_pylist()
    count = left if limit is None else min(left, limit)
    end = Place(spans[-1]["file_no"], spans[-1]["last"]) if count < left else None
    of_no = {file.file_no: file for file in files}
    parts = [
        sql
        for span in spans
        for sql in _parts(of_no[span["file_no"]], first=span["first"], last=span["last"])
    ]
    return RowPage(count, end), parts or list(_parts(files[0], first=0, last=0))


def _parts(file: RawFile, *, first: int, last: int) -> Iterator[str]:
    cells = ", ".join(f"{literal(name)}, c{at}" for at, name in enumerate(file.header))
    for begin in range(first, last + 1, ROWS_PER_PART):
        span = f"BETWEEN {begin} AND {min(begin + ROWS_PER_PART - 1, last)}"
        yield (
            f"SELECT line.*, {literal(file.format)} AS format,"
            " getvariable('vendor_invoice_number') AS invoice_number,"
            f' json_object({cells})::VARCHAR AS "row"'
            f" FROM (SELECT * FROM raw_line WHERE file_no = {file.file_no}"
            f" AND row_number {span}) AS line"
            f" JOIN (SELECT * FROM read_parquet([{literal(str(file.cells))}])"
            f" WHERE row_number {span}) AS cells USING (row_number)"
            " ORDER BY line.row_number"
        )


def _name_runs(engine: Engine, house: House, *, consumed: Consumed) -> None:
    """Name what the runs knew of subscriptions, and which lines persons set aside."""
    runs = consumed.runs
    known = [{"run_id": run_id, "snapshot_id": number} for run_id, number in runs.items()]
    engine.register("billing_run", pa.Table.from_pylist(known, schema=BILLING_RUN))
    name_reference_files(engine, house, snapshots=set(runs.values()), resources=("subscriptions",))
    aside = [{name: row[name] for name in SET_ASIDE.names} for row in consumed.aside]
    engine.register("set_aside_line", pa.Table.from_pylist(aside, schema=SET_ASIDE))
