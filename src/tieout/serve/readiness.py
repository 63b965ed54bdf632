"""Whether the service can answer: catalog at the step that this program knows, lake readable.

What is told says which of the two and how, never a place, a name or an error's text.
"""

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse

from tieout.store.catalog import lake_file
from tieout.store.house import House
from tieout.store.migrations import known_steps, step_of
from tieout.store.row_security import fault_of

OK, PATIENCE_S = "ok", 5
log = structlog.get_logger("tieout.ready")


class Readiness:
    """Looks at the stores when asked, by one look at a time."""

    def __init__(self, house: House, *, reading: House | None = None) -> None:
        """Keep the stores, also as answers read them, and the steps that this program knows."""
        self.house, self.reading, self.steps = house, reading or house, known_steps()
        self._look: asyncio.Future[Mapping[str, str]] | None = None
        # a thread of its own: answers that wait for one make nobody unready
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ready")

    async def answer(self, _request: Request) -> JSONResponse:
        """Answer 200, or 503 and what is missing."""
        if self._look is None or self._look.done():
            self._look = asyncio.get_running_loop().run_in_executor(self._thread, self.checks)
        try:
            checks = await asyncio.wait_for(asyncio.shield(self._look), PATIENCE_S)
        except TimeoutError:
            checks = {"catalog": "too_slow", "lake": "unknown"}
        ready = all(found == OK for found in checks.values())
        body = {"status": "ready" if ready else "unready", "checks": checks}
        return JSONResponse(body, 200 if ready else 503)

    def checks(self) -> Mapping[str, str]:
        """Look at both stores."""
        path: str | None = None
        try:
            with self.house.catalog.read() as connection:
                catalog = self._step_fault(step_of(connection))
                if catalog == OK:
                    path = connection.scalar(select(lake_file.c.path).limit(1))
        except Exception as error:  # noqa: BLE001 - whatever it is, the catalog is out of reach
            log.warning("catalog out of reach", kind=type(error).__name__)
            catalog = "unreachable"
        checks = {"catalog": catalog, "lake": self._lake(path)}
        return {**checks, **self._row_security()} if catalog == OK else checks

    def _row_security(self) -> Mapping[str, str]:
        """Say whether row-level security holds the role that answers are read as, if any."""
        if self.reading is self.house:
            return {}
        try:
            with self.reading.catalog.read() as connection:
                fault = fault_of(connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, the role is out of reach
            log.warning("serving role out of reach", kind=type(error).__name__)
            return {"row_security": "unreachable"}
        return {"row_security": OK if fault is None else "not_held"}

    def _step_fault(self, step: str | None) -> str:
        """Say how the catalog's step differs from the newest that this program knows."""
        if step == self.steps[0]:
            return OK
        if step is None:
            return "missing"
        return "behind" if step in self.steps else "ahead"

    def _lake(self, path: str | None) -> str:
        """Say whether the lake can be listed, and the first file of the manifest read."""
        try:
            with os.scandir(self.house.lake.root) as listed:
                next(listed, None)
            if path is not None:
                with self.house.lake.full(path).open("rb") as stream:
                    stream.read(1)
        except OSError as error:
            log.warning("lake not readable", kind=type(error).__name__)
            return "unreadable"
        return OK


async def health() -> JSONResponse:
    """Say that the process is alive, whatever its stores are and its threads do."""
    return JSONResponse({"status": "ok"})
