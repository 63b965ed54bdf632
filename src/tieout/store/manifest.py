"""The manifest: which lake files make up the snapshot, load or run that readers see."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from pyarrow.parquet import ParquetFile
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    insert,
    select,
    update,
)

from tieout.store import audit
from tieout.store.audit import PROGRAM, Event, Signed
from tieout.store.catalog import (
    AFTER_CLOSE,
    MONTH,
    lake_file,
    load,
    reference,
    run,
    snapshot,
    vendor_file,
)
from tieout.store.database import insert_rows, next_id
from tieout.store.house import House
from tieout.store.lake import LakeFile
from tieout.store.reference_rows import end_rows

ROWS_PER_STATEMENT = 10_000
OF_RUN = ("period", "snapshot_id", "input_digest", "output_digest")  # that the audit tells


@dataclass(frozen=True)
class Snapshot:
    """One state of the reference data: its number, a Parquet file per resource, its digest."""

    snapshot_id: int
    files: Mapping[str, Path]
    digest: str = ""  # SHA-256 of all content in force; a state that was never kept has none


def add_files(
    connection: Connection, files: Sequence[LakeFile], *, owner_kind: str, owner_id: str
) -> None:
    """Name lake files in the manifest; a file named twice by one owner counts once."""
    unique = {(file.kind, file.path): file for file in files}
    for file in unique.values():
        connection.execute(
            insert(lake_file).values(
                owner_kind=owner_kind,
                owner_id=owner_id,
                kind=file.kind,
                path=file.path,
                hop=file.hop,
                rows=file.rows,
                size=file.size,
                sha256=file.sha256,
                sums="{}",
            )
        )


def files_digest(files: Iterable[LakeFile]) -> str:
    """Give SHA-256 over what the manifest says of files: kind, hop, rows, hash; in any order."""
    unique = {(one.kind, one.path): one for one in files}.values()
    lines = sorted(f"{one.kind}|{one.hop}|{one.rows}|{one.sha256}\n" for one in unique)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def text_digest(text: str) -> str:
    """Give the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def latest_snapshot(connection: Connection, house: House) -> Snapshot:
    """Give the newest snapshot; number 0 with no files before the first load."""
    found = connection.execute(
        select(snapshot.c.snapshot_id).order_by(snapshot.c.snapshot_id.desc()).limit(1)
    ).scalar()
    return snapshot_files(connection, house, snapshot_id=found or 0)


def snapshot_files(connection: Connection, house: House, *, snapshot_id: int) -> Snapshot:
    """Give one snapshot's files by resource."""
    rows = connection.execute(
        select(lake_file.c.kind, lake_file.c.path).where(
            lake_file.c.owner_kind == "snapshot",
            lake_file.c.owner_id == str(snapshot_id),
            lake_file.c.kind.startswith("reference_", autoescape=True),
        )
    )
    files = {kind.removeprefix("reference_"): house.lake.full(path) for kind, path in rows}
    digest = connection.execute(
        select(snapshot.c.digest).where(snapshot.c.snapshot_id == snapshot_id)
    ).scalar()
    return Snapshot(snapshot_id, files, digest=digest or "")


def publish_snapshot(
    connection: Connection,
    files: Sequence[LakeFile],
    *,
    changed: Mapping[str, Path],
    ended: Mapping[str, Path],
    digest: str,
    created_at: str,
) -> int:
    """End the rows that changed, add their successors, and name the new snapshot's files.

    `changed` and `ended` are Parquet files of text columns: whole rows, and keys.
    """
    number = next_id(connection, snapshot.c.snapshot_id)
    connection.execute(
        insert(snapshot).values(snapshot_id=number, created_at=created_at, digest=digest)
    )
    for resource, keys in ended.items():
        for batch in ParquetFile(keys).iter_batches(ROWS_PER_STATEMENT):
            end_rows(connection, reference[resource], keys=batch, number=number)
    for resource, rows in changed.items():
        for batch in ParquetFile(rows).iter_batches(ROWS_PER_STATEMENT):
            columns = [column.to_pylist() for column in batch.columns]
            rows_of_text = zip(*columns, repeat(number), strict=False)
            insert_rows(
                connection,
                reference[resource],
                names=[*batch.schema.names, "from_snapshot"],
                rows=rows_of_text,
            )
    add_files(connection, files, owner_kind="snapshot", owner_id=str(number))
    return number


def lake_files(
    connection: Connection, owner_id: str, *, owner_kind: str = "load"
) -> list[LakeFile]:
    """Give the lake files of one vendor file (a load), snapshot or run; none when not known."""
    rows = connection.execute(
        select(lake_file).where(
            lake_file.c.owner_kind == owner_kind, lake_file.c.owner_id == owner_id
        )
    ).mappings()
    names = ("kind", "path", "sha256", "rows", "size", "hop")
    return [LakeFile(**{name: row[name] for name in names}) for row in rows]


def publish_load(
    connection: Connection,
    files: Sequence[Mapping[str, Any]],
    *,
    created_at: str,
    export: Mapping[str, str | None],
    by: str = PROGRAM,
) -> int:
    """Record vendor files with their lake files; `vendor_invoice` rows come separately.

    `export`: `export_id` and `etag` of the vendor's export that the files are, else empty. The
    audit has each file.
    """
    number = next_id(connection, load.c.load_id)
    connection.execute(insert(load).values(load_id=number, created_at=created_at, **export))
    for file in files:
        columns = {name: value for name, value in file.items() if name != "lake_files"}
        connection.execute(insert(vendor_file).values(load_id=number, **columns))
        if not lake_files(connection, file["file_id"]):
            add_files(connection, file["lake_files"], owner_kind="load", owner_id=file["file_id"])
    events = [_loaded(file, number=number) for file in files]
    audit.record(connection, events, signed=Signed(by, created_at))
    return number


def _loaded(file: Mapping[str, Any], *, number: int) -> Event:
    said = {name: file[name] for name in ("name", "format", "rows", "rejected")}
    said |= {"load": number, "files": files_digest(file["lake_files"])}
    return Event("load", "vendor_file", file["file_id"], after=said)


def publish_run(
    connection: Connection,
    values: Mapping[str, Any],
    *,
    files: Sequence[LakeFile],
    by: str = PROGRAM,
) -> None:
    """Make a run the one that readers see for its period; the same run again changes nothing.

    The run of a document made by hand takes nobody's place. The audit has each run, with the digest
    of its files, and which one it took the place of.
    """
    before = {}
    if values.get("kind", MONTH) == MONTH:
        of_month = (run.c.period == values["period"], run.c.kind == MONTH)
        replaced = connection.scalar(select(run.c.run_id).where(*of_month, run.c.is_current == 1))
        if replaced == values["run_id"]:
            return
        before = {"run": replaced} if replaced else {}
        connection.execute(update(run).where(*of_month).values(is_current=0))
    known = connection.scalar(select(run.c.run_id).where(run.c.run_id == values["run_id"]))
    if known:
        connection.execute(update(run).where(run.c.run_id == known).values(is_current=1))
        named = lake_files(connection, known, owner_kind="run")
    else:
        connection.execute(insert(run).values(is_current=1, **values))
        add_files(connection, files, owner_kind="run", owner_id=values["run_id"])
        named = list(files)
    kept = run_by_id(connection, run_id=values["run_id"])
    after = {name: kept[name] for name in OF_RUN} | {"files": files_digest(named)}
    after["certificate"] = text_digest(json.dumps(kept["certificate"]))
    event = Event("run", "run", values["run_id"], before=before, after=after)
    audit.record(connection, [event], signed=Signed(by, values["created_at"]))


def is_published() -> ColumnElement[bool]:
    """Select the runs of months that readers see."""
    return and_(run.c.is_current == 1, run.c.kind == MONTH)


def is_billing() -> ColumnElement[bool]:
    """Select the runs whose vendor lines are billed: those of months, and adjustments of them."""
    return and_(run.c.is_current == 1, run.c.kind.in_((MONTH, AFTER_CLOSE)))


def current_run(connection: Connection, *, period: str) -> Mapping[str, Any] | None:
    """Give the published run of a period, certificate and summary decoded."""
    row = (
        connection.execute(select(run).where(run.c.period == period, is_published()))
        .mappings()
        .first()
    )
    return None if row is None else _decoded(row)


def run_by_id(connection: Connection, *, run_id: str) -> Mapping[str, Any]:
    """Give a run that is known to be there, certificate and summary decoded."""
    return _decoded(connection.execute(select(run).where(run.c.run_id == run_id)).mappings().one())


def _decoded(row: Mapping[Any, Any]) -> Mapping[str, Any]:
    return {
        **row,
        "certificate": json.loads(row["certificate"]),
        "summary": json.loads(row["summary"]),
    }


def run_paths(connection: Connection, house: House, *, run_id: str) -> dict[str, list[Path]]:
    """Give a run's lake files by kind, by hop within a kind."""
    rows = connection.execute(
        select(lake_file.c.kind, lake_file.c.path)
        .where(lake_file.c.owner_kind == "run", lake_file.c.owner_id == run_id)
        .order_by(lake_file.c.kind, lake_file.c.hop)
    )
    paths: dict[str, list[Path]] = {}
    for kind, path in rows:
        paths.setdefault(kind, []).append(house.lake.full(path))
    return paths


def loaded_paths(connection: Connection, house: House, *, kind: str) -> list[Path]:
    """Give the lake files of one kind of every load, those without rows left out."""
    rows = connection.execute(
        select(lake_file.c.path).where(
            lake_file.c.owner_kind == "load", lake_file.c.kind == kind, lake_file.c.rows > 0
        )
    ).scalars()
    return [house.lake.full(path) for path in rows]


def named_paths(connection: Connection) -> dict[str, str]:
    """Give every lake path that the manifest names, with its hash."""
    rows = connection.execute(select(lake_file.c.path, lake_file.c.sha256))
    return {row.path: row.sha256 for row in rows}
