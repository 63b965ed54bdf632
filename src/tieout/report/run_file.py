"""The Parquet files of runs and snapshots as relations by name, each row with its owner's id."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
from pyarrow.parquet import read_schema
from sqlalchemy import select

from tieout.engine.duckdb import Engine, literal
from tieout.store.catalog import lake_file
from tieout.store.house import House
from tieout.store.resources import RESOURCES
from tieout.tables import CHARGE, DETAIL_LINE, INVOICE_LINE, PARKED_LINE

RUN_KINDS: Mapping[str, pa.Schema] = {
    "charge": CHARGE,
    "detail_line": DETAIL_LINE,
    "invoice_line": INVOICE_LINE,
    "parked_line": PARKED_LINE,
}


class Part(NamedTuple):
    """Parquet files of one owner and what is read of them: SQL of a condition, or empty."""

    owner: str
    paths: tuple[str, ...]
    condition: str = ""


def name_run_files(
    engine: Engine,
    house: House,
    *,
    runs: Collection[str],
    hops: Collection[int],
    kinds: Collection[str] = ("charge", "detail_line", "invoice_line"),
    prefix: str = "",
) -> None:
    """Name the lake's relations of the runs, with `run_id`; those of a hop at these hops only."""
    for kind in kinds:
        found = _paths(house, owner_kind="run", owners=runs, kind=kind)
        parts: dict[str, list[str]] = defaultdict(list)
        for (owner, hop), paths in found.items():
            if hop is None or not hops or hop in hops:
                parts[owner] += paths
        listed = [Part(owner, tuple(paths)) for owner, paths in parts.items()]
        engine.view(prefix + kind, _rows_of_runs(engine, kind, parts=listed))


def name_lines_of(engine: Engine, house: House, *, documents: str) -> None:
    """Name `invoice_line`, `detail_line` and `charge`, read no further than documents reach.

    `documents` is a relation with run_id, hop, seller_id and buyer_id. Lines lie in the order of
    sellers and buyers, so one customer's are read from a small part of a month's files. Lines of
    other documents may be among them.
    """
    spans = engine.arrow(
        "SELECT run_id, hop, min(seller_id) AS seller_min, max(seller_id) AS seller_max,"
        f" min(buyer_id) AS buyer_min, max(buyer_id) AS buyer_max FROM {documents}"
        " GROUP BY run_id, hop ORDER BY run_id, hop"
    ).to_pylist()
    runs = {span["run_id"] for span in spans}
    for kind in ("invoice_line", "detail_line"):
        found = _paths(house, owner_kind="run", owners=runs, kind=kind)
        parts = [
            Part(owner, tuple(paths), _within(span))
            for span in spans
            for (owner, hop), paths in found.items()
            if owner == span["run_id"] and hop in (None, span["hop"])
        ]
        engine.relation(kind, _rows_of_runs(engine, kind, parts=parts))
    ends = engine.arrow(
        "SELECT run_id, min(charge_no) AS low, max(charge_no) AS high FROM detail_line"
        " GROUP BY run_id"
    ).to_pylist()
    numbers = {row["run_id"]: f"charge_no BETWEEN {row['low']} AND {row['high']}" for row in ends}
    found = _paths(house, owner_kind="run", owners=numbers, kind="charge")
    parts = [Part(owner, tuple(paths), numbers[owner]) for (owner, _), paths in found.items()]
    engine.relation("charge", _rows_of_runs(engine, "charge", parts=parts))


def _within(span: Mapping[str, object]) -> str:
    seller, buyer = (
        f"{side}_id BETWEEN {literal(span[f'{side}_min'])} AND {literal(span[f'{side}_max'])}"
        for side in ("seller", "buyer")
    )
    return f"hop = {span['hop']} AND {seller} AND {buyer}"


def name_reference_files(
    engine: Engine,
    house: House,
    *,
    snapshots: Collection[int],
    resources: Collection[str],
    prefix: str = "reference",
) -> None:
    """Name `<prefix>_<resource>` of the snapshots, columns of text, with `snapshot_id`."""
    owners = [str(snapshot) for snapshot in snapshots]
    for resource in resources:
        kind = f"reference_{resource}"
        schema = pa.schema([pa.field(name, pa.string()) for name in RESOURCES[resource].columns])
        found = _paths(house, owner_kind="snapshot", owners=owners, kind=kind)
        parts = [Part(owner, tuple(paths)) for (owner, _), paths in found.items()]
        owner = ("snapshot_id", "BIGINT")
        name = f"{prefix}_{resource}"
        engine.relation(name, _rows(engine, name, parts=parts, schema=schema, owner=owner))


def _paths(
    house: House, *, owner_kind: str, owners: Collection[str], kind: str
) -> dict[tuple[str, int | None], list[str]]:
    """Give the files of a kind by owner and hop; files for all hops have none."""
    query = (
        select(lake_file.c.owner_id, lake_file.c.hop, lake_file.c.path)
        .where(lake_file.c.owner_kind == owner_kind, lake_file.c.kind == kind)
        .where(lake_file.c.owner_id.in_(list(owners)), lake_file.c.rows > 0)
        .order_by(lake_file.c.owner_id, lake_file.c.path)
    )
    found: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    with house.catalog.read() as connection:
        for owner, hop, path in connection.execute(query):
            found[owner, hop].append(str(house.lake.full(path)))
    return found


def _rows_of_runs(engine: Engine, kind: str, *, parts: Collection[Part]) -> str:
    return _rows(engine, kind, parts=parts, schema=RUN_KINDS[kind], owner=("run_id", "VARCHAR"))


def _rows(
    engine: Engine,
    kind: str,
    *,
    parts: Collection[Part],
    schema: pa.Schema,
    owner: tuple[str, str],
) -> str:
    """Give the SQL of the rows of files, each with the id of its owner."""
    name, kind_of_id = owner
    columns = ", ".join(f'"{column}"' for column in schema.names)
    selects = [
        f"SELECT CAST({literal(part.owner)} AS {kind_of_id}) AS {name},"
        f" {_stored(part.paths[0], schema)}"
        f" FROM read_parquet([{', '.join(literal(path) for path in part.paths)}])"
        + (f" WHERE {part.condition}" if part.condition else "")
        for part in parts
    ]
    if not selects:
        engine.register(f"{kind}_empty", schema.empty_table())
        selects = [f"SELECT CAST(NULL AS {kind_of_id}) AS {name}, {columns} FROM {kind}_empty"]
    return " UNION ALL ".join(selects)


def _stored(path: str, schema: pa.Schema) -> str:
    """Give the columns of files; one that is younger than they are is null."""
    names = _columns_of(path)
    return ", ".join(
        f'"{field.name}"'
        if field.name in names
        else f"CAST(NULL AS {'VARCHAR' if field.type == pa.string() else 'DECIMAL(38, 18)'})"
        f' AS "{field.name}"'
        for field in schema
    )


@lru_cache(maxsize=4096)
def _columns_of(path: str) -> frozenset[str]:
    """Give the columns of a file of the lake; it never changes."""
    return frozenset(read_schema(path).names)
