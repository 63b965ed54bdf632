"""A backup put back into an empty installation, whole or not at all. Decision 0032."""

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection

from tieout.errors import AuditBroken, BackupRefused, Conflict
from tieout.pipeline.backup import CONTENTS, FORMAT, MAPPINGS, VERSION, name_of_rows, opened, told
from tieout.store import audit, backup_files, catalog_rows, manifest
from tieout.store.backup_files import Kept, sync_folder
from tieout.store.house import House
from tieout.store.lake import sync_file
from tieout.store.migrations import NEWEST, bring_to, known_steps

UNFINISHED = "restore-unfinished"  # in the home, until the catalog is there
# what an empty installation may hold after a look at it
OWN = (
    "catalog.sqlite",
    "catalog.sqlite-wal",
    "catalog.sqlite-shm",
    "writer.lock",
    "writer.gate",
    "scratch",
)


def restore(house: House, source: Path) -> dict[str, Any]:
    """Put a backup into an installation without files and tables, and check all of it.

    Files come first, each held against its hash; then, in one transaction, the catalog, in which
    every lake file must be named with that hash and the audit must be whole. Before that there is
    no store: the same command, done again after a kill, begins anew. Raises Conflict when the place
    is not empty, BackupRefused when the backup is damaged, of no known form or of a newer program.
    """
    with house.writer(), backup_files.kept(source) as backup:
        _refuse_occupied(house)
        drafts = house.scratch / "restore"  # rows with secrets, gone when the writer ends
        shutil.rmtree(drafts, ignore_errors=True)
        house.scratch.mkdir(exist_ok=True)
        drafts.mkdir(mode=0o700)
        contents = _contents(backup, source, draft=drafts / CONTENTS)
        _begin(house, source)
        for file in contents["files"]:
            target = _place(house, drafts, name=file["path"], source=source)
            _take(backup, file, target=target, source=source)
        for root in (house.lake.root, house.home):
            for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
                sync_folder(folder)
        with house.catalog.write() as connection:
            _fill(connection, contents, drafts=drafts, source=source)
        (house.home / UNFINISHED).unlink()
    return {**told(contents), "home": str(house.home)}


def is_unfinished(house: House) -> bool:
    """Tell whether a restore was cut off here: files are there, the catalog is not."""
    if not (house.home / UNFINISHED).exists():
        return False
    with house.catalog.read() as connection:
        return catalog_rows.is_empty(connection)


def _refuse_occupied(house: House) -> None:
    """Raise Conflict unless the place is empty, or holds what a restore that was cut off left."""
    with house.catalog.read() as connection:
        if not catalog_rows.is_empty(connection):
            raise Conflict(reason="the catalog has tables already: restore into an empty one")
    if (house.home / UNFINISHED).exists():
        return
    for root in (house.home, house.lake.root):
        for path in sorted(root.rglob("*")):
            part = path.relative_to(root)
            if path.is_file() and part.parts[0] not in OWN:
                raise Conflict(reason=f"{root} is not empty: {part} is there")


def _begin(house: House, source: Path) -> None:
    """Note that a restore is at work here, and remove what one before it left."""
    mark = house.home / UNFINISHED
    if mark.exists():
        for folder in (house.lake.root, house.home / MAPPINGS):
            shutil.rmtree(folder, ignore_errors=True)
    mark.write_text(f"from {source.absolute()}\n")
    sync_file(mark)
    sync_folder(house.home)
    (house.lake.root / "tmp").mkdir(parents=True, exist_ok=True)


def _contents(backup: Kept, source: Path, *, draft: Path) -> dict[str, Any]:
    """Give what the backup says that it holds. Raises BackupRefused."""
    try:
        backup.take(CONTENTS, draft)
    except FileNotFoundError:
        raise BackupRefused(path=str(source), reason=f"is no backup: no {CONTENTS}") from None
    except (OSError, backup_files.TarError) as fault:
        raise BackupRefused(path=f"{source}/{CONTENTS}", reason=f"damaged: {fault}") from None
    contents = opened(draft.read_bytes())
    if contents is None:
        raise BackupRefused(path=f"{source}/{CONTENTS}", reason="damaged: it fails its own hash")
    if (contents["format"], contents["version"]) != (FORMAT, VERSION):
        raise BackupRefused(path=str(source), reason="is a backup of another form")
    known = known_steps()
    if contents["schema"] not in known:
        raise BackupRefused(
            path=str(source),
            reason=f"was made by a newer tieout ({contents['tieout']}, schema step"
            f" {contents['schema']}); this one knows steps up to {known[0]}",
        )
    return contents


def _place(house: House, drafts: Path, *, name: str, source: Path) -> Path:
    """Give where a file of the backup goes."""
    parts = PurePosixPath(name).parts
    roots = {"catalog": drafts, "lake": house.lake.root, MAPPINGS: house.home / MAPPINGS}
    if ".." in parts or len(parts) < 2 or parts[0] not in roots:  # noqa: PLR2004 - folder and file
        raise BackupRefused(path=f"{source}/{name}", reason="has no place in a store")
    target = roots[parts[0]].joinpath(*parts[1:])
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _take(backup: Kept, file: Mapping[str, Any], *, target: Path, source: Path) -> None:
    """Write one file out and hold it against its hash."""
    where = f"{source}/{file['path']}"
    try:
        found = backup.take(file["path"], target)
    except FileNotFoundError:
        raise BackupRefused(path=where, reason="damaged: the file is missing") from None
    except backup_files.TarError as fault:
        raise BackupRefused(path=where, reason=f"damaged: {fault}") from None
    if found != file["sha256"]:
        reason = f"damaged: it has hash {found}, not {file['sha256']}"
        raise BackupRefused(path=where, reason=reason)
    sync_file(target)


def _fill(
    connection: Connection, contents: Mapping[str, Any], *, drafts: Path, source: Path
) -> None:
    """Make the tables as they were, fill them, bring them up to date, and check what they hold."""
    bring_to(connection, contents["schema"])
    with catalog_rows.tables_to_fill(connection) as tables:
        found = {
            table.name: catalog_rows.read_rows(
                connection, table, path=drafts / f"{table.name}.jsonl"
            )
            for table in tables
        }
    bring_to(connection, NEWEST)
    if found != contents["tables"]:
        raise BackupRefused(path=str(source), reason="its tables have not the rows it says")
    kept = {file["path"]: file["sha256"] for file in contents["files"]}
    for path, sha256 in manifest.named_paths(connection).items():
        if kept.get(f"lake/{path}") != sha256:
            raise BackupRefused(path=f"{source}/lake/{path}", reason="is not what its catalog says")
    try:
        chain = audit.check_chain(connection)
    except AuditBroken as broken:
        raise BackupRefused(
            path=f"{source}/{name_of_rows('audit_entry')}", reason=str(broken)
        ) from None
    if {"entries": chain.entries, "lastHash": chain.last_hash} != contents["audit"]:
        raise BackupRefused(path=str(source), reason="its audit is not the one it says")
