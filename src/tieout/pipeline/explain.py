"""One vendor line's way: the row as it came, what became of it, and its price at each hop."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.errors import NotFound
from tieout.report.run_file import name_run_files
from tieout.store.catalog import lake_file, run, vendor_file
from tieout.store.house import House
from tieout.tables import REJECTED_ROW, VENDOR_LINE

PREFIX = 16


def explain_line(house: House, vendor_line_id: str) -> dict[str, Any]:
    """Explain `<first 16 digits of the file id>-<row number>`.

    Gives the file, the cells under their header names as they came, the typed vendor line or the
    reason why the row was rejected or parked, and the detail line of each hop of the published
    runs, amounts as text. Raises NotFound when no file has such a row.
    """
    prefix, _, number = vendor_line_id.rpartition("-")
    with house.catalog.read() as connection:
        file = _file(connection, prefix) if number.isascii() and number.isdigit() else None
        if file is None:
            raise NotFound(kind="vendor line", name=vendor_line_id)
        paths = {
            kind: house.lake.full(path)
            for kind, path in connection.execute(
                select(lake_file.c.kind, lake_file.c.path).where(
                    lake_file.c.owner_kind == "load", lake_file.c.owner_id == file["file_id"]
                )
            )
        }
        run_ids = connection.execute(select(run.c.run_id).where(run.c.is_current == 1)).scalars()
        runs = [str(run_id) for run_id in run_ids]
    with session(house.scratch) as engine:
        engine.let(file_id=file["file_id"], row_number=int(number))
        engine.parquet("cells", [paths["cells"]])
        engine.parquet("vendor_line", [paths["vendor_line"]], schema=VENDOR_LINE)
        engine.parquet("rejected_row", [paths["rejected_row"]], schema=REJECTED_ROW)
        kinds = ("charge", "detail_line", "parked_line")
        name_run_files(engine, house, runs=runs, hops=(), kinds=kinds)
        found = {
            "vendorLineId": vendor_line_id,
            "file": file["name"],
            "fileId": file["file_id"],
            "format": file["format"],
            "rowNumber": int(number),
            **_row(engine, header=json.loads(file["header"])),
        }
        if found["line"] is None:
            raise NotFound(kind="vendor line", name=vendor_line_id)
        found["vendorLine"] = _first(engine, "explained_vendor_line")
        found["rejected"] = _first(engine, "explained_rejection")
        found["parked"] = _first(engine, "explained_parking")
        found["hops"] = engine.arrow(sql_text("tieout.pipeline", "explained_hop")).to_pylist()
    return found


def _file(connection: Connection, prefix: str) -> Mapping[str, Any] | None:
    """Give the vendor file whose id begins with 16 hex digits."""
    if len(prefix) != PREFIX or not prefix.isalnum():
        return None
    begins = vendor_file.c.file_id.startswith(prefix, autoescape=True)
    found = connection.execute(select(vendor_file).where(begins)).mappings().first()
    return None if found is None else dict(found)


def _row(engine: Engine, *, header: list[str]) -> dict[str, Any]:
    """Give the physical line of the row and its cells under their names; a rejected one's too."""
    rows = engine.arrow("SELECT * FROM cells WHERE row_number = getvariable('row_number')")
    if rows.num_rows:
        row = rows.to_pylist()[0]
        cells = [row[f"c{at}"] for at in range(len(header))]
        return {"line": row["line"], "cells": _named(header, cells)}
    rejected = engine.arrow(
        "SELECT line, cells FROM rejected_row WHERE row_number = getvariable('row_number')"
    ).to_pylist()
    if not rejected:
        return {"line": None, "cells": []}
    return {"line": rejected[0]["line"], "cells": _named(header, rejected[0]["cells"])}


def _named(header: list[str], cells: list[str]) -> list[dict[str, str | None]]:
    """Pair names and cells in order; a row may have more or fewer cells than the header."""
    names = [*header, *[None] * (len(cells) - len(header))]
    return [{"name": name, "cell": cell} for name, cell in zip(names, cells, strict=False)]


def _first(engine: Engine, name: str) -> dict[str, Any] | None:
    found = engine.arrow(sql_text("tieout.pipeline", name)).to_pylist()
    return found[0] if found else None
