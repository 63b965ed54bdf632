"""The reference data that a run used, row by row: what one line asks of it, each question once."""

from collections.abc import Mapping
from pathlib import Path

from tieout.engine.duckdb import Engine, literal
from tieout.pipeline.explained.owner import Row
from tieout.store.resources import RESOURCES


class Frozen:
    """One snapshot of the reference data, open in an engine; rows are text, null where empty."""

    def __init__(self, engine: Engine, files: Mapping[str, Path]) -> None:
        """Open nothing yet; `files` has the Parquet file of each resource that has rows."""
        self._engine, self._files = engine, files
        self._known: dict[tuple[object, ...], list[Row]] = {}

    def rows(self, resource: str, **equal: str | None) -> list[Row]:
        """Give the rows whose columns equal these values, by key; an empty value equals none."""
        asked = (resource, *sorted(equal.items()))
        if asked not in self._known:
            self._known[asked] = self._read(resource, equal)
        return self._known[asked]

    def _read(self, resource: str, equal: Mapping[str, str | None]) -> list[Row]:
        path = self._files.get(resource)
        if path is None or None in equal.values():
            return []
        same = " AND ".join(f'"{name}" = {literal(value)}' for name, value in equal.items())
        sql = f"SELECT * FROM read_parquet([{literal(path)}]) WHERE {same}"
        found = self._engine.arrow(f"{sql} ORDER BY ALL").to_pylist()
        # a column younger than the file is empty in it
        return [{name: row.get(name) for name in RESOURCES[resource].columns} for row in found]

    def market_of(self, organization_id: str) -> str | None:
        """Give the country of an organization."""
        found = self.rows("organizations", organization_id=organization_id)
        return found[0]["country"] if found else None
