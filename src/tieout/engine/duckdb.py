"""DuckDB in this process: the default engine. It computes; it does not keep."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tieout.engine.watch import UNWATCHED, Watch
from tieout.quotient import DUCKDB

DIALECT = DUCKDB
ROWS_PER_GROUP = 20_480  # of a file; whoever reads one customer decodes whole groups
DICTIONARY_TEXTS = 4_000  # of a column in a row group; looking for more costs more than it saves
MACROS = ("units", "amount", "shortest", "uuid5_of_sha1", "uuid5", "quotient_of")


@cache
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


def after(relations: Mapping[str, str], sql: str) -> str:
    """Give a statement together with the relations, in order, that it alone reads.

    A view would be planned when it is made and again when it is read.
    """
    return f"WITH {_named(relations)} SELECT * FROM ({sql})"


def _named(relations: Mapping[str, str]) -> str:
    return ", ".join(f"{name} AS NOT MATERIALIZED ({text})" for name, text in relations.items())


@cache
def _words(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_][a-z_0-9]*", sql))


class Engine:
    """One DuckDB session: views and tables by name; `watch` hears what it is used for."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        watch: Watch = UNWATCHED,
        *,
        macros: frozenset[str] = frozenset(),
    ) -> None:
        """Wrap a connection that knows some macros, named `package:name`."""
        self.connection, self.watch, self.macros = connection, watch, macros
        self._relations: dict[str, str] = {}

    def run(self, sql: str) -> None:
        """Run a statement that gives nothing back."""
        self.connection.execute(sql)

    def let(self, **variables: object) -> None:
        """Set variables that SQL files read with `getvariable`."""
        for name, value in variables.items():
            self.run(f"SET VARIABLE {name} = {literal(value)}")

    def relation(self, name: str, sql: str) -> None:
        """Name a relation for later queries of this engine, which plan it where they read it.

        A view would be planned as it is made, and with it all that it reads.
        """
        self._relations[name] = sql

    def query(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Give a query, not yet computed; it may read what `relation` named."""
        return self.connection.sql(self._whole(sql))

    def _whole(self, sql: str) -> str:
        """Put before a query the relations that it reads, and that they read."""
        wanted: dict[str, str] = {}
        words = set(_words(sql))
        for name, text in reversed(self._relations.items()):
            if name in words:
                wanted[name] = text
                words |= _words(text)
        if not wanted:
            return sql
        named = _named(dict(reversed(wanted.items())))
        bare = re.sub(r"\A(\s*--[^\n]*\n)*\s*", "", sql)
        for start in ("WITH RECURSIVE ", "WITH "):
            if bare.startswith(start):
                return f"{start}{named}, {bare.removeprefix(start)}"
        return f"WITH {named} {bare}"

    def view(self, name: str, sql: str) -> None:
        """Name a relation without computing it."""
        self.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {self._whole(sql)}")
        self._relations.pop(name, None)

    def table(self, name: str, sql: str) -> None:
        """Compute a relation and keep it for this session."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {self._whole(sql)}")
        self._relations.pop(name, None)

    def arrow(self, sql: str) -> pa.Table:
        """Compute a relation into memory; for small results."""
        return self.query(sql).to_arrow_table()

    def one(self, sql: str) -> dict[str, Any]:
        """Give the only row of a relation by column name; decimals as `Decimal`."""
        rows: list[dict[str, Any]] = self.arrow(sql).to_pylist()
        return rows[0]

    def batches(self, sql: str, *, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Stream a relation in record batches."""
        yield from self.query(sql).to_arrow_reader(rows)

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
        """Make Arrow data visible under a name."""
        self.connection.register(name, table)
        self._relations.pop(name, None)

    def parquet(self, name: str, paths: Sequence[Path], *, schema: pa.Schema | None = None) -> None:
        """Name the rows of Parquet files; with no files, an empty relation of `schema`."""
        if paths:
            listed = ", ".join(literal(str(path)) for path in paths)
            self.view(name, f"SELECT * FROM read_parquet([{listed}])")
        elif schema is not None:
            self.register(f"{name}_empty", schema.empty_table())
            self.view(name, f"SELECT * FROM {name}_empty")

    def copy(self, sql: str, path: Path) -> int:
        """Compute a relation into a Parquet file; give the number of rows.

        The rows of a row group are in the relation's order; where it joins, groups may change
        places, as the threads come to them.
        """
        counted = self.connection.execute(
            f"COPY ({self._whole(sql)}) TO {literal(str(path))}"
            " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,"
            f" ROW_GROUP_SIZE {ROWS_PER_GROUP}, DICTIONARY_SIZE_LIMIT {DICTIONARY_TEXTS})"
        ).fetchone()
        return int(counted[0]) if counted else 0


def define_macros(engine: Engine, package: str, *, names: Sequence[str]) -> None:
    """Define the macros that lie as `.sql` files in `package`, in order, unless they are known."""
    for name in names:
        if f"{package}:{name}" not in engine.macros:
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
    connection = _connect(scratch, threads=threads, memory=memory)
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


class Instance:
    """One DuckDB for the sessions of many short questions, of any thread.

    They share its threads, its memory and what it knows of the lake's files; what one names, no
    other sees. A session of it opens at once.
    """

    def __init__(
        self,
        scratch: Path,
        *,
        threads: int,
        memory: str,
        macros: Mapping[str, Sequence[str]],
    ) -> None:
        """Open it; `macros` gives for packages those that every session shall know."""
        self._lock = threading.Lock()
        self._connection = _connect(scratch, threads=threads, memory=memory)
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        self._connection.execute("SET autoinstall_known_extensions = false")
        self._connection.execute("SET parquet_metadata_cache = true")
        known = {"tieout.engine": MACROS, **macros}
        for package, names in known.items():
            for name in names:
                self._connection.execute(sql_text(package, name).replace("TEMP MACRO", "MACRO", 1))
        self.macros = frozenset(
            f"{package}:{name}" for package, names in known.items() for name in names
        )

    def close(self) -> None:
        """End it once its sessions have ended."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def session(self) -> Iterator[Engine]:
        """Open an engine that forgets everything when it closes."""
        with self._lock:
            connection = self._connection.cursor()
        try:
            connection.execute("SET enable_progress_bar = false")
            yield Engine(connection, macros=self.macros)
        finally:
            connection.close()


def _connect(scratch: Path, *, threads: int | None, memory: str) -> duckdb.DuckDBPyConnection:
    scratch.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {"temp_directory": str(scratch), "memory_limit": memory}
    if threads:
        config["threads"] = str(threads)
    return duckdb.connect(":memory:", config=config)
