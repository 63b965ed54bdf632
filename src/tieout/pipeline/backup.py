"""A backup of the whole installation, taken while it works: one state of it, complete or not there.

It holds the catalog's rows, every lake file that they name, the declared mappings, and
`backup.json`, which has the hash of each. Decision 0032.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tieout import __version__
from tieout.errors import BackupRefused, Conflict, StoreDamaged
from tieout.pipeline.keep import utc_text
from tieout.store import audit, backup_files, catalog_rows, manifest
from tieout.store.backup_files import Written
from tieout.store.house import House
from tieout.store.lake import hash_file
from tieout.store.migrations import known_steps, step_of

CONTENTS = "backup.json"
FORMAT, VERSION = "tieout-backup", 1
MAPPINGS = "mappings"
TRIES = 5


class FileGone(Exception):
    """A lake file that the state being backed up names went meanwhile, with its document."""


@dataclass
class _Packing:
    """What was put into a backup so far."""

    backup: Written
    drafts: Path
    files: list[dict[str, Any]] = field(default_factory=list)

    def put(self, name: str, source: Path, *, link: bool = False) -> str:
        """Take a file in and give its SHA-256."""
        sha256 = self.backup.put(name, source, link=link)
        self.files.append({"path": name, "size": source.stat().st_size, "sha256": sha256})
        return sha256


def back_up(house: House, target: Path, *, now: dt.datetime, link: bool = False) -> dict[str, Any]:
    """Write one state of the catalog and its lake files to a new folder, or `*.tar` file.

    Readers and a writer may be at work. With `link` the lake files of a folder are hard links where
    the file system can. Raises BackupRefused for a place that is taken or lies in the store,
    StoreDamaged when a lake file is not what the manifest says; then there is no backup.
    """
    _refuse_place(house, target)
    for attempt in range(1, TRIES + 1):
        try:
            with backup_files.written(target) as (backup, drafts):
                return _pack(house, _Packing(backup, drafts), now=now, link=link)
        except FileGone:  # a draft was discarded and collected since: the state now is whole
            if attempt == TRIES:
                raise Conflict(reason="lake files kept going while they were copied") from None
    raise AssertionError


def _refuse_place(house: House, target: Path) -> None:
    backup_files.refuse_taken(target)
    place = target.resolve()
    for own in (house.home, house.lake.root):
        if place.is_relative_to(own.resolve()):
            reason = "lies in the store that is backed up; give a place outside"
            raise BackupRefused(path=str(target), reason=reason)


def _pack(house: House, packing: _Packing, *, now: dt.datetime, link: bool) -> dict[str, Any]:
    with house.catalog.read() as connection:
        step = _step(connection)
        rows = _pack_rows(connection, packing)
        chain = audit.check_chain(connection)
        named = manifest.named_paths(connection)
    for path, sha256 in sorted(named.items()):
        _pack_lake_file(house, packing, path=path, sha256=sha256, link=link)
    folder = house.home / MAPPINGS
    for own in sorted(folder.rglob("*") if folder.is_dir() else ()):
        if own.is_file():
            packing.put(f"{MAPPINGS}/{own.relative_to(folder).as_posix()}", own)
    contents = {
        "format": FORMAT,
        "version": VERSION,
        "tieout": __version__,
        "schema": step,
        "madeAt": utc_text(now),
        "tables": rows,
        "audit": {"entries": chain.entries, "lastHash": chain.last_hash},
        "files": packing.files,
    }
    draft = packing.drafts / CONTENTS
    draft.write_bytes(sealed(contents))
    packing.backup.put(CONTENTS, draft)
    return told(contents)


def _step(connection: Connection) -> str:
    """Give the step of the catalog, which must be this program's newest."""
    step, newest = step_of(connection), known_steps()[0]
    if step != newest:
        raise Conflict(
            reason=f"the catalog is at step {step}, this program at {newest}: run `tieout init`"
        )
    return newest


def _pack_rows(connection: Connection, packing: _Packing) -> dict[str, int]:
    rows = {}
    for table in catalog_rows.tables():
        draft = packing.drafts / table.name
        rows[table.name] = catalog_rows.write_rows(connection, table, path=draft)
        packing.put(name_of_rows(table.name), draft)
        draft.unlink()
    return rows


def _pack_lake_file(house: House, packing: _Packing, *, path: str, sha256: str, link: bool) -> None:
    source = house.lake.full(path)
    try:
        found = packing.put(f"lake/{path}", source, link=link)
    except FileNotFoundError:
        with house.catalog.read() as connection:
            if path not in manifest.named_paths(connection):
                raise FileGone from None
        raise StoreDamaged(path=path, reason="is missing") from None
    if found != sha256:
        raise StoreDamaged(
            path=path, reason=f"has hash {hash_file(source)}, the manifest says {sha256}"
        )


def name_of_rows(table: str) -> str:
    """Give the name of a table's file in a backup."""
    return f"catalog/{table}.jsonl"


def sealed(contents: Mapping[str, Any]) -> bytes:
    """Give the text of `backup.json`: its contents and the SHA-256 of them."""
    return _json({**contents, "sha256": _digest(contents)})


def opened(text: bytes) -> dict[str, Any] | None:
    """Give the contents that `sealed` wrote; none when a byte of them was changed."""
    try:
        contents = json.loads(text)
        digest = contents.pop("sha256")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return contents if digest == _digest(contents) else None


def told(contents: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is in a backup as JSON values; nothing of it is secret."""
    files: Sequence[Mapping[str, Any]] = contents["files"]
    return {
        "madeAt": contents["madeAt"],
        "schema": contents["schema"],
        "rows": sum(contents["tables"].values()),
        "files": len(files),
        "lakeFiles": sum(file["path"].startswith("lake/") for file in files),
        "bytes": sum(file["size"] for file in files),
        "auditEntries": contents["audit"]["entries"],
        "lastHash": contents["audit"]["lastHash"],
    }


def _digest(contents: Mapping[str, Any]) -> str:
    return hashlib.sha256(_json(contents)).hexdigest()


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, indent=1, sort_keys=True).encode() + b"\n"
