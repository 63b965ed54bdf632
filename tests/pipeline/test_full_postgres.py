"""PostgreSQL's own disk fills up in the midst of a command: nothing is half done."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import forked
import pytest
from crash_case import PERIOD, State, timeless, write_month, write_vendor_file
from postgres_case import create_database, start_server
from small_disk import fill, make_room
from sqlalchemy import select

from tieout.pipeline import rehash_lake
from tieout.store.catalog import metadata
from tieout.store.house import open_house

CUSTOMERS, ROWS, INVOICES = 200, 800, 400
DISK = "160m"
LEFT = (64, 4_096)  # KiB that are free
VERIFY = ("verify", "--period", PERIOD, "--accept-parked", "asked", "--by", "anna")


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """Mount a small disk in memory, which only root can, where PostgreSQL's account may go."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-pg-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tieout-test", str(folder)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        # there is no other way to fill a server's disk; test_full_disk.py limits a file's size then
        pytest.skip("a small disk can be mounted by root only, where mounting is allowed")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    shutil.rmtree(folder)


class Store:
    """An installation whose catalog alone lies on the small disk."""

    def __init__(self, home: Path, url: str, disk: Path) -> None:
        """Make nothing yet."""
        self.home, self.url, self.disk = home, url, disk

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; give its exit code and what it complained of."""
        named = {"TIEOUT_HOME": str(self.home), "TIEOUT_CATALOG": self.url}
        code, _, err = forked.run(arguments, {**os.environ, **named}, folder=self.home.parent)
        return code, err.decode()

    def state(self) -> State:
        """Give all that a reader sees; every lake file that is named must be whole."""
        house = open_house(self.home, catalog_url=self.url)
        try:
            with house.catalog.read() as connection:
                found = {}
                for table in metadata.sorted_tables:
                    rows = connection.execute(select(table).order_by(*table.primary_key))
                    found[table.name] = [dict(row) for row in rows.mappings()]
            assert rehash_lake(house) == len({row["path"] for row in found["lake_file"]})
        finally:
            house.catalog.close()
        return found


@pytest.fixture
def store(disk: Path, tmp_path: Path) -> Iterator[Store]:
    """Make a store with reference data on a PostgreSQL server of its own."""
    with ExitStack() as cleanup:
        url = create_database(start_server(disk / "data", cleanup))
        made = Store(tmp_path / "home", url, disk)
        write_month(tmp_path / "reference", customers=CUSTOMERS)
        assert made("init")[0] == 0
        assert made("reference", "load", str(tmp_path / "reference"))[0] == 0
        yield made


def test_where_postgresql_has_no_room_all_stays_and_room_lets_it_go_on(
    store: Store, tmp_path: Path
) -> None:
    source = write_vendor_file(
        tmp_path / "october.csv", rows=ROWS, customers=CUSTOMERS, invoices=INVOICES
    )
    refused = []
    for command in (("load", str(source)), ("run", PERIOD), VERIFY):
        before, codes = store.state(), []
        for left in LEFT:
            fill(store.disk, left_kib=left)
            code, said = store(*command)
            make_room(store.disk)
            codes.append(code)
            if not code:
                break
            assert code == 1
            assert "space" in said
            assert len(said.splitlines()) == 1
            assert store.state() == before
        assert codes[-1] == 0
        assert timeless(store.state()) != timeless(before)
        refused.append(1 in codes)
    assert refused == [True, True, True]
    assert store("gc") == (0, "")
    assert store("verify-store") == (0, "")
    assert store("audit", "verify") == (0, "")
