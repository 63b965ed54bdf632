"""The reference data that a run used, row by row: what one line asks of it, each question once."""

from collections.abc import Mapping
from pathlib import Path

from tieout.engine.duckdb import Engine, literal
from tieout.pipeline.explained.owner import Row
from tieout.reference import view_current
from tieout.store.resources import RESOURCES

ASKED = (
    *("organizations", "contracts", "subscriptions"),
    *("price_rules", "price_list", "exchange_rates"),
)


class Frozen:
    """One snapshot of the reference data, open in an engine; rows are text, null where empty."""

    def __init__(self, engine: Engine, files: Mapping[str, Path]) -> None:
        """Name the snapshot's relations; `files` has the Parquet file of each resource."""
        self._engine = engine
        self._known: dict[tuple[object, ...], list[Row]] = {}
        for label in ASKED:
            view_current(engine, RESOURCES[label], path=files.get(label))

    def rows(self, resource: str, **equal: str | None) -> list[Row]:
        """Give the rows whose columns equal these values, by key; an empty value equals none."""
        asked = (resource, *sorted(equal.items()))
        if asked not in self._known:
            self._known[asked] = self._read(resource, equal)
        return self._known[asked]

    def _read(self, resource: str, equal: Mapping[str, str | None]) -> list[Row]:
        if None in equal.values():
            return []
        same = " AND ".join(f'"{name}" = {literal(value)}' for name, value in equal.items())
        keys = ", ".join(f'"{key}"' for key in RESOURCES[resource].keys)
        sql = f"SELECT * FROM current_{resource} WHERE {same} ORDER BY {keys}"
        found: list[Row] = self._engine.arrow(sql).to_pylist()
        return found

    def market_of(self, organization_id: str) -> str | None:
        """Give the country of an organization."""
        found = self.rows("organizations", organization_id=organization_id)
        return found[0]["country"] if found else None
