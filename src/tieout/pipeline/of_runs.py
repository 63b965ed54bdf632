"""What several runs kept of a kind, as one relation."""

from collections.abc import Iterable

import pyarrow as pa

from tieout.engine.duckdb import Engine, literal
from tieout.store.late_lines import LateRun


def name_of_runs(
    engine: Engine, name: str, *, runs: Iterable[LateRun], kind: str, schema: pa.Schema
) -> None:
    """Name the rows that runs kept of a kind, each with its run and month: `run_id`, `of_month`.

    A column that is younger than a run is null there.
    """
    empty = f"no_{name}"
    engine.register(empty, schema.empty_table())
    columns = ", ".join(f'"{column}"' for column in schema.names)
    parts = [f"SELECT NULL::VARCHAR AS run_id, NULL::VARCHAR AS of_month, {columns} FROM {empty}"]
    for one in runs:
        if paths := one.paths.get(kind):
            listed = ", ".join(literal(str(path)) for path in paths)
            parts.append(
                f"SELECT {literal(one.run_id)} AS run_id, {literal(one.period)} AS of_month,"
                f" {columns} FROM (SELECT * FROM {empty} UNION ALL BY NAME"
                f" SELECT * FROM read_parquet([{listed}], union_by_name = true))"
            )
    engine.view(name, " UNION ALL ".join(parts))
