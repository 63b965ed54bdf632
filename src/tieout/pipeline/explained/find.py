"""Which vendor lines a person means by a name."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from tieout.engine.duckdb import Engine, literal
from tieout.errors import NotFound
from tieout.report.row_source import define_sources
from tieout.report.run_file import name_run_files
from tieout.report.visibility import GENERAL, PREVIEW, SOLD, Viewer, Wanted, visible_invoices
from tieout.store import manifest
from tieout.store.catalog import invoice, run, vendor_file
from tieout.store.house import House
from tieout.tables import VENDOR_LINE

PREFIX = 16
LINE_ID = re.compile(rf"([0-9a-f]{{{PREFIX}}})-([0-9]{{1,18}})", re.ASCII)
FILE_ROW = re.compile(r"(.+):([0-9]{1,18})", re.ASCII | re.DOTALL)
ROW_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
MATCH_KEY = re.compile(r"mk_[a-z2-7]{24}", re.ASCII)
STATUSES = (*GENERAL, *PREVIEW)
NAMED_MAX = 1000  # of the lines behind one row; what is more is not looked at


@dataclass(frozen=True, order=True)
class Named:
    """One vendor line that a name stands for; `run_id` where it is asked of one run."""

    file_id: str
    row_number: int
    run_id: str = ""

    @property
    def line_id(self) -> str:
        """The vendor line's id: 16 digits of its file's id, and its row number."""
        return f"{self.file_id[:PREFIX]}-{self.row_number}"


def lines_named(engine: Engine, house: House, *, name: str) -> list[Named]:
    """Give the vendor lines that a name stands for, by file and row; raises NotFound for none.

    A name is a vendor line's id, `file:row`, a row id of the Reporting API, a match key or the
    vendor's own row id. Of lines in several files those that a published run took count first.
    """
    if not name.isprintable():  # bytes that are no text, or control signs: no name holds them
        raise NotFound(kind="vendor line", name=name)
    found = (
        _by_line_id(house, name)
        or _by_file_and_row(house, name)
        or _by_row_id(engine, house, name=name)
        or _by_charge(engine, house, name=name)
        or _by_vendor_row_id(engine, house, name=name)
    )
    if not found:
        raise NotFound(kind="vendor line", name=name)
    return sorted(set(found))


def _by_line_id(house: House, name: str) -> list[Named]:
    found = LINE_ID.fullmatch(name)
    if found is None:
        return []
    with house.catalog.read() as connection:
        begins = vendor_file.c.file_id.startswith(found[1], autoescape=True)
        ids = connection.execute(select(vendor_file.c.file_id).where(begins)).scalars()
        return [Named(file_id, int(found[2])) for file_id in ids]


def _by_file_and_row(house: House, name: str) -> list[Named]:
    found = FILE_ROW.fullmatch(name)
    if found is None:
        return []
    with house.catalog.read() as connection:
        ids = connection.execute(
            select(vendor_file.c.file_id).where(vendor_file.c.name == found[1]).distinct()
        ).scalars()
        return [Named(file_id, int(found[2])) for file_id in ids]


def _by_row_id(engine: Engine, house: House, *, name: str) -> list[Named]:
    """Find the lines behind a row of the Reporting API, among the invoices of every seller."""
    if ROW_ID.fullmatch(name) is None:
        return []
    with house.catalog.read() as connection:
        sellers = connection.execute(select(invoice.c.seller_id).distinct()).scalars().all()
    for seller in sorted(sellers):
        viewer = Viewer(seller, sees_cost=True, previews=SOLD)
        seen = visible_invoices(
            house.catalog, viewer, wanted=Wanted(statuses=STATUSES, direction="outgoing")
        )
        if define_sources(engine, house, invoices=seen, row_id=name, credit_grouping="datesSign"):
            return source_lines(engine, most=NAMED_MAX)
    return []


def source_lines(engine: Engine, *, most: int) -> list[Named]:
    """Give the first vendor lines behind a row, by file and row; see report/row_source.py."""
    sql = "SELECT DISTINCT file_id, row_number, run_id FROM source_line WHERE origin IS NULL"
    return _named(engine, sql, most=most)


def _by_charge(engine: Engine, house: House, *, name: str) -> list[Named]:
    """Find the lines of the published runs with this match key, or vendor row id.

    A match key is that of one run's line: what takes a line back has its own.
    """
    is_key = MATCH_KEY.fullmatch(name) is not None
    column, run_of = ("match_key", ", run_id") if is_key else ("vendor_invoice_row_id", "")
    with house.catalog.read() as connection:
        runs = connection.execute(select(run.c.run_id).where(manifest.is_billing())).scalars().all()
    name_run_files(engine, house, runs=runs, hops=(), kinds=("charge",))
    return _named(
        engine,
        f"SELECT DISTINCT file_id, row_number{run_of} FROM charge WHERE {column} = {literal(name)}",
    )


def _by_vendor_row_id(engine: Engine, house: House, *, name: str) -> list[Named]:
    with house.catalog.read() as connection:
        files = manifest.loaded_paths(connection, house, kind="vendor_line")
    engine.parquet("loaded_line", files, schema=VENDOR_LINE)
    return _named(
        engine,
        "SELECT DISTINCT file_id, row_number FROM loaded_line"
        f" WHERE vendor_invoice_row_id = {literal(name)}",
    )


def _named(engine: Engine, sql: str, *, most: int = NAMED_MAX) -> list[Named]:
    rows = engine.arrow(f"{sql} ORDER BY file_id, row_number LIMIT {most}").to_pylist()
    return [Named(**row) for row in rows]


def find_file(connection: Connection, house: House, *, file_id: str) -> dict[str, Any] | None:
    """Give a vendor file with its lake files by kind; None where no load has it."""
    query = select(vendor_file).where(vendor_file.c.file_id == file_id)
    found = connection.execute(query).mappings().first()
    if found is None:
        return None
    kept = manifest.lake_files(connection, file_id)
    return {**found, **{one.kind: house.lake.full(one.path) for one in kept}}
