"""Runs and the manifest held against the audit: what each was published with, and what readers see.

The hash of a lake file stands in the manifest. Whoever changes an old file and its hash there would
have to change the audit as well, and with it every entry since. The same holds for the digests of
runs, for certificates, and for which run of a month is the published one.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from tieout.store.catalog import MONTH, audit_entry, lake_file, run
from tieout.store.lake import LakeFile
from tieout.store.manifest import OF_RUN, files_digest, text_digest

OWNERS = {"run": "run", "vendor_file": "load", "reference": "snapshot"}  # subject -> owner kind
NAMES = ("kind", "path", "sha256", "rows", "size", "hop")


def changed_manifest(connection: Connection) -> list[str]:
    """Say of which loads, runs and snapshots the manifest names other files than when published.

    A draft that was withdrawn has no files any more; stores of before the audit had files are not
    judged.
    """
    published = _published(connection)
    files = _files(connection)
    gone = select(run.c.run_id).where(run.c.is_current == 0)
    replaced = set(connection.execute(gone).scalars())
    differences = []
    for owner, (number, digest) in sorted(published.items()):
        found = files.get(owner, [])
        if not found and owner[0] == "run" and owner[1] in replaced:
            continue
        if files_digest(found) != digest:
            kind, name = owner
            differences.append(
                f"the manifest names other files of {kind} {name} than audit entry {number} says"
            )
    return differences


def changed_runs(connection: Connection) -> list[str]:
    """Say which runs are not what they were published as, and which months show another one."""
    entries = connection.execute(
        select(audit_entry.c.entry_no, audit_entry.c.subject_id, audit_entry.c.after)
        .where(audit_entry.c.subject_kind == "run", audit_entry.c.action == "run")
        .order_by(audit_entry.c.entry_no)
    )
    told = {run_id: (int(number), json.loads(after)) for number, run_id, after in entries}
    known = {row["run_id"]: dict(row) for row in connection.execute(select(run)).mappings()}
    differences, newest = [], {}
    for run_id, (number, said) in sorted(told.items(), key=lambda one: one[1][0]):
        if (row := known.get(run_id)) is None:
            differences.append(f"run {run_id}: published by audit entry {number}, and not there")
            continue
        is_now = {**row, "certificate": text_digest(row["certificate"])}
        differences += [
            f"run {run_id}: {name} is {is_now[name]}, audit entry {number} says {said[name]}"
            for name in (*OF_RUN, "certificate")
            if name in said and said[name] != is_now[name]
            if name != "snapshot_id" or "certificate" in said  # else of an older tieout
        ]
        if row["kind"] == MONTH:
            newest[said["period"]] = (number, run_id)
    for period, (number, run_id) in sorted(newest.items()):
        shown = {one["run_id"] for one in known.values() if _is_shown(one, period=period)}
        if shown != {run_id}:
            listed = ", ".join(sorted(shown)) or "none"
            differences.append(
                f"the published run of {period} is {listed}, audit entry {number} says {run_id}"
            )
    return differences


def _is_shown(row: Mapping[str, Any], *, period: str) -> bool:
    return bool(row["is_current"] == 1 and row["kind"] == MONTH and row["period"] == period)


def _published(connection: Connection) -> dict[tuple[str, str], tuple[int, str]]:
    """Give by owner the newest audit entry that says what it was published with."""
    entries = connection.execute(
        select(audit_entry.c.entry_no, audit_entry.c.subject_kind, audit_entry.c.subject_id)
        .add_columns(audit_entry.c.after)
        .where(audit_entry.c.subject_kind.in_(OWNERS))
        .order_by(audit_entry.c.entry_no)
    )
    found = {}
    for number, kind, subject, after in entries:
        said = json.loads(after)
        if "files" in said:
            owner = (OWNERS[kind], subject.removeprefix("snapshot "))
            found[owner] = (int(number), str(said["files"]))
    return found


def _files(connection: Connection) -> dict[tuple[str, str], list[LakeFile]]:
    files: dict[tuple[str, str], list[LakeFile]] = defaultdict(list)
    for row in connection.execute(select(lake_file)).mappings():
        one = LakeFile(**{name: row[name] for name in NAMES})
        files[row["owner_kind"], row["owner_id"]].append(one)
    return files
