"""The locks of the one writer: a file for a machine, an advisory lock for a PostgreSQL catalog.

Both end with the process that has them. A worker that stands still would hold them for ever: whose
job was taken over meanwhile is known by the name on the lock, and loses it. What it would publish
then is refused, by the token of its job. Decision 0032.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tieout.errors import WriterBusy, WriterLost
from tieout.store.database import Catalog, checked_by

# any fixed numbers: PostgreSQL's advisory locks are known by number
WRITER_LOCK, PUBLISH_LOCK = 7_428_001, 7_428_003
PATIENCE_S, AGAIN_S = 5, 0.02
OURS = "tieout "  # before the holder's name on a connection

IsLost = Callable[[str], bool]  # whether the job of this name is in another hand by now

HELD = f"""
SELECT lock.pid, activity.application_name
FROM pg_locks AS lock
JOIN pg_stat_activity AS activity USING (pid)
JOIN pg_database AS base ON base.oid = lock.database AND base.datname = current_database()
WHERE lock.locktype = 'advisory' AND lock.classid = 0 AND lock.objid = {WRITER_LOCK}
    AND lock.objsubid = 1 AND lock.granted
"""
SET_NAME = text("SELECT set_config('application_name', :name, false)")


@contextmanager
def file_lock(path: Path, *, holder: str, is_lost: IsLost) -> Iterator[None]:
    """Hold the lock of this machine. Raises WriterBusy.

    Who holds it stands in the file, written while a second file (the gate) is locked, for a moment.
    """
    with _gate(path.with_suffix(".gate")):
        handle = _try_file(path)
        if handle is None:
            named = path.read_text()
            if not named or not is_lost(named):
                raise WriterBusy
            path.unlink()  # whoever stands still keeps its lock, on a file that no one opens again
            handle = _try_file(path)
            if handle is None:
                raise WriterBusy
        handle.truncate(0)
        handle.write(holder)
        handle.flush()
    with handle:
        yield


@contextmanager
def _gate(path: Path) -> Iterator[None]:
    """Be alone for a moment."""
    deadline = time.monotonic() + PATIENCE_S
    with path.open("a") as gate:
        while True:
            try:
                fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise WriterBusy from None
                time.sleep(AGAIN_S)
        yield


def _try_file(path: Path) -> TextIO | None:
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


@contextmanager
def advisory_lock(catalog: Catalog, *, holder: str, is_lost: IsLost) -> Iterator[None]:
    """Hold the lock of a PostgreSQL catalog; while it is held, publishing checks that it still is.

    Raises WriterBusy.
    """
    with catalog.engine.connect() as connection:
        connection.execute(SET_NAME, {"name": OURS + holder})
        connection.commit()
        _lock(connection, is_lost=is_lost)
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        # a writer that lost its connection may be publishing just now: what it does is seen, or not
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'"))
        try:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({PUBLISH_LOCK})"))
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            raise WriterBusy from None
        connection.commit()

        def still_held(publishing: Connection) -> None:
            publishing.execute(text(f"SELECT pg_advisory_xact_lock_shared({PUBLISH_LOCK})"))
            holders = publishing.execute(text(HELD)).all()
            if pid not in {row.pid for row in holders}:
                raise WriterLost

        try:
            with checked_by(still_held):
                yield
        finally:
            with suppress(DBAPIError):  # a connection that was cut has lost the lock already
                connection.execute(text(f"SELECT pg_advisory_unlock({WRITER_LOCK})"))
                connection.execute(SET_NAME, {"name": ""})
                connection.commit()


def _lock(connection: Connection, *, is_lost: IsLost) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({WRITER_LOCK})")):
        holder = connection.execute(text(HELD)).first()
        named = holder.application_name if holder else ""
        if holder and not (named.startswith(OURS + "job-") and is_lost(named.removeprefix(OURS))):
            raise WriterBusy
        if holder:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": holder.pid})
        connection.commit()
        if time.monotonic() > deadline:
            raise WriterBusy
        time.sleep(AGAIN_S)
    connection.commit()
