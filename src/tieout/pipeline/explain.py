"""One vendor line's way: the row as it came, what became of it, and its price at each hop."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, select

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.errors import NotFound
from tieout.pipeline.explained.find import Named, find_file, lines_named
from tieout.pipeline.explained.frozen import Frozen
from tieout.pipeline.explained.line import Line
from tieout.pipeline.explained.seen import as_seen
from tieout.pipeline.explained.told import (
    differences,
    parking_differences,
    tell_hop,
    tell_match,
    tell_proration,
    tell_terms,
)
from tieout.pipeline.explained.way import Way, recompute
from tieout.report.run_file import name_run_files
from tieout.store import line_decisions, manifest
from tieout.store.catalog import run, vendor_file
from tieout.store.house import House
from tieout.tables import REJECTED_ROW, VENDOR_LINE

PREFIX = 16
KINDS = ("charge", "detail_line", "parked_line", "invoice_line")


def named_lines(house: House, name: str) -> list[Named]:
    """Give the vendor lines that a person means by a name; raises NotFound for none."""
    with session(house.home / "answers") as engine:
        return lines_named(engine, house, name=name)


def explain_line(house: House, vendor_line_id: str) -> dict[str, Any]:
    """Explain `<first 16 digits of the file id>-<row number>`.

    Gives the file, the cells under their header names as they came, the typed vendor line or the
    reason why the row was rejected or parked, what persons decided on it, oldest first, how it was
    matched, and for each hop of the published run the detail line, the rule, list price and rate
    that hold, each policy step with its figures and the consolidated line; amounts as text.
    `differences` has every figure that the stored line and the recomputation do not share. Raises
    NotFound when no file has such a row. Fields: docs/how-to/explain-a-line.md.
    """
    with house.catalog.read() as connection:
        file, row_number = find_line(connection, house, line=vendor_line_id)
    with session(house.home / "answers") as engine:
        return explain_row(engine, house, named=Named(file["file_id"], row_number))


def explain_row(engine: Engine, house: House, *, named: Named) -> dict[str, Any]:
    """Explain one row of a vendor file; see `explain_line`."""
    with house.catalog.read() as connection:
        file = find_file(connection, house, file_id=named.file_id)
        decided = line_decisions.history(
            connection, file_id=named.file_id, row_number=named.row_number
        )
        runs = connection.execute(select(run).where(run.c.is_current == 1)).mappings().all()
    if file is None:
        raise NotFound(kind="vendor line", name=named.line_id)
    engine.let(file_id=named.file_id, row_number=named.row_number)
    engine.parquet("cells", [file["cells"]])
    engine.parquet("vendor_line", [file["vendor_line"]], schema=VENDOR_LINE)
    engine.parquet("rejected_row", [file["rejected_row"]], schema=REJECTED_ROW)
    found = {
        "vendorLineId": named.line_id,
        "file": file["name"],
        "fileId": named.file_id,
        "format": file["format"],
        "rowNumber": named.row_number,
        **_row(engine, header=json.loads(file["header"])),
    }
    if found["line"] is None:
        raise NotFound(kind="vendor line", name=named.line_id)
    found["vendorLine"] = _first(engine, "explained_vendor_line")
    found["rejected"] = _first(engine, "explained_rejection")
    found["decisions"] = [
        {"decision": one["decision"], "reason": one["reason"]}
        | {"by": one["decided_by"], "at": one["decided_at"]}
        for one in decided
    ]
    taken, hops = _run_of(engine, house, runs=[dict(one) for one in runs])
    found["parked"] = _first(engine, "explained_parking") if taken else None
    return found | _told(engine, house, taken=taken, hops=hops, parked=found["parked"])


def _run_of(
    engine: Engine, house: House, *, runs: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any] | None, list[dict[str, Any]]]:
    """Give the published run that placed or parked the line, and its stored hops."""
    name_run_files(engine, house, runs=[one["run_id"] for one in runs], hops=(), kinds=KINDS)
    held = engine.arrow(sql_text("tieout.pipeline", "explained_run"))["run_id"].to_pylist()
    if not held:
        return None, []
    name_run_files(engine, house, runs=held[:1], hops=(), kinds=KINDS)
    hops = engine.arrow(sql_text("tieout.pipeline", "explained_hop")).to_pylist()
    return next(one for one in runs if one["run_id"] == held[0]), hops


def _told(
    engine: Engine,
    house: House,
    *,
    taken: Mapping[str, Any] | None,
    hops: Sequence[Mapping[str, Any]],
    parked: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Recompute the line from what its run used, and tell both side by side."""
    row = engine.arrow("SELECT * FROM vendor_line WHERE row_number = getvariable('row_number')")
    if taken is None or not row.num_rows:
        nothing = dict.fromkeys(("runId", "period", "snapshot", "match", "proration"))
        return {**nothing, "hops": [], "tried": [], "differences": []}
    with house.catalog.read() as connection:
        used = manifest.snapshot_files(connection, house, snapshot_id=taken["snapshot_id"])
    first_day = dt.date.fromisoformat(f"{taken['period']}-01")
    frozen = Frozen(engine, used.files)
    way = recompute(Line(row.to_pylist()[0]), frozen=frozen, first_day=first_day)
    found = {
        "runId": taken["run_id"],
        "period": taken["period"],
        "snapshot": taken["snapshot_id"],
        "match": tell_match(way),
        "proration": tell_proration(way),
        "hops": [
            tell_hop(priced, stored) for priced, stored in zip_longest(way.hops[: len(hops)], hops)
        ],
        "tried": [] if way.hops else _tried_hops(way),
        "differences": differences(way, hops),
    }
    if parked is not None:
        found["differences"] = parking_differences(way, parked)
    return found


def _tried_hops(way: Way) -> list[dict[str, Any]]:
    """Tell what was tried at each hop of a line that waits."""
    return [
        {"hop": one.hop, "contractId": one.contract["contract_id"], **tell_terms(one)}
        for one in way.terms
        if one.rule is not None
    ]


def explanation_seen(
    whole: Mapping[str, Any],
    invoices: pa.Table,
    *,
    is_owner: bool = False,
    shows_vendor: bool = True,
) -> dict[str, Any] | None:
    """Give what those may see of an explanation to whom the invoices are visible, or None."""
    return as_seen(whole, invoices, is_owner=is_owner, shows_vendor=shows_vendor)


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
