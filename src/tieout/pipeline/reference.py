"""The journey of a folder of reference data, in and out."""

import datetime as dt
from pathlib import Path
from typing import Any

from tieout.engine.duckdb import session
from tieout.errors import NotFound
from tieout.pipeline.keep import keep, utc_text
from tieout.reference import export_folder, stage_folder
from tieout.store import manifest
from tieout.store.house import House


def load_reference(house: House, folder: Path, *, now: dt.datetime) -> dict[str, Any]:
    """Load a folder of reference data as one new snapshot, or nothing.

    Raises ReferenceRefused with every fault. The same folder again changes nothing.
    """
    with house.writer(), session(house.scratch) as engine:
        drafts = house.scratch / "reference"
        drafts.mkdir(parents=True, exist_ok=True)
        with house.catalog.read() as connection:
            current = manifest.latest_snapshot(connection, house)
        staged = stage_folder(engine, folder, current=current.files, drafts=drafts)
        number = current.snapshot_id
        if not staged.is_unchanged:
            files = [
                keep(house, path, kind=f"reference_{resource}", rows=staged.counts[resource])
                for resource, path in staged.files.items()
            ]
            with house.catalog.write() as connection:
                number = manifest.publish_snapshot(
                    connection,
                    files,
                    changed=staged.changed,
                    ended=staged.ended,
                    digest=staged.digest,
                    created_at=utc_text(now),
                )
    changed = {
        resource: rows.num_rows for resource, rows in staged.changed.items() if rows.num_rows
    }
    return {
        "snapshot": number,
        "unchanged": staged.is_unchanged,
        "rows": dict(staged.counts),
        "changed": changed,
    }


def export_reference(house: House, folder: Path) -> dict[str, Any]:
    """Write the newest snapshot back as CSV files, byte for byte stable."""
    with session(house.scratch) as engine:
        with house.catalog.read() as connection:
            current = manifest.latest_snapshot(connection, house)
        if not current.files:
            raise NotFound(kind="reference data", name="nothing was loaded yet")
        export_folder(engine, current.files, folder=folder)
    return {"snapshot": current.snapshot_id, "folder": str(folder), "files": sorted(current.files)}
