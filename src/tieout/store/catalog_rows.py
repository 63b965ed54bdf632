"""The catalog's rows as files of text, the same from SQLite and PostgreSQL, and back.

A table is a file of JSON lines: the names of its columns, then one array per row in the order of
the primary key. Values are text and whole numbers, so nothing is lost on the way.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    inspect,
    select,
    text,
)

from tieout.store.catalog import metadata
from tieout.store.database import insert_rows

ROWS_AT_ONCE = 10_000
STEPS = "alembic_version"  # the migrations' own table: it says which step the tables are at


def tables() -> Sequence[Table]:
    """Give the catalog's tables, those that others point at first."""
    return metadata.sorted_tables


def is_empty(connection: Connection) -> bool:
    """Tell whether the database has no table at all."""
    return not inspect(connection).get_table_names()


def write_rows(connection: Connection, table: Table, *, path: Path) -> int:
    """Write the rows of a table to a file; give their number."""
    encode = msgspec.json.Encoder().encode
    is_sqlite = connection.dialect.name == "sqlite"
    keys = [_by_bytes(column, is_sqlite=is_sqlite) for column in table.primary_key]
    wanted = select(table).order_by(*keys)
    count = 0
    with path.open("wb") as out:
        out.write(encode([str(column.name) for column in table.columns]) + b"\n")
        streamed = connection.execute(wanted, execution_options={"yield_per": ROWS_AT_ONCE})
        for rows in streamed.partitions():
            out.writelines(encode(tuple(row)) + b"\n" for row in rows)
            count += len(rows)
    return count


def read_rows(connection: Connection, table: Table, *, path: Path) -> int:
    """Put the rows of a file into an empty table; give their number."""
    decode = msgspec.json.Decoder(list[Any]).decode
    count = 0
    with path.open("rb") as lines:
        names = decode(next(lines))
        while rows := [decode(line) for line in islice(lines, ROWS_AT_ONCE)]:
            insert_rows(connection, table, names=names, rows=rows)
            count += len(rows)
    return count


@contextmanager
def tables_to_fill(connection: Connection) -> Iterator[list[Table]]:
    """Give the tables that are there, those that others point at first, with no trigger at work.

    What is put in was checked when it first came in. Afterwards new rows are numbered after it.
    """
    there = MetaData()
    there.reflect(connection)
    found = [table for table in there.sorted_tables if table.name != STEPS]
    if connection.dialect.name == "sqlite":
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        triggers = connection.execute(text(named)).all()
        for name, _ in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield found
        for _, made in triggers:
            connection.exec_driver_sql(made)
        return
    for table in found:
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
    yield found
    for table in found:
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')
        _number_on(connection, table)


def _by_bytes(column: Column[Any], *, is_sqlite: bool) -> Any:
    """Give what sorts a column alike on every database: PostgreSQL sorts text by its language."""
    return column.collate("C") if isinstance(column.type, Text) and not is_sqlite else column


def _number_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row of a table after the highest that is there."""
    for column in table.primary_key:
        if not isinstance(column.type, Integer):
            continue
        series = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": f'"{table.name}"', "column": column.name},
        )
        highest = connection.scalar(select(func.max(column)))
        if series and highest:
            connection.execute(
                text("SELECT setval(CAST(:series AS regclass), :highest)"),
                {"series": series, "highest": highest},
            )
