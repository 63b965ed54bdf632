"""An installation on either catalog that several processes work at."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import forked
from crash_case import PATIENCE_S, PERIOD
from sqlalchemy import select

from tieout import pipeline
from tieout.store.catalog import metadata
from tieout.store.house import House, open_house

LEASE_S = 2
# columns that tell when, and by whose hand
WHEN = {"created_at", "changed_at", "verified_at", "issued_at", "path", "size", "sha256"}
PUBLISHED = ("run", "invoice", "load", "vendor_file", "vendor_invoice", "number_series")


class Place:
    """An installation that several processes work at."""

    def __init__(self, home: Path, url: str | None) -> None:
        """Open it here too."""
        self.home, self.url = home, url
        self.house: House = open_house(home, catalog_url=url)
        self.workers: list[subprocess.Popen[str]] = []

    @property
    def environment(self) -> dict[str, str]:
        """Give the variables that name it."""
        named = {"TIEOUT_HOME": str(self.home)}
        return {**os.environ, **named, **({"TIEOUT_CATALOG": self.url} if self.url else {})}

    def worker(self, *options: str, home: Path | None = None) -> subprocess.Popen[str]:
        """Start a worker, perhaps as on another machine with a home of its own."""
        there = {"TIEOUT_HOME": str(home), "TIEOUT_LAKE": str(self.home / "lake")} if home else {}
        process = subprocess.Popen(
            [sys.executable, "-m", "tieout.serve.cli", "work", "--lease", str(LEASE_S), *options],
            env={**self.environment, **there},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.workers.append(process)
        return process

    def close(self) -> None:
        """End what still works at it, also after a test that failed, and close the catalog."""
        for process in self.workers:
            with process:  # which closes its pipes
                process.kill()
        self.house.catalog.close()

    def tieout(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; give its exit code and what it complained of."""
        code, _, err = forked.run(arguments, self.environment, folder=self.home.parent)
        return code, err.decode()

    def submit(self, kind: str = "run", **arguments: Any) -> int:
        """Queue a job."""
        asked = arguments or {"period": PERIOD}
        found = pipeline.submit_job(self.house, kind, arguments=asked, attempts=5)
        return int(found["jobId"])

    def job(self, number: int) -> dict[str, Any]:
        """Give a job as it stands."""
        found: dict[str, Any] = pipeline.find_job(self.house, number)
        return found

    def wait(self, number: int, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until something is so of a job."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if is_so(found := self.job(number)):
                return found
            time.sleep(0.005)
        raise AssertionError(self.job(number))

    def stop_at(
        self,
        process: subprocess.Popen[str],
        number: int,
        is_so: Callable[[dict[str, Any]], bool],
        *,
        writing: bool = False,
    ) -> None:
        """Let a worker go step by step until something is so of its job, and leave it stopped.

        It stands still while we look, so a phase of milliseconds is not passed over. Unless it
        may be `writing`, it stops where others can write.
        """

        def is_stopped_so(_: dict[str, Any]) -> bool:
            process.send_signal(signal.SIGSTOP)
            if is_so(self.job(number)) and (writing or self.is_free()):
                return True
            process.send_signal(signal.SIGCONT)
            return False

        self.wait(number, is_stopped_so)

    def is_free(self) -> bool:
        """Tell whether nobody keeps others from writing to the catalog."""
        if self.url:
            return True
        with closing(sqlite3.connect(self.home / "catalog.sqlite", timeout=0)) as catalog:
            try:
                catalog.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
        return True

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """Give all that was published but for the moments."""
        with self.house.catalog.read() as connection:
            return {
                name: sorted(
                    (
                        {k: v for k, v in row.items() if k not in WHEN}
                        for row in connection.execute(select(metadata.tables[name])).mappings()
                    ),
                    key=repr,
                )
                for name in PUBLISHED
            }
