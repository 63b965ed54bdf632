"""A disk that fills up in the midst of a command: one sentence, and nothing is half done."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import forked
import pytest
from crash_case import PERIOD, State, timeless, write_month, write_vendor_file
from small_disk import fill, make_room
from sqlalchemy import select

from tieout.pipeline import rehash_lake
from tieout.store.catalog import metadata
from tieout.store.house import House, open_house

CUSTOMERS, ROWS = 400, 6_000
DISK = "48m"
LEFT = (0, 40, 200, 700, 1_800, 2_500, 2_600, 2_700, 2_800, 3_000, 3_500)  # KiB that are free
VERIFY = ("verify", "--period", PERIOD, "--accept-parked", "asked", "--by", "anna")
CREDIT = ("credit", "northlane-2021-11-0001", "--reason", "billed twice", "--by", "anna")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a vendor file and the reference data of its month beside it."""
    folder = tmp_path_factory.mktemp("month")
    write_month(folder / "reference", customers=CUSTOMERS)
    return write_vendor_file(folder / "october.csv", rows=ROWS, customers=CUSTOMERS)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a small disk in memory, which only root can."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tieout-test", str(folder)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        # the limit of a file's size, in the tests below, stands in for it where it cannot be
        pytest.skip("a small disk can be mounted by root only, where mounting is allowed")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass(frozen=True)
class Store:
    """An installation of which one part lies on the small disk."""

    home: Path
    lake: Path
    disk: Path

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; give its exit code and what it complained of."""
        named = {"TIEOUT_HOME": str(self.home), "TIEOUT_LAKE": str(self.lake)}
        environment = {**os.environ, **named}
        code, _, err = forked.run(arguments, environment, folder=self.disk.parent)
        return code, err.decode()

    def state(self) -> State:
        """Give all that a reader sees; every lake file that is named must be whole."""
        house: House = open_house(self.home, lake=self.lake)
        try:
            with house.catalog.read() as connection:
                found = {
                    table.name: [
                        dict(row)
                        for row in connection.execute(
                            select(table).order_by(*table.primary_key)
                        ).mappings()
                    ]
                    for table in metadata.sorted_tables
                }
            assert rehash_lake(house) == len({row["path"] for row in found["lake_file"]})
        finally:
            house.catalog.close()
        return found


@pytest.fixture(params=["lake", "catalog"])
def store(request: pytest.FixtureRequest, disk: Path, source: Path) -> Store:
    """Make a store with reference data; its lake, or all but its lake, lies on the small disk."""
    aside = disk.parent / "aside"
    home, lake = (aside, disk / "lake") if request.param == "lake" else (disk / "home", aside)
    made = Store(home, lake, disk)
    assert made("init")[0] == 0
    assert made("reference", "load", str(source.parent / "reference"))[0] == 0
    return made


def try_with_little_room(store: Store, *command: str) -> set[int]:
    """Do a command with ever more room; give the exit codes."""
    before, codes = store.state(), set()
    for left in LEFT:
        fill(store.disk, left_kib=left)
        code, said = store(*command)
        make_room(store.disk)
        codes.add(code)
        state = store.state()
        if code:
            assert code == 1
            assert "space" in said.lower()
            assert len(said.splitlines()) == 1
            assert state == before
        else:
            assert timeless(state) != timeless(before)
            break
    return codes


def test_a_full_disk_leaves_all_as_it_was_and_room_lets_it_go_on(
    store: Store, source: Path
) -> None:
    refused = []
    for command in (("load", str(source)), ("run", PERIOD), VERIFY):
        codes = try_with_little_room(store, *command)
        refused.append(1 in codes)
        if 0 not in codes:
            assert store(*command)[0] == 0
    # a verification writes to the catalog alone
    assert refused == [True, True, store.home.is_relative_to(store.disk)]
    assert store("gc") == (0, "")
    assert store("verify-store") == (0, "")
    assert store("audit", "verify") == (0, "")


LIMITED = """
import resource, sys
from tieout.serve.cli import main
size = int(sys.argv.pop(1)) * 1024
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
main()
"""


def test_where_no_file_may_grow_all_stays_as_it_was(source: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "home", tmp_path / "home" / "lake", tmp_path)
    assert store("init")[0] == 0
    assert store("reference", "load", str(source.parent / "reference"))[0] == 0
    steps = ((80, ("load", str(source))), (80, ("run", PERIOD)), (1, VERIFY), (4, CREDIT))
    for kib, command in steps:
        before = store.state()
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, str(kib), *command],
            env={**os.environ, "TIEOUT_HOME": str(store.home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert "space" in done.stderr
        assert store.state() == before
        assert store(*command)[0] == 0
    assert store("verify-store") == (0, "")


@pytest.mark.parametrize("store", ["lake"], indirect=True)
def test_a_job_that_found_no_space_is_tried_again(store: Store, source: Path) -> None:
    assert store("job", "submit", "load", str(source))[0] == 0
    fill(store.disk, left_kib=200)
    assert store("work", "--once", "--retry", "0") == (0, "")
    (job,) = store.state()["job"]
    assert (job["state"], job["attempts"]) == ("queued", 1)
    assert job["error"].startswith("no space is left on the disk of the lake")
    make_room(store.disk)
    assert store("work", "--once")[0] == 0
    (job,) = store.state()["job"]
    assert (job["state"], job["attempts"], job["error"]) == ("done", 2, None)
