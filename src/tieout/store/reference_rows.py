"""Single rows of the reference data as the catalog keeps them: text, by key, as of a snapshot."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, or_, select, update

from tieout.store.catalog import audit_entry, lake_file, reference, snapshot
from tieout.store.resources import RESOURCES, Resource


@dataclass(frozen=True)
class Record:
    """One row: every column of its resource as text, an empty cell as empty text."""

    resource: str
    cells: Mapping[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        """The cells of the key columns, in their order."""
        return tuple(self.cells[name] for name in RESOURCES[self.resource].keys)

    @property
    def tag(self) -> str:
        """A strong entity tag of the content, with its quotes."""
        content = json.dumps([self.resource, list(self.cells.items())], ensure_ascii=True)
        return f'"{hashlib.sha256(content.encode()).hexdigest()}"'


@dataclass(frozen=True)
class At:
    """Which rows are read: those of a snapshot, and of them those that hold on a day, or all."""

    number: int
    day: str | None = None


@dataclass(frozen=True)
class Page:
    """Some rows in the order in which they were loaded; `last` is where the next page goes on."""

    records: Sequence[Record]
    last: int
    has_more: bool


def newest_snapshot(connection: Connection) -> int:
    """Give the number of the newest snapshot, 0 before the first load."""
    return connection.scalar(select(func.max(snapshot.c.snapshot_id))) or 0


def snapshot_at(connection: Connection, entry_hash: str) -> int:
    """Give the number of the snapshot that was the newest when an audit entry was; 0: none was.

    A store that is older than its audit has no entry of its first snapshots: the newest counts.
    """
    reached = select(audit_entry.c.entry_no).where(audit_entry.c.entry_hash == entry_hash)
    loads = (
        select(audit_entry.c.subject_id)
        .where(audit_entry.c.subject_kind == "reference")
        .where(audit_entry.c.entry_no <= reached.scalar_subquery())
        .order_by(audit_entry.c.entry_no.desc())
    )
    said = connection.scalar(loads.limit(1))
    return int(said.removeprefix("snapshot ")) if said else newest_snapshot(connection)


def moments_of_change(connection: Connection, resource: Resource, *, at: At) -> pa.Table:
    """Give the keys of the rows of a snapshot, and when each came in (`changed_at`)."""
    table = reference[resource.name]
    keys = [table.c[name] for name in resource.keys]
    rows = connection.execute(
        select(*keys, snapshot.c.created_at)
        .join(snapshot, snapshot.c.snapshot_id == table.c.from_snapshot)
        .where(*_holds(table, at))
    ).all()
    names = [*resource.keys, "changed_at"]
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def read_record(
    connection: Connection,
    resource: Resource,
    *,
    key: Sequence[str],
    at: At | None = None,
) -> Record | None:
    """Give the row of a key, by default in the newest snapshot; none when there is none."""
    table = reference[resource.name]
    wanted = _cells_are(table, dict(zip(resource.keys, key, strict=True)))
    columns = [table.c[name] for name in resource.columns]
    wanted += _holds(table, at) if at else [table.c.to_snapshot.is_(None)]
    row = connection.execute(select(*columns).where(*wanted)).first()
    return _record(resource, row) if row else None


def read_page(
    connection: Connection,
    resource: Resource,
    *,
    at: At,
    cells: Mapping[str, str],
    after: int,
    limit: int,
) -> Page:
    """Give the next `limit` rows whose cells are these."""
    table = reference[resource.name]
    holds = _holds(table, at)
    rows = connection.execute(
        select(*(table.c[name] for name in resource.columns), table.c.version_id)
        .where(*holds, *_cells_are(table, cells), table.c.version_id > after)
        .order_by(table.c.version_id)
        .limit(limit + 1)
    ).all()
    page = rows[:limit]
    last = page[-1].version_id if page else after
    return Page([_record(resource, row) for row in page], last, has_more=len(rows) > limit)


def list_snapshots(
    connection: Connection, *, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Give snapshots, newest first, with the rows in force of each resource."""
    wanted = select(snapshot).order_by(snapshot.c.snapshot_id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(snapshot.c.snapshot_id < before)
    found = connection.execute(wanted).mappings().all()
    files = connection.execute(
        select(lake_file.c.owner_id, lake_file.c.kind, lake_file.c.rows)
        .where(
            lake_file.c.owner_kind == "snapshot",
            lake_file.c.owner_id.in_([str(one["snapshot_id"]) for one in found]),
            lake_file.c.kind.startswith("reference_", autoescape=True),
        )
        .order_by(lake_file.c.kind)
    )
    rows: dict[str, dict[str, int]] = {}
    for owner, kind, count in files:
        rows.setdefault(owner, {})[kind.removeprefix("reference_")] = count
    return [
        {
            "snapshot": one["snapshot_id"],
            "createdAt": one["created_at"],
            "digest": one["digest"],
            "rows": rows.get(str(one["snapshot_id"]), {}),
        }
        for one in found
    ]


def _holds(table: Table, at: At) -> list[ColumnElement[bool]]:
    """Keep the rows of a snapshot; of a day those in force on it, `valid_to` excluded."""
    wanted = [
        table.c.from_snapshot <= at.number,
        or_(table.c.to_snapshot.is_(None), table.c.to_snapshot > at.number),
    ]
    if at.day is not None:
        ended = or_(table.c.valid_to.is_(None), table.c.valid_to > at.day)
        wanted += [table.c.valid_from <= at.day, ended]
    return wanted


def _cells_are(table: Table, cells: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """Compare cells; empty text stands for a cell without a value."""
    return [
        table.c[name] == value if value else table.c[name].is_(None)
        for name, value in cells.items()
    ]


def _record(resource: Resource, row: Sequence[Any]) -> Record:
    cells = zip(resource.columns, row, strict=False)
    return Record(resource.name, {name: value or "" for name, value in cells})


def end_rows(connection: Connection, table: Table, *, keys: pa.RecordBatch, number: int) -> None:
    """End the current rows of these keys, one statement per set of key columns that are empty.

    Only so does an index serve: `IS NOT DISTINCT FROM` uses none on PostgreSQL.
    """
    names = keys.schema.names
    columns = [column.to_pylist() for column in keys.columns]
    alike: dict[tuple[bool, ...], list[dict[str, str]]] = {}
    for row in zip(*columns, strict=True):
        empty = tuple(cell is None for cell in row)
        given = zip(names, row, strict=True)
        values = {f"key_{name}": cell for name, cell in given if cell is not None}
        alike.setdefault(empty, []).append(values)
    for empty, rows in alike.items():
        same = [
            table.c[name].is_(None) if null else table.c[name] == bindparam(f"key_{name}")
            for name, null in zip(names, empty, strict=True)
        ]
        statement = update(table).where(*same, table.c.to_snapshot.is_(None))
        connection.execute(statement.values(to_snapshot=number), rows)
