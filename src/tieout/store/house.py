"""One installation: its catalog, its lake, its scratch folder and its one writer at a time."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tieout.store.database import Catalog, checked_by
from tieout.store.jobs import Lease, expire, hold, is_held
from tieout.store.lake import Lake
from tieout.store.writer import advisory_lock, file_lock

SCRATCH = "scratch"


@dataclass(frozen=True)
class House:
    """Where an installation keeps its things. `home` is a folder on this machine."""

    home: Path
    catalog: Catalog
    lake: Lake
    lease: Lease | None = None  # of the job that this process does, when it is a worker

    @property
    def scratch(self) -> Path:
        """Where engines may spill; nothing there outlives a command. Each job has a place there."""
        place = self.home / SCRATCH
        return place if self.lease is None else place / self.lease.name

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Be the only writer, whose scratch ends with it; the lock ends with the process.

        What a worker writes meanwhile is published only while it has its job. Raises WriterBusy
        when another load, run or clean-up is at work.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        holder = "" if self.lease is None else self.lease.name
        with ExitStack() as held:
            path = self.home / "writer.lock"
            held.enter_context(file_lock(path, holder=holder, is_lost=self._is_lost))
            if not self.catalog.is_sqlite:
                lock = advisory_lock(self.catalog, holder=holder, is_lost=self._is_lost)
                held.enter_context(lock)
            if self.lease is not None:
                held.enter_context(checked_by(partial(hold, lease=self.lease)))
                for left in (self.home / SCRATCH).glob("job-*"):
                    shutil.rmtree(left, ignore_errors=True)
            held.callback(shutil.rmtree, self.scratch, ignore_errors=True)
            yield

    def _is_lost(self, name: str) -> bool:
        """Tell whether the job of a lock's holder is in no hand or another one by now."""
        with self.catalog.write() as connection:
            expire(connection)
            return not is_held(connection, name)


def open_house(home: Path, *, catalog_url: str | None = None, lake: Path | None = None) -> House:
    """Open the installation in a folder; by default its catalog is a SQLite file there."""
    home.mkdir(parents=True, exist_ok=True)
    url = catalog_url or f"sqlite:///{home / 'catalog.sqlite'}"
    return House(home=home, catalog=Catalog(url), lake=Lake(lake or home / "lake"))
