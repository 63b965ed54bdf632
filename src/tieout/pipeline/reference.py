"""The journey of a folder of reference data, in and out."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tieout.engine.duckdb import session
from tieout.errors import NotFound
from tieout.pipeline.keep import keep, utc_text
from tieout.reference import StagedReference, export_folder, stage_folder
from tieout.store import manifest
from tieout.store.house import House
from tieout.store.lake import LakeFile

MEMORY = "1GB"  # of the engine; what does not fit is spilled


def load_reference(house: House, folder: Path, *, now: dt.datetime) -> dict[str, Any]:
    """Load a folder of reference data as one new snapshot, or nothing.

    Raises ReferenceRefused with every fault. The same folder again changes nothing.
    """
    with house.writer(), session(house.scratch, memory=MEMORY) as engine:
        current = current_snapshot(house)
        drafts = house.scratch / "reference"
        staged = stage_folder(engine, folder, current=current.files, drafts=drafts)
        return publish(house, staged, current=current, now=now)


def current_snapshot(house: House) -> manifest.Snapshot:
    """Give the reference data in force."""
    with house.catalog.read() as connection:
        return manifest.latest_snapshot(connection, house)


def publish(
    house: House,
    staged: StagedReference,
    *,
    current: manifest.Snapshot,
    now: dt.datetime,
    beside: Sequence[LakeFile] = (),
) -> dict[str, Any]:
    """Publish what was staged as a new snapshot, unless nothing changed; say what did.

    A resource that stays keeps its lake file. `beside` are files that belong to the snapshot.
    """
    number = current.snapshot_id
    if not staged.is_unchanged:
        files = [
            keep(house, staged.files[label], kind=f"reference_{label}", rows=staged.counts[label])
            for label in staged.changed
        ]
        made = {file.kind for file in files}
        with house.catalog.write() as connection:
            before = manifest.lake_files(connection, str(number), owner_kind="snapshot")
            stays = [file for file in before if file.kind.startswith("reference_")]
            number = manifest.publish_snapshot(
                connection,
                [*files, *(file for file in stays if file.kind not in made), *beside],
                changed=staged.changed,
                ended=staged.ended,
                digest=staged.digest,
                created_at=utc_text(now),
            )
    return {
        "snapshot": number,
        "unchanged": staged.is_unchanged,
        "rows": dict(staged.counts),
        "changed": dict(staged.changes),
    }


def export_reference(house: House, folder: Path) -> dict[str, Any]:
    """Write the newest snapshot back as CSV files, byte for byte stable."""
    with session(house.scratch) as engine:
        current = current_snapshot(house)
        if not current.files:
            raise NotFound(kind="reference data", name="nothing was loaded yet")
        export_folder(engine, current.files, folder=folder)
    return {"snapshot": current.snapshot_id, "folder": str(folder), "files": sorted(current.files)}
