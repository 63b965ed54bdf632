"""DuckDB in this process: the default engine. It computes; it does not keep."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tieout.engine.watch import UNWATCHED, Watch
from tieout.quotient import DUCKDB

DIALECT = DUCKDB
ROWS_PER_GROUP = 122_880
MACROS = ("units", "amount", "shortest", "uuid5_of_sha1", "uuid5", "quotient_of")


def sql_text(package: str, name: str) -> str:
    """Give the statement in a `.sql` file that lies beside a module of `package`."""
    return files(package).joinpath(f"{name}.sql").read_text("utf-8").strip().rstrip(";")


def literal(value: object) -> str:
    """Give a value as SQL text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


class Engine:
    """One DuckDB session: views and tables by name; `watch` hears what it is used for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, watch: Watch = UNWATCHED) -> None:
        """Wrap a connection."""
        self.connection, self.watch = connection, watch

    def run(self, sql: str) -> None:
        """Run a statement that gives nothing back."""
        self.connection.execute(sql)

    def let(self, **variables: object) -> None:
        """Set variables that SQL files read with `getvariable`."""
        for name, value in variables.items():
            self.run(f"SET VARIABLE {name} = {literal(value)}")

    def view(self, name: str, sql: str) -> None:
        """Name a relation without computing it."""
        self.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def table(self, name: str, sql: str) -> None:
        """Compute a relation and keep it for this session."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def arrow(self, sql: str) -> pa.Table:
        """Compute a relation into memory; for small results."""
        return self.connection.sql(sql).to_arrow_table()

    def one(self, sql: str) -> dict[str, Any]:
        """Give the only row of a relation by column name; decimals as `Decimal`."""
        rows: list[dict[str, Any]] = self.arrow(sql).to_pylist()
        return rows[0]

    def batches(self, sql: str, *, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Stream a relation in record batches."""
        yield from self.connection.sql(sql).to_arrow_reader(rows)

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
        """Make Arrow data visible under a name."""
        self.connection.register(name, table)

    def parquet(self, name: str, paths: Sequence[Path], *, schema: pa.Schema | None = None) -> None:
        """Name the rows of Parquet files; with no files, an empty relation of `schema`."""
        if paths:
            listed = ", ".join(literal(str(path)) for path in paths)
            self.view(name, f"SELECT * FROM read_parquet([{listed}])")
        elif schema is not None:
            self.register(f"{name}_empty", schema.empty_table())
            self.view(name, f"SELECT * FROM {name}_empty")

    def copy(self, sql: str, path: Path) -> int:
        """Compute a relation into a Parquet file, in its order; give the number of rows."""
        counted = self.connection.execute(
            f"COPY ({sql}) TO {literal(str(path))}"
            " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,"
            f" ROW_GROUP_SIZE {ROWS_PER_GROUP})"
        ).fetchone()
        return int(counted[0]) if counted else 0


def define_macros(engine: Engine, package: str, *, names: Sequence[str]) -> None:
    """Define the macros that lie as `.sql` files in `package`, in order."""
    for name in names:
        engine.run(sql_text(package, name))


@contextmanager
def session(
    scratch: Path,
    *,
    threads: int | None = None,
    memory: str = "3GB",
    watch: Watch = UNWATCHED,
) -> Iterator[Engine]:
    """Open an engine that spills to `scratch` and forgets everything when it closes."""
    scratch.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {"temp_directory": str(scratch), "memory_limit": memory}
    if threads:
        config["threads"] = str(threads)
    connection = duckdb.connect(":memory:", config=config)
    try:
        watch.opened(connection.interrupt)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET enable_progress_bar = false")
        engine = Engine(connection, watch)
        define_macros(engine, "tieout.engine", names=MACROS)
        yield engine
    finally:
        watch.closed()
        connection.close()
