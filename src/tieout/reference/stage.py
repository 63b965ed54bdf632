"""A reference folder staged for the catalog: what is new, what ends, what is in force then.

An upsert by key: a row of the folder replaces the current row of the same key, every other
current row stays. Nothing is written but drafts, and nothing at all where there is a fault.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from tieout.engine.duckdb import Engine
from tieout.errors import Fault, ReferenceRefused
from tieout.reference.cell import define, load_cells, name, names
from tieout.reference.cross_check import cross_faults
from tieout.reference.folder import ReadFile, read_folder
from tieout.store.resources import RESOURCES, Resource


@dataclass(frozen=True)
class StagedReference:
    """A checked folder: rows to store and to end, and the whole state in force after it.

    `changed` has all text columns of rows that are new or changed; `ended` the keys of current
    rows that a changed row replaces; `files` a Parquet draft per resource that has rows, sorted
    by key; `counts` the rows in force of every resource; `digest` the SHA-256 of their content.
    """

    changed: Mapping[str, pa.Table]
    ended: Mapping[str, pa.Table]
    files: Mapping[str, Path]
    counts: Mapping[str, int]
    digest: str

    @property
    def is_unchanged(self) -> bool:
        """Whether every row of the folder was in force already."""
        return not self.changed


def stage_folder(
    engine: Engine, folder: Path, *, current: Mapping[str, Path], drafts: Path
) -> StagedReference:
    """Check a folder against itself and the rows in force, and stage what it changes.

    `current` has the Parquet file in force per resource, none where there are no rows.
    Raises ReferenceRefused with every fault of the folder.
    """
    files, faults = read_folder(folder)
    with _session(engine):
        given = {file.resource.name for file in files}
        for resource in RESOURCES.values():
            view_current(engine, resource, path=current.get(resource.name))
        faults += _load(engine, files)
        for resource in RESOURCES.values():
            _merge(engine, resource, is_given=resource.name in given)
        faults += _new_faults(engine, files, faults=faults)
        if faults:
            raise ReferenceRefused(faults=faults)
        return _staged(engine, given, drafts=drafts)


@contextmanager
def _session(engine: Engine) -> Iterator[None]:
    """Define the macros; forget every table of the load at the end."""
    define(engine)
    try:
        yield
    finally:
        for resource in RESOURCES.values():
            for stem in ("canonical", "faulty", "new", "now"):
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


def _load(engine: Engine, files: list[ReadFile]) -> list[Fault]:
    """Make `new_<resource>` for every resource, empty where the folder has no file."""
    for resource in RESOURCES.values():
        engine.table(
            f"new_{resource.name}",
            f'SELECT CAST(NULL AS BIGINT) AS "row", * FROM current_{resource.name} LIMIT 0',
        )
    faults = []
    for file in files:
        faults += [*file.faults, *load_cells(engine, file)]
    return faults


def _merge(engine: Engine, resource: Resource, *, is_given: bool) -> None:
    """Make `now_<resource>`: the folder's rows, and the current rows of every other key."""
    label = resource.name
    stored = f'SELECT CAST(NULL AS BIGINT) AS "row", c.* FROM current_{label} c'
    if is_given:
        stays = f"{stored} ANTI JOIN new_{label} n ON {_same_key(resource, left='c', right='n')}"
        engine.table(f"now_{label}", f"SELECT * FROM new_{label} UNION ALL {stays}")
    else:
        engine.table(f"now_{label}", stored)


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


def _staged(engine: Engine, given: set[str], *, drafts: Path) -> StagedReference:
    """Write the drafts and give what changed."""
    drafts.mkdir(parents=True, exist_ok=True)
    changed, ended, files, counts = {}, {}, {}, {}
    content = hashlib.sha256()
    for label, resource in RESOURCES.items():
        if label in given and (rows := _changed(engine, resource)).num_rows:
            changed[label] = rows
            if (keys := _ended(engine, resource, changed=rows)).num_rows:
                ended[label] = keys
        rows_now = f"SELECT {names(resource.columns)} FROM now_{label} ORDER BY {by_key(resource)}"
        counts[label] = engine.one(f"SELECT count(*) AS n FROM now_{label}")["n"]
        if counts[label]:
            files[label] = drafts / f"{label}.parquet"
            engine.copy(rows_now, files[label])
            content.update(f"{label} {_digest(engine, resource)}\n".encode())
    return StagedReference(changed, ended, files, counts, content.hexdigest())


def by_key(resource: Resource) -> str:
    """Give the order in which rows of a resource rest: by key, whole numbers by size."""
    kinds = {field.name: field.kind for field in resource.fields}
    return ", ".join(
        f"CAST({name(key)} AS BIGINT)" if kinds[key] == "integer" else f"{name(key)} NULLS FIRST"
        for key in resource.keys
    )


def _changed(engine: Engine, resource: Resource) -> pa.Table:
    columns = names(resource.columns)
    return engine.arrow(
        f"SELECT * FROM (SELECT {columns} FROM new_{resource.name}"
        f" EXCEPT SELECT {columns} FROM current_{resource.name}) ORDER BY {by_key(resource)}"
    )


def _ended(engine: Engine, resource: Resource, *, changed: pa.Table) -> pa.Table:
    """Give the keys of current rows that have a changed successor."""
    engine.register("changed_rows", changed)
    keys = engine.arrow(
        f"SELECT {names(resource.keys)} FROM current_{resource.name} c"
        f" SEMI JOIN changed_rows n ON {_same_key(resource, left='c', right='n')}"
        f" ORDER BY {by_key(resource)}"
    )
    engine.connection.unregister("changed_rows")
    return keys


def _digest(engine: Engine, resource: Resource) -> str:
    """Give the SHA-256 over the hashes of all rows in key order; a row is its JSON list."""
    row = f"sha256(CAST(to_json([{names(resource.columns)}]) AS VARCHAR))"
    found: str = engine.one(
        f"SELECT sha256(string_agg({row}, '' ORDER BY {by_key(resource)})) AS digest"
        f" FROM now_{resource.name}"
    )["digest"]
    return found
