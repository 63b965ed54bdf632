"""What was published, read back: certificates, waiting rows, and the lake against the manifest."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from tieout.engine.duckdb import session
from tieout.errors import NotFound
from tieout.pipeline.keep import drop_unnamed, utc_text
from tieout.pipeline.known_lines import WAITING
from tieout.store import documents, late_lines, manifest, overlaps, vendor_invoices, workflow
from tieout.store.answered import drop_answers
from tieout.store.audit_head import head_of
from tieout.store.catalog import lake_file, run, vendor_file
from tieout.store.house import House
from tieout.tables import PARKED_LINE, REJECTED_ROW

ANSWER_DAYS = 90  # that an answer is kept for, unless a person says otherwise


def certificate_of(house: House, period: str) -> dict[str, Any]:
    """Give the certificate of a period's published run, with the lake files behind it.

    The unbilled files of the period, the rows that files share, the invoices verified though lines
    were parked, the documents made by hand about the period, the months that bill its late lines,
    and the head of the audit, are those known now.
    """
    with house.catalog.read() as connection:
        found = manifest.current_run(connection, period=period)
        if found is None:
            raise NotFound(kind="run of period", name=period)
        inputs = [entry["fileId"] for entry in found["certificate"]["inputs"]]
        rows = connection.execute(
            select(
                lake_file.c.kind,
                lake_file.c.hop,
                lake_file.c.path,
                lake_file.c.sha256,
                lake_file.c.rows,
            )
            .where(
                ((lake_file.c.owner_kind == "run") & (lake_file.c.owner_id == found["run_id"]))
                | ((lake_file.c.owner_kind == "load") & lake_file.c.owner_id.in_(inputs))
            )
            .order_by(lake_file.c.kind, lake_file.c.hop, lake_file.c.path)
        ).mappings()
        files = [dict(row) for row in rows]
        shared = overlaps.overlaps_of(connection, period=period)
        estimates = vendor_invoices.estimates(connection, period=period)
        by_hand = documents.documents_of(connection, period=period)
        accepted = workflow.accepted_parked(connection, period=period)
        carried = late_lines.billed_elsewhere(connection, late_of=period)
        head = head_of(connection)
    return {
        "isEstimate": False,
        "setAside": {"count": 0, "amounts": [], "lines": []},  # of runs before there were any
        "manualLines": [],
        "late": {"count": 0, "amounts": []},
        "carriedIn": [],
        **found["certificate"],
        "carriedTo": carried,
        "estimates": estimates,
        "overlaps": shared,
        "acceptedParked": accepted,
        "documents": by_hand,
        "runId": found["run_id"],
        "audit": {"entries": head.entry_no, "lastHash": head.entry_hash},
        "files": files,
    }


def parked_lines(house: House, *, period: str | None = None) -> dict[str, Any]:
    """Give the parked lines of the published runs, and their sums by reason and currency."""
    with house.catalog.read() as connection:
        wanted = select(run.c.run_id, run.c.period).where(manifest.is_published())
        if period is not None:
            wanted = wanted.where(run.c.period == period)
        runs = connection.execute(wanted.order_by(run.c.period)).all()
        paths = [
            (run_id, month, path)
            for run_id, month in runs
            for kind, found in manifest.run_paths(connection, house, run_id=run_id).items()
            if kind in WAITING
            for path in found
        ]
        names = dict(connection.execute(select(vendor_file.c.file_id, vendor_file.c.name)).all())
    lines = []
    with session(house.scratch) as engine:
        for run_id, month, path in paths:
            engine.parquet("parked_line", [path], schema=PARKED_LINE)
            found = engine.arrow(
                "SELECT left(file_id, 16) || '-' || row_number AS \"vendorLineId\", file_id,"
                ' row_number AS "rowNumber", reason, hop, shortest(amount) AS amount, currency'
                " FROM parked_line ORDER BY file_id, row_number"
            )
            for line in found.to_pylist():
                name = names.get(line.pop("file_id"))
                lines.append(
                    {**line, "file": name, "period": month, "owner": None, "firstRun": run_id}
                )
        engine.parquet("parked_line", [path for _, _, path in paths], schema=PARKED_LINE)
        totals = engine.arrow(
            "SELECT reason, currency, count(*)::INT AS count, shortest(sum(amount)) AS amount"
            " FROM parked_line GROUP BY reason, currency ORDER BY reason, currency"
        ).to_pylist()
    return {"parked": lines, "totals": totals}


def rejected_rows(house: House) -> dict[str, Any]:
    """Give every rejected row with its place, its reason and its cells as read."""
    with house.catalog.read() as connection:
        paths = manifest.loaded_paths(connection, house, kind="rejected_row")
        names = dict(connection.execute(select(vendor_file.c.file_id, vendor_file.c.name)).all())
    with session(house.scratch) as engine:
        engine.parquet("rejected_row", paths, schema=REJECTED_ROW)
        found = engine.arrow(
            'SELECT file_id, row_number AS "rowNumber", line, "column", code, reason, cells,'
            " shortest(subtotal) AS amount, currency"
            " FROM rejected_row ORDER BY file_id, row_number"
        ).to_pylist()
    return {"rejected": [{"file": names.get(row.pop("file_id")), **row} for row in found]}


def forget_answers(house: House, *, now: dt.datetime, days: int = ANSWER_DAYS) -> int:
    """Forget what the management API answered more than some days ago; give the number."""
    before = utc_text(now - dt.timedelta(days=days))
    with house.writer(), house.catalog.write() as connection:
        return drop_answers(connection, before=before)


def collect_orphans(house: House) -> list[str]:
    """Remove lake files that the manifest does not name; give their paths."""
    with house.writer():
        return drop_unnamed(house)
