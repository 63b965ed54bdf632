"""The manifest held against the audit: which files each load, run and snapshot was published with.

The hash of a lake file stands in the manifest. Whoever changes an old file and its hash there would
have to change the audit as well, and with it every entry since.
"""

import json
from collections import defaultdict

from sqlalchemy import Connection, select

from tieout.store.catalog import audit_entry, lake_file, run
from tieout.store.lake import LakeFile
from tieout.store.manifest import files_digest

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
