"""One vendor file, staged: read once into cells, typed and checked in SQL, nothing published.

open text -> recognise -> copy cells -> look around -> type and check -> vendor_line | rejected_row
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from tieout import tables
from tieout.engine.duckdb import Engine, after, define_macros, literal, sql_text
from tieout.errors import FileRefused, LawBroken
from tieout.intake import typing_sql
from tieout.intake.columns import Layout, lay_out
from tieout.intake.containers import Container, records_of
from tieout.intake.findings import look_around, restyled, twins
from tieout.intake.form import Form
from tieout.intake.formats import FORMS, NO_INVOICE
from tieout.intake.recognition import open_recognised
from tieout.intake.records import Records
from tieout.intake.totals_row import compared, set_aside
from tieout.intake.typing_sql import Reading

PACKAGE = "tieout.intake"
DICTIONARY_BYTES = 65_536  # of a column in a row group; beyond, its texts stand plain
SQL_TYPES = {
    tables.AMOUNT: "DECIMAL(38, 18)",
    tables.PRICE: "DECIMAL(38, 24)",
    tables.TEXT: "VARCHAR",
    tables.DATE: "DATE",
    tables.DIGITS: "UTINYINT",
    pa.int64(): "BIGINT",
}


@dataclass(frozen=True)
class Said:
    """What is said about a file beside its bytes: declared mappings, and the invoice's number.

    The number is for a file that has no column for it.
    """

    mappings: Sequence[Form] = ()
    invoice_number: str | None = None


NOTHING_SAID = Said()


@dataclass(frozen=True)
class StagedFile:
    """A vendor file read and checked: rows = loaded + rejected.

    `skipped` records were empty, or footers that a declared mapping knows.
    """

    file_id: str  # SHA-256 of the bytes as received
    name: str
    format: str
    vendor: str
    header: tuple[str, ...]
    rows: int
    loaded: int
    rejected: int
    skipped: int
    notices: tuple[str, ...]
    cells: Path  # row_number, line, c0..cN: every well-shaped record as text, in file order
    vendor_line: Path
    rejected_row: Path
    version: int | None = None  # of the declared mapping that read it


def stage_file(
    engine: Engine,
    source: Path,
    *,
    name: str,
    file_id: str,
    drafts: Path,
    said: Said = NOTHING_SAID,
) -> StagedFile:
    """Read one vendor file into three Parquet files in `drafts`; `file_id` is its SHA-256.

    Raises FileRefused where the file as a whole cannot be read; `drafts` holds waste then.
    """
    parts = ("cells", "vendor_line", "rejected_row")
    cells, lines, rejects = (drafts / f"{part}.parquet" for part in parts)
    engine.watch.phase("read")
    form, layout, records = _read(engine, source, name=name, mappings=said.mappings, path=cells)
    engine.watch.phase("type")
    define_macros(engine, PACKAGE, names=(*typing_sql.MACROS, *form.macros, "shown"))
    engine.let(file_id=file_id)
    aside = set_aside(engine, records, style=form.style, cells=cells)
    rows = records.count
    found = _numbered(_reading(form, layout, records=records), said.invoice_number)
    reading, notices = look_around(engine, found, kind_of_word=form.kind_of_word)
    loaded = _copy_vendor_lines(engine, reading, form=form, file_id=file_id, path=lines)
    if loaded < records.good and (found := restyled(engine, reading, name=name)) != reading:
        reading = found
        loaded = _copy_vendor_lines(engine, reading, form=form, file_id=file_id, path=lines)
    clean = loaded == rows
    rejected = _copy_rejected_rows(engine, records, reading=reading, clean=clean, path=rejects)
    _check_rows(rows, loaded=loaded, rejected=rejected)
    engine.parquet("intake_line", [lines])
    notices = (*layout.notices, *notices, *of_container(records), *aside.notices(), *twins(engine))
    notices += tuple(compared(engine, reading, aside=aside, rejects=rejects))
    return StagedFile(
        file_id=file_id,
        name=name,
        format=form.code,
        vendor=form.vendor,
        header=records.text.header,
        rows=rows,
        loaded=loaded,
        rejected=rejected,
        skipped=records.skipped + aside.count,
        notices=notices,
        cells=cells,
        vendor_line=lines,
        rejected_row=rejects,
        version=form.version,
    )


def _read(
    engine: Engine, source: Path, *, name: str, mappings: Sequence[Form], path: Path
) -> tuple[Form, Layout, Records]:
    """Recognise a file and copy its cells; give how it is laid out, and what was read of it."""
    container = Container(source, name=name, whole=False)
    try:
        return _copied(engine, container, mappings=mappings, path=path)
    except FileRefused:
        if container.kind != "json":
            raise
    return _copied(engine, Container(source, name=name), mappings=mappings, path=path)


def _copied(
    engine: Engine, container: Container, *, mappings: Sequence[Form], path: Path
) -> tuple[Form, Layout, Records]:
    name, forms = container.name, (*FORMS, *mappings)
    text, form = open_recognised(container.opened, name=name, forms=forms, elsewhere=NO_INVOICE)
    layout = lay_out(form.columns, text.header, name=name)
    records = records_of(text)
    read_cells(engine, records, path=path)
    return form, layout, records


def _reading(form: Form, layout: Layout, *, records: Records) -> Reading:
    """Give how a file is to be read by what its format declares and its bytes have shown."""
    return Reading(
        form.columns,
        layout,
        marked=records.text.marked,
        separators=records.separators,
        style=form.style,
        given=form.given(layout),
    )


def _numbered(reading: Reading, invoice_number: str | None) -> Reading:
    """Give every row of a file that names no invoice the number a person gave."""
    if invoice_number is None or reading.cell("invoice_number"):
        return reading
    given = {**reading.given, "invoice_number": literal(invoice_number)}
    return replace(reading, given=given)


def _check_rows(rows: int, *, loaded: int, rejected: int) -> None:
    if loaded + rejected != rows:
        law, counted = "rows in = loaded + rejected", f"{loaded} + {rejected}"
        raise LawBroken(law=law, left=str(rows), right=counted)


def read_cells(engine: Engine, records: Records, *, path: Path) -> None:
    """Copy the cells. Raises FileRefused where there is no record, or the reading broke off."""
    _copy_cells(engine, records, path=path)
    if not records.count:
        reason = "the file has a header but no rows"
        raise FileRefused(file=records.text.name, code="empty_file", reason=reason)


def _copy_cells(engine: Engine, records: Records, *, path: Path) -> None:
    """Write the cells, a row group while the next is read."""

    def told() -> None:
        engine.watch.reached(size=records.text.reached.size, rows=records.count)

    # the pool ends first, however it ends: nobody may close the writer while it writes
    with _cells_writer(path, records.schema) as writer, ThreadPoolExecutor(1) as pool:
        written: Future[None] | None = None
        for group in records.groups(told):
            if written:
                written.result()
            written = pool.submit(writer.write_table, group)
        if written:
            written.result()


def _cells_writer(path: Path, schema: pa.Schema) -> parquet.ParquetWriter:
    """Give what writes cells: Arrow's writer takes a third of the time of DuckDB's for them."""
    return parquet.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        dictionary_pagesize_limit=DICTIONARY_BYTES,
    )


def _copy_vendor_lines(
    engine: Engine, reading: Reading, *, form: Form, file_id: str, path: Path
) -> int:
    """Type and check every cell; give the number of rows without a fault."""
    header = reading.layout.header
    ours = {
        at: c.ours
        for c in reading.columns
        if (at := reading.layout.places.get(c.vendor)) is not None
    }
    places = list(range(len(header)))
    engine.register(
        "intake_header",
        pa.table(
            {
                "position": places,
                "name": header,
                "ours": pa.array([ours.get(p) for p in places], pa.string()),
            }
        ),
    )
    refused = _several_currencies(engine, reading)
    names = {field.name: SQL_TYPES[field.type] for field in tables.VENDOR_LINE}
    constants = {"file_id": file_id, "vendor": form.vendor}
    rules = form.rules(reading.layout)
    sql = typing_sql.vendor_line_sql(reading, names=names, constants=constants, rules=rules)
    loaded = engine.copy(after(_checked(reading, "intake_cells", refused=refused), sql), path)
    engine.parquet("intake_line", [path])
    engine.view(
        "intake_rest", "SELECT * FROM intake_cells ANTI JOIN intake_line USING (row_number)"
    )
    return loaded


def _checked(reading: Reading, source: str, *, refused: bool) -> dict[str, str]:
    """Give the relations from cells to `intake_checked`: the first fault of every row.

    Where `refused`, invoices in several currencies are faults beside those of the rows' own.
    """
    cells = ", ".join(f"c{place}" for place in range(len(reading.layout.header)))
    verdict = "fault"
    if refused:
        at = reading.blamed("billing_currency")
        found = "invoice_number IN (SELECT invoice_number FROM intake_mixed)"
        verdict = f"coalesce(fault, CASE WHEN {found} THEN 'mixed_currency:{at}' END)"
    return {
        **typing_sql.typed(reading, source=source),
        "intake_checked": f"SELECT *, [{cells}] AS cells, {verdict} AS verdict FROM intake_typed",
    }


def _several_currencies(engine: Engine, reading: Reading) -> bool:
    """Name the invoices in several currencies; tell whether there may be any."""
    number = reading.cell("invoice_number") or "''"
    currency = str(reading.cell("billing_currency"))
    engine.view(
        "intake_invoice_currency",
        f"SELECT {number} AS number, {currency} AS currency FROM intake_cells",
    )
    engine.table("intake_suspect", sql_text(PACKAGE, "suspect"))
    mixed = "SELECT NULL::VARCHAR AS invoice_number, NULL::VARCHAR AS currencies WHERE FALSE"
    refused = bool(engine.one("SELECT count(*) AS suspects FROM intake_suspect")["suspects"])
    if refused:
        relations = typing_sql.typed(reading, source="intake_cells")
        mixed = after(relations, sql_text(PACKAGE, "mixed"))
    engine.table("intake_mixed", mixed)
    return refused


def _copy_rejected_rows(
    engine: Engine, records: Records, *, reading: Reading, clean: bool, path: Path
) -> int:
    """Judge again the rows that are no vendor lines, now for what is to be said about them."""
    if clean:
        parquet.write_table(tables.REJECTED_ROW.empty_table(), path, compression="zstd")
        return 0
    engine.register("intake_misshapen", records.misshapen_table())
    relations = _checked(reading, "intake_rest", refused=True)
    return engine.copy(after(relations, sql_text(PACKAGE, "rejected_row")), path)


def of_container(records: Records) -> tuple[str, ...]:
    """Give what the container and its empty records give cause to say."""
    if not records.skipped:
        return records.notices
    return (*records.notices, f"records without any text, skipped: {records.skipped}")
