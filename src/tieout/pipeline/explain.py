"""One vendor line's way: the row as it came, what became of it, and its price at each hop."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.errors import NotFound
from tieout.report.run_file import name_run_files
from tieout.store import line_decisions, manifest
from tieout.store.catalog import run, vendor_file
from tieout.store.house import House
from tieout.tables import REJECTED_ROW, VENDOR_LINE

PREFIX = 16


def explain_line(house: House, vendor_line_id: str) -> dict[str, Any]:
    """Explain `<first 16 digits of the file id>-<row number>`.

    Gives the file, the cells under their header names as they came, the typed vendor line or the
    reason why the row was rejected or parked, what persons decided on it, oldest first, and the
    detail line of each hop of the published runs, amounts as text. Raises
    NotFound when no file has such a row.
    """
    with house.catalog.read() as connection:
        file, row_number = find_line(connection, house, line=vendor_line_id)
        decided = line_decisions.history(connection, file_id=file["file_id"], row_number=row_number)
        run_ids = connection.execute(select(run.c.run_id).where(run.c.is_current == 1)).scalars()
        runs = [str(run_id) for run_id in run_ids]
    with session(house.scratch) as engine:
        engine.let(file_id=file["file_id"], row_number=row_number)
        engine.parquet("cells", [file["cells"]])
        engine.parquet("vendor_line", [file["vendor_line"]], schema=VENDOR_LINE)
        engine.parquet("rejected_row", [file["rejected_row"]], schema=REJECTED_ROW)
        kinds = ("charge", "detail_line", "parked_line")
        name_run_files(engine, house, runs=runs, hops=(), kinds=kinds)
        found = {
            "vendorLineId": vendor_line_id,
            "file": file["name"],
            "fileId": file["file_id"],
            "format": file["format"],
            "rowNumber": row_number,
            **_row(engine, header=json.loads(file["header"])),
        }
        if found["line"] is None:
            raise NotFound(kind="vendor line", name=vendor_line_id)
        found["vendorLine"] = _first(engine, "explained_vendor_line")
        found["rejected"] = _first(engine, "explained_rejection")
        found["parked"] = _first(engine, "explained_parking")
        found["decisions"] = [
            {"decision": one["decision"], "reason": one["reason"]}
            | {"by": one["decided_by"], "at": one["decided_at"]}
            for one in decided
        ]
        found["hops"] = engine.arrow(sql_text("tieout.pipeline", "explained_hop")).to_pylist()
    return found


def line_name(file_id: str, row_number: int) -> str:
    """Give a vendor line's id: the first 16 digits of its file's id, and its row number."""
    return f"{file_id[:PREFIX]}-{row_number}"


def find_line(connection: Connection, house: House, *, line: str) -> tuple[dict[str, Any], int]:
    """Give the file that a vendor line's id names, with its lake files by kind, and the row.

    Raises NotFound when no file has such an id; whether it has the row is not looked at.
    """
    prefix, _, number = line.rpartition("-")
    file = _file(connection, prefix) if number.isascii() and number.isdigit() else None
    if file is None:
        raise NotFound(kind="vendor line", name=line)
    kept = manifest.lake_files(connection, file["file_id"])
    return {**file, **{one.kind: house.lake.full(one.path) for one in kept}}, int(number)


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
