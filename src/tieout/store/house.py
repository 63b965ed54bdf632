"""One installation: its catalog, its lake, its scratch folder and its one writer at a time."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from tieout.errors import WriterBusy
from tieout.store.database import Catalog
from tieout.store.lake import Lake

WRITER_LOCK = 7_428_001  # any fixed number: PostgreSQL's advisory locks are known by number


@dataclass(frozen=True)
class House:
    """Where an installation keeps its things. `home` is a folder on this machine."""

    home: Path
    catalog: Catalog
    lake: Lake

    @property
    def scratch(self) -> Path:
        """Where engines may spill; nothing there outlives a command."""
        return self.home / "scratch"

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Be the only writer, whose scratch ends with it; the lock ends with the process.

        Raises WriterBusy when another load, run or clean-up is at work.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "writer.lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WriterBusy from None
            if self.catalog.is_sqlite:
                with self._scratch_cleared():
                    yield
                return
            with self.catalog.engine.connect() as connection:
                taken = connection.scalar(
                    text("SELECT pg_try_advisory_lock(:number)"), {"number": WRITER_LOCK}
                )
                connection.commit()
                if not taken:
                    raise WriterBusy
                try:
                    with self._scratch_cleared():
                        yield
                finally:
                    connection.execute(
                        text("SELECT pg_advisory_unlock(:number)"), {"number": WRITER_LOCK}
                    )
                    connection.commit()

    @contextmanager
    def _scratch_cleared(self) -> Iterator[None]:
        """Remove at the end what this command and killed ones left in the scratch folder."""
        try:
            yield
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)


def open_house(home: Path, *, catalog_url: str | None = None, lake: Path | None = None) -> House:
    """Open the installation in a folder; by default its catalog is a SQLite file there."""
    home.mkdir(parents=True, exist_ok=True)
    url = catalog_url or f"sqlite:///{home / 'catalog.sqlite'}"
    return House(home=home, catalog=Catalog(url), lake=Lake(lake or home / "lake"))
