"""The catalog's database: connections that read one state or change all or nothing."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from tieout.errors import Conflict
from tieout.store.catalog import setting
from tieout.store.row_security import tell_asker

# An error that ends a command is told by the command; psycopg would tell of its pipeline besides.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

# Checks whether this thread may still write; it raises otherwise, and holds on until the commit.
Check = Callable[[Connection], None]
UNREACHED = ("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_LOCKED")
_checks: ContextVar[tuple[Check, ...]] = ContextVar("checks", default=())


@contextmanager
def checked_by(check: Check) -> Iterator[None]:
    """Let a check stand at the begin of each transaction in which this thread writes meanwhile."""
    before = _checks.set((*_checks.get(), check))
    try:
        yield
    finally:
        _checks.reset(before)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Let SQLAlchemy's BEGIN be the only one, and make a commit last."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("tieout_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Catalog:
    """A catalog by its SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        """Connect lazily; `store.migrations.upgrade` makes the tables."""
        self.url = url
        # an error's text ends up in a log, where no amount and no cell may stand
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        # a connection that was cut while it lay in the pool is not given out
        self.engine: Engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=not self.is_sqlite
        )
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state from its first query on."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**level) as connection, connection.begin():
            self._tell_asker(connection)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are all committed at the end, or none.

        Raises what the checks of this thread raise (`checked_by`).
        """
        options = {"tieout_write": True}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            self._tell_asker(connection)
            for check in _checks.get():
                check(connection)
            yield connection

    def _tell_asker(self, connection: Connection) -> None:
        """Let the policies of PostgreSQL know for whom a transaction is; SQLite has none."""
        if not self.is_sqlite:
            tell_asker(connection)

    def setting(self, name: str) -> str | None:
        """Give one setting of this installation."""
        with self.read() as connection:
            found: str | None = connection.scalar(
                select(setting.c.value).where(setting.c.name == name)
            )
        return found

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def is_out_of_reach(error: BaseException) -> bool:
    """Tell whether an error says that the catalog cannot be reached now, and may be later."""
    if isinstance(error, NoConnectionLeft):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    # SQLite tells faults of a statement by the same class; psycopg has others for them
    told = getattr(error.orig, "sqlite_errorname", None)
    return told is None or told.startswith(UNREACHED)


def insert_rows(
    connection: Connection, table: Table, *, names: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Insert rows of plain text and integers, their values in the order of `names`.

    The statement is compiled once and the driver gets the rows as they are.
    """
    statement = insert(table).inline().compile(dialect=connection.dialect, column_keys=list(names))
    places = [names.index(name) for name in statement.positiontup or names]
    if statement.positiontup is None:
        values: list[Any] = [dict(zip(names, row, strict=True)) for row in rows]
    else:
        values = [tuple(row[place] for place in places) for row in rows]
    if values:
        connection.exec_driver_sql(str(statement), values)


def next_id(connection: Connection, column: Column[int]) -> int:
    """Give the number after the highest; call it only while writing."""
    highest: int | None = connection.scalar(select(func.max(column)))
    return (highest or 0) + 1


def require_tables(catalog: Catalog) -> None:
    """Raise Conflict when the catalog was not made yet."""
    if not inspect(catalog.engine).has_table("setting"):
        raise Conflict(reason="no store here yet: run `tieout init` first")
