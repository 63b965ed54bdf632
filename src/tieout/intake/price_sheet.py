"""One price sheet or sheet of exchange rates, read into rows of a reference file; nothing judged.

open text -> recognise -> copy cells -> rows with the columns of the reference file, as text
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tieout.engine.duckdb import Engine, define_macros, literal, sql_text
from tieout.errors import FAULTS_MAX, Fault
from tieout.intake import typing_sql
from tieout.intake.columns import NUMBERS, Layout, lay_out
from tieout.intake.containers import Container, records_of
from tieout.intake.declared_style import SLASHED
from tieout.intake.findings import date_order, number_style
from tieout.intake.formats import NO_SHEET
from tieout.intake.ms_prices import SHEETS, SheetForm
from tieout.intake.recognition import open_recognised
from tieout.intake.records import Records
from tieout.intake.staging import of_container, read_cells
from tieout.intake.typing_sql import Reading
from tieout.intake.vendor_text import MARKED

PACKAGE = "tieout.intake"


@dataclass(frozen=True)
class StagedSheet:
    """A sheet as read: `rows` records, of which `left_out` give no row for a stated reason.

    `path` is a Parquet file with `row` (the record's number), `moment` (of a price's start, to tell
    which of several on one day is newest) and the columns of the reference file `resource` as
    text; `columns` gives the header name that such a column was read from. `faults` are records
    that have no row of cells, or cells that are not UTF-8; `more_faults` counts those not listed.
    """

    name: str
    format: str
    resource: str
    rows: int
    left_out: int
    notices: tuple[str, ...]
    faults: tuple[Fault, ...]
    more_faults: int
    columns: Mapping[str, str]
    path: Path


def stage_sheet(engine: Engine, source: Path, *, name: str, drafts: Path) -> StagedSheet:
    """Read one sheet into a Parquet file in `drafts`.

    Raises FileRefused where the file as a whole cannot be read; `drafts` holds waste then.
    """
    text, form = open_recognised(
        Container(source, name=name).opened, name=name, forms=SHEETS, elsewhere=NO_SHEET
    )
    layout = lay_out(form.columns, text.header, name=name)
    records = records_of(text)
    read_cells(engine, records, path=drafts / "cells.parquet")
    define_macros(engine, PACKAGE, names=(*typing_sql.MACROS, *form.macros))
    engine.parquet("intake_cells", [drafts / "cells.parquet"])
    reading, notices = _look_around(engine, _reading(form, layout), name=name)
    engine.view("intake_read", typing_sql.read_sql(reading, source="intake_cells"))
    engine.view("intake_judged", typing_sql.judged_sql(reading))
    left_out = _leave_out(engine, form)
    engine.let(slash_format=SLASHED["dmy" if reading.day_first else "mdy"])
    path = drafts / "rows.parquet"
    engine.copy(sql_text(PACKAGE, form.rows), path)
    said = (f"left out, {what}: {', '.join(codes)}" for what, codes in left_out.items())
    faults = _faults(engine, records, reading=reading)
    return StagedSheet(
        name=name,
        format=form.code,
        resource=form.resource,
        rows=records.count,
        left_out=sum(map(len, left_out.values())),
        notices=(*layout.notices, *notices, *said, *of_container(records)),
        faults=tuple(faults[:FAULTS_MAX]),
        more_faults=max(0, len(faults) - FAULTS_MAX),
        columns=_columns(form, layout),
        path=path,
    )


def _reading(form: SheetForm, layout: Layout) -> Reading:
    """Give how a sheet is read: absent columns as empty, numbers and dates also as they came."""
    given = {}
    for column in form.columns:
        cell = layout.cell(column.vendor)
        if column.kind in (*NUMBERS, "date"):
            given[f"{column.ours}_raw"] = cell or "NULL::VARCHAR"
            if cell is None:
                given |= {f"{column.ours}_cell": "''", f"{column.ours}_plain": "FALSE"}
        elif column.ours and cell is None:
            given[column.ours] = "NULL::VARCHAR"
    return Reading(form.columns, layout, given=given)


def _look_around(engine: Engine, reading: Reading, *, name: str) -> tuple[Reading, tuple[str, ...]]:
    """Find out the order of slash dates and the number style of the file."""
    day_first, notices = date_order(engine, reading)
    engine.view("intake_rest", "SELECT * FROM intake_cells")
    style = number_style(engine, reading, name=name)
    return replace(reading, day_first=day_first, number_style=style), tuple(notices)


def _leave_out(engine: Engine, form: SheetForm) -> dict[str, list[str]]:
    """Name the records that give rows `intake_taken`; give the others' currencies, by what."""
    leaves = " OR ".join(f"coalesce({sql}, FALSE)" for sql in form.left_out.values()) or "FALSE"
    engine.view("intake_taken", f"SELECT * FROM intake_judged WHERE NOT ({leaves})")
    found = {}
    for what, sql in form.left_out.items():
        rows = engine.arrow(f"SELECT currency FROM intake_judged WHERE {sql} ORDER BY row_number")
        found[what] = rows["currency"].to_pylist()
    return {what: codes for what, codes in found.items() if codes}


def _columns(form: SheetForm, layout: Layout) -> dict[str, str]:
    """Give the header name by the column of the reference file that it is read into."""
    return {
        form.renamed.get(column.ours, column.ours): layout.header[layout.places[column.vendor]]
        for column in form.columns
        if column.ours and column.vendor in layout.places
    }


def _faults(engine: Engine, records: Records, *, reading: Reading) -> list[Fault]:
    """Give the records that are no rows and the cells that are not UTF-8."""
    name, header = records.text.name, records.text.header
    found = []
    for record in records.misshapen_table().to_pylist():
        counted = f"has {len(record['cells'])} cells, the header has {len(header)}"
        found.append(Fault(name, record["row_number"], None, record["reason"] or counted))
    if not records.text.marked:
        return found
    for place in sorted({reading.place(column) for column in reading.typed}):
        rows = engine.arrow(
            f"SELECT row_number FROM intake_cells WHERE regexp_matches(c{place}, {literal(MARKED)})"
        )["row_number"].to_pylist()
        found += [Fault(name, row, header[place], "is not UTF-8") for row in rows]
    return found
