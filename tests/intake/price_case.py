"""What a staged sheet holds."""

from collections.abc import Callable
from typing import Any

from pyarrow import parquet

from tieout.intake import StagedSheet

Read = Callable[..., StagedSheet]


def given(row: dict[str, Any]) -> dict[str, Any]:
    """Give the cells that are not empty."""
    return {name: value for name, value in row.items() if value not in (None, "")}


def rows(staged: StagedSheet) -> list[dict[str, Any]]:
    """Give the rows that were read, without the cells that are empty."""
    found = parquet.read_table(staged.path).drop(["moment"]).to_pylist()
    return [given(row) for row in found]


def one(staged: StagedSheet, column: str) -> object:
    """Give one column of the only row."""
    (row,) = rows(staged)
    return row.get(column)
