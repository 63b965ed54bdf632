"""The Parquet files of runs and snapshots as relations by name, each row with its owner's id."""

from collections import defaultdict
from collections.abc import Collection, Mapping

import pyarrow as pa
from pyarrow.parquet import read_schema
from sqlalchemy import or_, select

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


def name_run_files(
    engine: Engine,
    house: House,
    *,
    runs: Collection[str],
    hops: Collection[int],
    kinds: Collection[str] = ("charge", "detail_line", "invoice_line"),
) -> None:
    """Name the lake's relations of the runs, with `run_id`; those of a hop at these hops only."""
    for kind in kinds:
        paths = _paths(house, owner_kind="run", owners=runs, kind=kind, hops=hops)
        _name(engine, kind, paths=paths, schema=RUN_KINDS[kind], owner=("run_id", "VARCHAR"))


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
        paths = _paths(house, owner_kind="snapshot", owners=owners, kind=kind, hops=())
        name, owner = f"{prefix}_{resource}", ("snapshot_id", "BIGINT")
        _name(engine, name, paths=paths, schema=schema, owner=owner)


def _paths(
    house: House, *, owner_kind: str, owners: Collection[str], kind: str, hops: Collection[int]
) -> dict[str, list[str]]:
    query = (
        select(lake_file.c.owner_id, lake_file.c.path)
        .where(lake_file.c.owner_kind == owner_kind, lake_file.c.kind == kind)
        .where(lake_file.c.owner_id.in_(list(owners)), lake_file.c.rows > 0)
        .order_by(lake_file.c.owner_id, lake_file.c.path)
    )
    if hops:
        query = query.where(or_(lake_file.c.hop.is_(None), lake_file.c.hop.in_(list(hops))))
    found: dict[str, list[str]] = defaultdict(list)
    with house.catalog.read() as connection:
        for owner, path in connection.execute(query):
            found[owner].append(str(house.lake.full(path)))
    return found


def _name(
    engine: Engine,
    kind: str,
    *,
    paths: Mapping[str, list[str]],
    schema: pa.Schema,
    owner: tuple[str, str],
) -> None:
    name, kind_of_id = owner
    columns = ", ".join(f'"{column}"' for column in schema.names)
    selects = [
        f"SELECT CAST({literal(owner_id)} AS {kind_of_id}) AS {name}, {_stored(listed, schema)}"
        f" FROM read_parquet([{', '.join(literal(path) for path in listed)}])"
        for owner_id, listed in paths.items()
    ]
    if not selects:
        engine.register(f"{kind}_empty", schema.empty_table())
        selects = [f"SELECT CAST(NULL AS {kind_of_id}) AS {name}, {columns} FROM {kind}_empty"]
    engine.view(kind, " UNION ALL ".join(selects))


def _stored(paths: list[str], schema: pa.Schema) -> str:
    """Give the columns of files; one that is younger than they are is null."""
    names = set(read_schema(paths[0]).names)
    return ", ".join(
        f'"{field.name}"'
        if field.name in names
        else f"CAST(NULL AS {'VARCHAR' if field.type == pa.string() else 'DECIMAL(38, 18)'})"
        f' AS "{field.name}"'
        for field in schema
    )
