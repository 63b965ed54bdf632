"""Rows as intake reads them from sheets, and ways to join them to the rows in force."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tieout.engine.duckdb import Engine
from tieout.errors import ReferenceRefused
from tieout.reference import Faults, Sheet, StagedReference, stage_sheets
from tieout.store.resources import RESOURCES

Row = Mapping[str, object]
Current = Mapping[str, Path]
Join = Callable[..., StagedReference]
NUMBERS = count()
PRICE = {
    "vendor_id": "microsoft",
    "product_id": "P9",
    "sku_id": "0001",
    "term": "P1Y",
    "currency": "USD",
    "unit_price": "1",
    "valid_from": "2021-10-01",
    "moment": 0,
}
RATE = {"from": "AED", "to": "USD", "source": "Microsoft", "base_rate": "0.27", "moment": 0}


def written(folder: Path, resource: str, rows: Sequence[Row]) -> Path:
    """Write rows as intake does."""
    names = RESOURCES[resource].columns
    path = folder / f"rows{next(NUMBERS)}.parquet"
    columns = {
        "row": pa.array([row.get("row", at) for at, row in enumerate(rows, 1)], pa.int64()),
        "moment": pa.array([row["moment"] for row in rows], pa.int64()),
        **{name: pa.array([row.get(name) for row in rows], pa.string()) for name in names},
    }
    pq.write_table(pa.table(columns), path)
    return path


def join(
    engine: Engine, folder: Path, *, current: Current, resource: str, files: Sequence[Sequence[Row]]
) -> StagedReference:
    """Stage sheets with these rows over the files in force."""
    sheets = [
        Sheet(
            f"sheet{at}.csv", resource, written(folder, resource, rows), {"unit_price": "UnitPrice"}
        )
        for at, rows in enumerate(files, 1)
    ]
    drafts = folder / f"drafts{next(NUMBERS)}"
    return stage_sheets(engine, sheets, faults=Faults([]), current=current, drafts=drafts)


def ranges(staged: StagedReference) -> list[tuple[str, str | None, str]]:
    """Give first day, first day after and price of the rows in force."""
    rows = pq.read_table(staged.files["price_list"]).to_pylist()
    return [(row["valid_from"], row["valid_to"], row["unit_price"]) for row in rows]


def price(start: str, end: str | None, amount: str, **others: object) -> Row:
    """Give a row of a price sheet."""
    return {**PRICE, "valid_from": start, "valid_to": end, "unit_price": amount, **others}


def reasons(refused: ReferenceRefused) -> list[tuple[str, int | None, str | None, str]]:
    """Give file, row, column and reason of every fault."""
    return [(f.file, f.row, f.column, f.reason) for f in refused.faults]
