"""What a published run was computed from, held against what is known now."""

from collections.abc import Mapping
from typing import Any

from tieout.engine.duckdb import Engine, sql_text
from tieout.errors import InputsChanged
from tieout.pipeline.closed import name_kept_late
from tieout.pipeline.inputs import Inputs, digest_inputs, name_input_lines, open_inputs, read_inputs
from tieout.pipeline.late_run import open_run_places
from tieout.store import manifest, manual_lines
from tieout.store.house import House
from tieout.store.vendor_files import loaded_file

CHANGES_MAX = 50  # that are named; the others are counted


def open_run_inputs(engine: Engine, house: House, *, run: Mapping[str, Any]) -> None:
    """Name what a run was computed from, as `open_inputs` does for what is known now."""
    with house.catalog.read() as connection:
        snapshot = manifest.snapshot_files(connection, house, snapshot_id=run["snapshot_id"])
        paths = manifest.run_paths(connection, house, run_id=run["run_id"])
        numbers = _billed_numbers(engine, paths)
        ids = sorted({entry["fileId"] for entry in run["certificate"]["inputs"]})
        taken = [
            loaded_file(connection, house, file_id=file_id, numbers=numbers.get(file_id, ()))
            for file_id in ids
        ]
        line_ids = [one["lineId"] for one in run["certificate"].get("manualLines", [])]
        typed = manual_lines.lines_of(connection, period=run["period"], line_ids=line_ids)
    decisions = [
        {
            "file_id": line["fileId"],
            "row_number": line["rowNumber"],
            "reason": line["reason"],
            "decided_by": line["by"],
            "decided_at": line["at"],
        }
        for line in run["certificate"].get("setAside", {}).get("lines", [])
    ]
    estimate = bool(run["certificate"].get("isEstimate"))
    inputs = Inputs(taken, snapshot, is_estimate=estimate, decisions=decisions, typed=typed)
    open_inputs(engine, inputs, house=house)
    open_run_places(engine, house, paths=paths)


def refuse_changed_inputs(engine: Engine, house: House, *, run: Mapping[str, Any]) -> None:
    """Leave the inputs known now named. Raises InputsChanged when the run was made from others."""
    period = run["period"]
    with house.catalog.read() as connection:
        inputs = read_inputs(connection, house, period=period)
    open_inputs(engine, inputs, house=house)
    name_kept_late(engine, inputs.ledger)
    if digest_inputs(engine) == run["input_digest"]:
        return
    _keep_lines(engine, name="input_now")
    _keep_run_inputs(engine, house, run=run, name="input_then")
    found = engine.arrow(sql_text("tieout.pipeline", "input_change")).to_pylist()
    changes = [f"{one['kind']} {one['id']}: {one['change']}" for one in found]
    more = max(0, len(changes) - CHANGES_MAX)
    raise InputsChanged(period=period, changes=changes[:CHANGES_MAX], more=more)


def compare_runs(
    engine: Engine, house: House, *, then: Mapping[str, Any], now: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Give the inputs that differ between two runs, as kind, id and change: `changed_input` too."""
    _keep_run_inputs(engine, house, run=then, name="input_then")
    _keep_run_inputs(engine, house, run=now, name="input_now")
    engine.table("changed_input", sql_text("tieout.pipeline", "input_change"))
    found: list[dict[str, Any]] = engine.arrow("SELECT * FROM changed_input").to_pylist()
    return found


def _keep_run_inputs(engine: Engine, house: House, *, run: Mapping[str, Any], name: str) -> None:
    open_run_inputs(engine, house, run=run)
    _keep_lines(engine, name=name)


def _keep_lines(engine: Engine, *, name: str) -> None:
    """Keep the inputs that are named, one text per thing."""
    engine.table(name, f"SELECT head || rest AS line FROM ({name_input_lines(engine)})")


def _billed_numbers(engine: Engine, paths: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the vendor invoice numbers that a run took from each file."""
    engine.parquet("run_charge", paths.get("charge", []))
    engine.parquet("run_parked", paths.get("parked_line", []))
    parts = ["SELECT file_id, vendor_invoice_number AS number FROM run_charge"]
    if paths.get("parked_line"):
        parts.append("SELECT file_id, invoice_number FROM run_parked")
    rows = engine.arrow(
        f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)})"
        " WHERE number IS NOT NULL ORDER BY file_id, number"
    ).to_pylist()
    numbers: dict[str, list[str]] = {}
    for row in rows:
        numbers.setdefault(row["file_id"], []).append(row["number"])
    return numbers
