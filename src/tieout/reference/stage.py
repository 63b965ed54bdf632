"""A reference folder staged for the catalog: what is new, what ends, what is in force then.

An upsert by key: a row of the folder replaces the current row of the same key, every other
current row stays. Nothing is written but drafts, and nothing at all where there is a fault.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from tieout.engine.duckdb import Engine
from tieout.errors import Fault, ReferenceRefused
from tieout.reference.cell import define, load_cells, name, names
from tieout.reference.cross_check import cross_faults
from tieout.reference.folder import ReadFile, find_files, read_file
from tieout.store.resources import RESOURCES, Resource


@dataclass(frozen=True)
class StagedReference:
    """A checked folder: rows to store and to end, and the whole state in force after it.

    `changed` has a Parquet draft of all text columns of rows that are new or changed, `ended` one
    of the keys of current rows that a changed row replaces; a resource in neither stays as it is.
    `files` has the Parquet file in force per resource that has rows, sorted by key: a draft where
    something changed. `counts` has the rows in force of every resource, `changes` those of
    `changed`; `digest` is the SHA-256 of all content in force.
    """

    changed: Mapping[str, Path]
    ended: Mapping[str, Path]
    files: Mapping[str, Path]
    counts: Mapping[str, int]
    changes: Mapping[str, int]
    digest: str

    @property
    def is_unchanged(self) -> bool:
        """Whether every row was in force already."""
        return not self.changed


def stage_folder(
    engine: Engine, folder: Path, *, current: Mapping[str, Path], drafts: Path
) -> StagedReference:
    """Check a folder against itself and the rows in force, and stage what it changes.

    `current` has the Parquet file in force per resource, none where there are no rows.
    Raises ReferenceRefused with every fault of the folder.
    """
    paths, faults = find_files(folder)
    with forgetting(engine):
        for resource in RESOURCES.values():
            view_current(engine, resource, path=current.get(resource.name))
        files = _load(engine, paths)
        faults += [fault for file in files for fault in file.faults]
        for resource in RESOURCES.values():
            merge(engine, resource, is_given=resource.name in paths)
        faults += _new_faults(engine, files, faults=faults)
        if faults:
            raise ReferenceRefused(faults=faults)
        return staged(engine, paths.keys(), current=current, drafts=drafts)


@contextmanager
def forgetting(engine: Engine) -> Iterator[None]:
    """Define the macros; forget every table of the load at the end."""
    define(engine)
    try:
        yield
    finally:
        for resource in RESOURCES.values():
            engine.run(f"DROP VIEW IF EXISTS now_{resource.name}")
            for stem in ("canonical", "faulty", "new", "stays"):
                engine.run(f"DROP TABLE IF EXISTS {stem}_{resource.name}")


def view_current(engine: Engine, resource: Resource, *, path: Path | None) -> None:
    """Name the rows in force `current_<resource>`; a column younger than the file is null."""
    stored = set(pyarrow.parquet.read_schema(path).names) if path else set()
    columns = ", ".join(
        name(column) if column in stored else f"CAST(NULL AS VARCHAR) AS {name(column)}"
        for column in resource.columns
    )
    if path:
        engine.parquet(f"stored_{resource.name}", [path])
        engine.view(f"current_{resource.name}", f"SELECT {columns} FROM stored_{resource.name}")
    else:
        engine.view(f"current_{resource.name}", f"SELECT {columns} WHERE false")


def _load(engine: Engine, paths: Mapping[str, Path]) -> list[ReadFile]:
    """Make `new_<resource>` for every resource, empty where the folder has no file."""
    files = []
    for label, resource in RESOURCES.items():
        if label in paths:
            files.append(read_file(paths[label], resource))
            files[-1].faults += load_cells(engine, files[-1])
        else:
            engine.table(
                f"new_{label}",
                f'SELECT CAST(NULL AS BIGINT) AS "row", * FROM current_{label} LIMIT 0',
            )
    return files


def merge(engine: Engine, resource: Resource, *, is_given: bool) -> None:
    """Name `now_<resource>`: the new rows, and the current rows of every other key."""
    label = resource.name
    stored = f'SELECT CAST(NULL AS BIGINT) AS "row", c.* FROM current_{label} c'
    if not is_given:
        engine.view(f"now_{label}", stored)
        return
    same = _same_key(resource, left="c", right="n")
    engine.table(f"stays_{label}", f"{stored} ANTI JOIN new_{label} n ON {same}")
    engine.view(f"now_{label}", f"SELECT * FROM new_{label} UNION ALL SELECT * FROM stays_{label}")


def _same_key(resource: Resource, *, left: str, right: str) -> str:
    return " AND ".join(
        f"{left}.{name(key)} IS NOT DISTINCT FROM {right}.{name(key)}" for key in resource.keys
    )


def _new_faults(engine: Engine, files: list[ReadFile], *, faults: list[Fault]) -> list[Fault]:
    """Give the faults between rows, without those of cells that are faulty on their own."""
    known = {(fault.file, fault.row, fault.column) for fault in faults}
    blamed = {fault.file for fault in faults}
    found = cross_faults(
        engine,
        incomplete={file.resource.name for file in files if not file.is_whole},
        faulty={file.resource.name for file in files if file.resource.file in blamed},
    )
    return [fault for fault in found if (fault.file, fault.row, fault.column) not in known]


def staged(
    engine: Engine, given: Collection[str], *, current: Mapping[str, Path], drafts: Path
) -> StagedReference:
    """Write the drafts and give what changed in the `given` resources."""
    drafts.mkdir(parents=True, exist_ok=True)
    changed, ended, files, counts, changes = {}, {}, {}, {}, {}
    content = hashlib.sha256()
    for label, resource in RESOURCES.items():
        counts[label] = engine.one(f"SELECT count(*) AS n FROM now_{label}")["n"]
        if label in current:
            files[label] = current[label]
        if label in given and (count := _write_changed(engine, resource, drafts=drafts)):
            changed[label], changes[label] = drafts / f"changed_{label}.parquet", count
            if _write_ended(engine, resource, drafts=drafts):
                ended[label] = drafts / f"ended_{label}.parquet"
            files[label] = drafts / f"{label}.parquet"
            columns, order = names(resource.columns), by_key(resource)
            engine.copy(f"SELECT {columns} FROM now_{label} ORDER BY {order}", files[label])
        if counts[label]:
            content.update(f"{label} {_digest(engine, resource)}\n".encode())
    return StagedReference(changed, ended, files, counts, changes, content.hexdigest())


def by_key(resource: Resource) -> str:
    """Give the order in which rows of a resource rest: by key, whole numbers by size."""
    kinds = {field.name: field.kind for field in resource.fields}
    return ", ".join(
        f"CAST({name(key)} AS BIGINT)" if kinds[key] == "integer" else f"{name(key)} NULLS FIRST"
        for key in resource.keys
    )


def _write_changed(engine: Engine, resource: Resource, *, drafts: Path) -> int:
    """Write the rows that are not in force as they are; give how many."""
    columns = names(resource.columns)
    return engine.copy(
        f"SELECT * FROM (SELECT {columns} FROM new_{resource.name}"
        f" EXCEPT SELECT {columns} FROM current_{resource.name}) ORDER BY {by_key(resource)}",
        drafts / f"changed_{resource.name}.parquet",
    )


def _write_ended(engine: Engine, resource: Resource, *, drafts: Path) -> int:
    """Write the keys of current rows that have a changed successor; give how many."""
    engine.parquet("changed_row", [drafts / f"changed_{resource.name}.parquet"])
    return engine.copy(
        f"SELECT {names(resource.keys)} FROM current_{resource.name} c"
        f" SEMI JOIN changed_row n ON {_same_key(resource, left='c', right='n')}"
        f" ORDER BY {by_key(resource)}",
        drafts / f"ended_{resource.name}.parquet",
    )


def _digest(engine: Engine, resource: Resource) -> str:
    """Give the SHA-256 over the hashes of all rows in key order; a row is its JSON list."""
    row = f"sha256(CAST(to_json([{names(resource.columns)}]) AS VARCHAR))"
    found: str = engine.one(
        f"SELECT sha256(string_agg({row}, '' ORDER BY {by_key(resource)})) AS digest"
        f" FROM now_{resource.name}"
    )["digest"]
    return found
