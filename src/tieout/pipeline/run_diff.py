"""Two runs line by line: what differs, and which input made it differ."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, or_, select

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.errors import Conflict, NotFound
from tieout.pipeline.changed_inputs import compare_runs
from tieout.store import manifest
from tieout.store.catalog import run, vendor_file
from tieout.store.house import House
from tieout.tables import CHARGE, DETAIL_LINE

LINES_MAX = 1000  # that are listed; all of them are counted and summed


def diff_runs(house: House, before: str, *, after: str) -> dict[str, Any]:
    """Compare two runs of one period, each by its id or by a period, whose published run it is.

    Gives the inputs that differ (kind, id, change), the differing detail lines with their cause,
    at most 1,000 of them, and what all of them move by hop, seller, buyer and currency; amounts
    are text. Raises NotFound for an unknown run, Conflict for runs of two periods.
    """
    with house.catalog.read() as connection:
        then, now = (_find(connection, name) for name in (before, after))
        names = dict(connection.execute(select(vendor_file.c.file_id, vendor_file.c.name)).all())
    if then["period"] != now["period"]:
        raise Conflict(reason=f"{before} is a run of {then['period']}, {after} of {now['period']}")
    with session(house.scratch) as engine:
        inputs = compare_runs(engine, house, then=then, now=now)
        for side, one in (("then", then), ("now", now)):
            _name_lines(engine, house, side=side, run_id=one["run_id"])
        engine.table("different_line", sql_text("tieout.pipeline", "diff_line"))
        totals = engine.arrow(sql_text("tieout.pipeline", "diff_total")).to_pylist()
        lines = engine.arrow(
            f"SELECT * EXCLUDE (moved) FROM different_line LIMIT {LINES_MAX}"
        ).to_pylist()
        count = engine.one("SELECT count(*)::INT AS n FROM different_line")["n"]
    return {
        "period": then["period"],
        "before": _told(then),
        "after": _told(now),
        "inputs": inputs,
        "count": count,
        "totals": totals,
        "lines": [{"file": names.get(line["fileId"]), **line} for line in lines],
    }


def _find(connection: Connection, name: str) -> Mapping[str, Any]:
    """Give a run by its id, or the published run of a period."""
    of_period = (run.c.period == name) & manifest.is_published()
    found = connection.execute(
        select(run.c.run_id, run.c.period).where(or_(run.c.run_id == name, of_period))
    ).first()
    if found is None:
        raise NotFound(kind="run", name=name)
    return manifest.run_by_id(connection, run_id=found.run_id)


def _name_lines(engine: Engine, house: House, *, side: str, run_id: str) -> None:
    with house.catalog.read() as connection:
        paths = manifest.run_paths(connection, house, run_id=run_id)
    engine.parquet(f"{side}_charge", paths.get("charge", []), schema=CHARGE)
    engine.parquet(f"{side}_detail_line", paths.get("detail_line", []), schema=DETAIL_LINE)


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "runId": "run_id",
        "createdAt": "created_at",
        "snapshot": "snapshot_id",
        "inputDigest": "input_digest",
        "outputDigest": "output_digest",
    }
    return {said: found[name] for said, name in names.items()}
