"""The journey of a folder of reference data, in and out."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tieout.engine.duckdb import session
from tieout.errors import NotFound
from tieout.pipeline.keep import keep, utc_text
from tieout.reference import StagedReference, export_folder, stage_folder
from tieout.store import audit, manifest
from tieout.store.audit import PROGRAM, Event, Signed
from tieout.store.house import House
from tieout.store.lake import LakeFile

MEMORY = "1GB"  # of the engine; what does not fit is spilled


def load_reference(
    house: House, folder: Path, *, now: dt.datetime, by: str = PROGRAM
) -> dict[str, Any]:
    """Load a folder of reference data as one new snapshot, or nothing; the audit says by whom.

    Raises ReferenceRefused with every fault. The same folder again changes nothing.
    """
    with house.writer(), session(house.scratch, memory=MEMORY) as engine:
        current = current_snapshot(house)
        drafts = house.scratch / "reference"
        staged = stage_folder(engine, folder, current=current.files, drafts=drafts)
        return publish(house, staged, current=current, signed=Signed(by, utc_text(now)))


def current_snapshot(house: House) -> manifest.Snapshot:
    """Give the reference data in force."""
    with house.catalog.read() as connection:
        return manifest.latest_snapshot(connection, house)


def publish(
    house: House,
    staged: StagedReference,
    *,
    current: manifest.Snapshot,
    signed: Signed,
    beside: Sequence[LakeFile] = (),
    also: Callable[[Connection, dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Publish what was staged as a new snapshot, unless nothing changed; say what did.

    A resource that stays keeps its lake file. `beside` are files that belong to the snapshot;
    `also` is called with what is said, in the same transaction. The audit has each new snapshot.
    """
    done = {
        "snapshot": current.snapshot_id,
        "unchanged": staged.is_unchanged,
        "rows": dict(staged.counts),
        "changed": dict(staged.changes),
    }
    if staged.is_unchanged and also is None:
        return done
    files = [
        keep(house, staged.files[label], kind=f"reference_{label}", rows=staged.counts[label])
        for label in staged.changed
    ]
    made = {file.kind for file in files}
    with house.catalog.write() as connection:
        if not staged.is_unchanged:
            before = manifest.lake_files(
                connection, str(current.snapshot_id), owner_kind="snapshot"
            )
            stays = [file for file in before if file.kind.startswith("reference_")]
            named = [*files, *(file for file in stays if file.kind not in made), *beside]
            done["snapshot"] = manifest.publish_snapshot(
                connection,
                named,
                changed=staged.changed,
                ended=staged.ended,
                digest=staged.digest,
                created_at=signed.at,
            )
            said = {**staged.changes, "files": manifest.files_digest(named)}
            change = Event("change", "reference", f"snapshot {done['snapshot']}", after=said)
            audit.record(connection, [change], signed=signed)
        if also:
            also(connection, done)
    return done


def export_reference(house: House, folder: Path) -> dict[str, Any]:
    """Write the newest snapshot back as CSV files, byte for byte stable."""
    with session(house.scratch) as engine:
        current = current_snapshot(house)
        if not current.files:
            raise NotFound(kind="reference data", name="nothing was loaded yet")
        export_folder(engine, current.files, folder=folder)
    return {"snapshot": current.snapshot_id, "folder": str(folder), "files": sorted(current.files)}
