"""What tests of several folders need: a real PostgreSQL, an empty database for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres_case import database, start_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """Start PostgreSQL from its wheel; give the folder of its socket.

    Each worker of pytest-xdist starts its own. Nothing listens on a network port. Run by root, the
    wheel makes a system account `pgserver` (PostgreSQL refuses to run as root) and lets everyone
    read the folders above it. A server that cannot start is a failure, not a skip.
    """
    with ExitStack() as cleanup:
        home = Path(tempfile.mkdtemp(prefix="tieout-pg-"))
        cleanup.callback(shutil.rmtree, home, ignore_errors=True)
        why_not = ""
        try:
            socket = start_server(home / "data", cleanup)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is printed and fails
            log = home / "data" / "log"
            tail = log.read_text(errors="replace")[-2000:] if log.is_file() else "no server log"
            said = getattr(error, "stderr", None) or ""
            why_not = f"{type(error).__name__}: {error}\n{said}\n{tail}"
        if why_not:
            pytest.fail(f"PostgreSQL did not start: {why_not}", pytrace=False)
        yield socket


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """Make an empty database for one test; give its SQLAlchemy URL."""
    with database(postgres_server) as url:
        yield url
