"""One vendor line's way: the row as it came, what became of it, and its price at each hop."""

import datetime as dt
import json
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, select

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.errors import NotFound
from tieout.pipeline.explained.back import taken_back, turned
from tieout.pipeline.explained.find import (
    NAMED_MAX,
    Named,
    find_file,
    lines_named,
    source_lines,
)
from tieout.pipeline.explained.frozen import Frozen
from tieout.pipeline.explained.late import HELD, LateLines
from tieout.pipeline.explained.line import Line
from tieout.pipeline.explained.row import first, read_row
from tieout.pipeline.explained.seen import as_seen
from tieout.pipeline.explained.told import (
    differences,
    parking_differences,
    tell_hop,
    tell_match,
    tell_proration,
    tell_terms,
)
from tieout.pipeline.explained.twins import RunFiles, Twin, waits_with_twins
from tieout.pipeline.explained.way import Way, recompute
from tieout.report.run_file import name_run_files
from tieout.report.visibility import GENERAL, PREVIEW, Viewer, Wanted, visible_invoices
from tieout.store import line_decisions, manifest
from tieout.store.catalog import MONTH, reference, run, vendor_file
from tieout.store.house import House
from tieout.tables import REJECTED_ROW, VENDOR_LINE

PREFIX = 16
UNPLACED: dict[str, Any] = {
    **dict.fromkeys(("runId", "period", "snapshot", "match", "proration", "parked")),
    "hops": [],
    "tried": [],
    "differences": [],
}
KINDS = ("charge", "detail_line", "parked_line", "invoice_line")


def explain_named(
    house: House, name: str, *, viewer: Viewer | None = None, most: int = 20
) -> dict[str, Any]:
    """Explain the lines that a name stands for: `count`, and `lines`, the first `most` of them.

    A name is a vendor line's id, `file:row`, a row id of the Reporting API, a match key or the
    vendor's own row id. With a `viewer` there is only what that organization may see. Raises
    NotFound when nothing is left.
    """
    with session(house.home / "answers") as engine:
        named = lines_named(engine, house, name=name)
        if viewer is None:
            explainer = Explainer(engine, house)
            lines = [explainer.explain(one) for one in named[:most]]
            return {"count": len(named), "lines": lines}
        statuses = (*GENERAL, *PREVIEW)
        invoices = visible_invoices(house.catalog, viewer, wanted=Wanted(statuses=statuses))
        seen, explainer = [], Explainer(engine, house)
        for one in named[:NAMED_MAX]:
            try:
                whole = explainer.explain(one)
            except NotFound:
                continue
            is_owner = _owns_channel(house, viewer, whole=whole)
            if found := as_seen(whole, invoices, is_owner=is_owner):
                seen.append(found)
    if not seen:
        raise NotFound(kind="vendor line", name=name)
    return {"count": len(seen), "lines": seen[:most]}


def explain_seen(
    engine: Engine, house: House, *, invoices: pa.Table, shows_vendor: bool, most: int
) -> list[dict[str, Any]]:
    """Explain the first `most` of the lines in `source_line`, as those see them who ask.

    `invoices` are the invoices visible to them, VISIBLE_INVOICE; see report/row_source.py.
    """
    named = source_lines(engine, most=most)
    explainer = Explainer(engine, house)
    found = (as_seen(explainer.explain(one), invoices, shows_vendor=shows_vendor) for one in named)
    return [one for one in found if one is not None]


def _owns_channel(house: House, viewer: Viewer, *, whole: Mapping[str, Any]) -> bool:
    """Whether the viewer alone buys from the vendor of a line that no invoice holds."""
    if whole["hops"]:
        return False
    contracts = reference["contracts"]
    query = select(contracts.c.buyer_id).where(
        contracts.c.seller_id == contracts.c.vendor_id,
        contracts.c.purpose != "consume",
        contracts.c.to_snapshot.is_(None),
    )
    if whole["vendorLine"]:
        query = query.where(contracts.c.vendor_id == whole["vendorLine"]["vendor"])
    with house.catalog.read() as connection:
        return set(connection.execute(query).scalars()) == {viewer.organization_id}


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
        return Explainer(engine, house).explain(Named(file["file_id"], row_number))


class Explainer:
    """Explains rows of vendor files, one after the other, in one engine."""

    def __init__(self, engine: Engine, house: House) -> None:
        """Name the files of the published runs; what is asked of a snapshot is kept."""
        self.engine, self.house = engine, house
        with house.catalog.read() as connection:
            found = connection.execute(select(run).where(manifest.is_billing())).mappings()
            self.runs = {one["run_id"]: dict(one) for one in found}
        name_run_files(engine, house, runs=list(self.runs), hops=(), kinds=KINDS)
        self._late = LateLines(engine, house, runs=self.runs)
        self._files = RunFiles(engine, house)
        self._frozen: dict[int, Frozen] = {}

    def explain(self, named: Named) -> dict[str, Any]:
        """Explain one row of a vendor file; see `explain_line`."""
        with self.house.catalog.read() as connection:
            file = find_file(connection, self.house, file_id=named.file_id)
            decided = line_decisions.history(
                connection, file_id=named.file_id, row_number=named.row_number
            )
        if file is None:
            raise NotFound(kind="vendor line", name=named.line_id)
        engine = self.engine
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
            **read_row(engine, header=json.loads(file["header"])),
        }
        if found["line"] is None:
            raise NotFound(kind="vendor line", name=named.line_id)
        found["vendorLine"] = first(engine, "explained_vendor_line")
        found["rejected"] = first(engine, "explained_rejection")
        found["decisions"] = [
            {"decision": one["decision"], "reason": one["reason"]}
            | {"by": one["decided_by"], "at": one["decided_at"]}
            for one in decided
        ]
        return found | self._told(named.run_id, found=found)

    def _told(self, run_id: str, *, found: Mapping[str, Any]) -> dict[str, Any]:
        """Recompute the line from what its run used, and tell both side by side.

        Without a run it is the newest that placed or parked the line. Of a run that takes the line
        back, it is the line as it was billed, turned round.
        """
        engine = self.engine
        row = engine.arrow("SELECT * FROM vendor_line WHERE row_number = getvariable('row_number')")
        late = self._late.of_line()
        held = engine.arrow(sql_text("tieout.pipeline", "explained_run"))["run_id"].to_pylist()
        taking_back = self._late.taking_back(late, found, run_id=run_id)
        if not taking_back:
            held = [one for one in held if one not in late.taking_back]
        held = [run_id] if run_id in held else held or late.waiting
        if not (held and row.num_rows):
            return {**UNPLACED, "late": self._late.billed_as()}
        taken = self.runs[held[0]]
        rated = self._late.run_that_rated(late, taken)
        engine.let(run_id=taken["run_id"])
        parked = first(engine, "explained_parking")
        hops = engine.arrow(sql_text("tieout.pipeline", "explained_hop")).to_pylist()
        if taking_back:
            hops = [turned(hop) for hop in hops]
        first_day = dt.date.fromisoformat(f"{rated['period']}-01")
        frozen = self._snapshot(rated["snapshot_id"])
        line = Line(row.to_pylist()[0])
        twins = self._twins(line, taken=rated if taking_back else taken)

        def retold(row: Line) -> Way:
            change = (line, *(twin.line for twin in twins))
            others = [one for one in change if one is not row]
            return recompute(row, frozen=frozen, first_day=first_day, twins=others)

        way = retold(line)
        if parked:
            ways = [(twin, retold(twin.line)) for twin in twins]
            way = waits_with_twins(way, ways, parked=parked)
        told = [tell_hop(*pair) for pair in zip_longest(way.hops[: len(hops)], hops)]
        return {
            "runId": taken["run_id"],
            "period": taken["period"],
            "snapshot": rated["snapshot_id"],
            "late": taking_back or late.told(taken["run_id"], self.runs),
            "parked": parked,
            "match": tell_match(way),
            "proration": tell_proration(way),
            "hops": [taken_back(one) for one in told] if taking_back else told,
            "tried": [] if way.hops else _tried_hops(way),
            "differences": _differences(way, hops, parked=parked) if hops or parked else [],
        }

    def _twins(self, line: Line, *, taken: Mapping[str, Any]) -> list[Twin]:
        """Give the other rows of a line's seat change, of the run that is published of a month."""
        run_id = taken["run_id"]
        if run_id not in self.runs:  # a later run of the month took its place, with the same lines
            of_month = (one for one in self.runs.values() if one["period"] == taken["period"])
            run_id = next(one["run_id"] for one in of_month if one["kind"] == MONTH)
        self.engine.let(run_id=run_id)
        return self._files.twins_of(line, run_id=run_id)

    def _snapshot(self, snapshot_id: int) -> Frozen:
        if snapshot_id not in self._frozen:
            with self.house.catalog.read() as connection:
                used = manifest.snapshot_files(connection, self.house, snapshot_id=snapshot_id)
            self._frozen[snapshot_id] = Frozen(self.engine, used.files)
        return self._frozen[snapshot_id]


def _differences(
    way: Way, hops: list[dict[str, Any]], *, parked: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Give what the run stored and the recomputation do not share; a held line lacks nothing."""
    if parked is None:
        return differences(way, hops)
    return [] if parked["reason"] == HELD else parking_differences(way, parked)


def _tried_hops(way: Way) -> list[dict[str, Any]]:
    """Tell what was tried at each hop of a line that waits."""
    return [
        {"hop": one.hop, "contractId": one.contract["contract_id"], **tell_terms(one)}
        for one in way.terms
        if one.rule is not None
    ]


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
