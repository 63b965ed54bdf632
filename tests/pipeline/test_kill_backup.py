"""Backups beside a writer at work, and backups and restores killed at random moments."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import forked
import pytest
from crash_case import (
    PERIOD,
    State,
    finish,
    seen,
    start,
    write_month,
    write_vendor_file,
)
from kill_case import KILLS, TIMES
from sqlalchemy import inspect

from tieout import pipeline
from tieout.store.house import open_house

CUSTOMERS, ROWS = 100, 1_000
OF_BACKUP, TRIES_MAX = 5, 6
SEED = 20_211_032
BACKUPS = 4


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with a month that is billed."""
    folder = tmp_path_factory.mktemp("kept")
    reference = write_month(folder / "reference", customers=CUSTOMERS)
    source = write_vendor_file(folder / "october.csv", rows=ROWS, customers=CUSTOMERS)
    home = folder / "base"
    for command in (
        ("init",),
        ("reference", "load", str(reference)),
        ("load", str(source)),
        ("run", PERIOD),
    ):
        assert finish(home, *command) == 0
    return home


def restored(backup: Path, home: Path) -> State:
    """Restore a backup into a new home; everything in it must be whole."""
    assert finish(home, "restore", str(backup)) == 0
    for check in (("verify-store",), ("audit", "verify"), ("certificate", PERIOD)):
        assert finish(home, *check) == 0
    return seen(home)


def test_a_backup_beside_a_writer_is_one_state_of_the_store(base: Path, tmp_path: Path) -> None:
    home = shutil.copytree(base, tmp_path / "home")
    dearer = shutil.copytree(base.parent / "reference", tmp_path / "dearer")
    rules = dearer / "price_rules.csv"
    rules.write_text(rules.read_text().replace("r-1,c-1,,markup,6,", "r-1,c-1,,markup,50,"))
    charge = (
        *("charge", "--contract", "c-2", "--period", PERIOD, "--from", "2021-10-01"),
        *("--line", "1", "10.00", "Advice", "--reason", "asked for", "--by", "anna"),
    )
    turns = (
        ("reference", "load", str(dearer)),
        ("run", PERIOD),
        charge,
        ("gc",),
        ("reference", "load", str(base.parent / "reference")),
        ("run", PERIOD),
        ("gc",),
    )
    kept: list[Path] = []
    writer, left = start(home, *turns[0]), list(turns[1:])
    while left:
        kept.append(tmp_path / f"kept-{len(kept)}")
        backup = start(home, "backup", str(kept[-1]))
        while backup.is_alive():
            backup.join(0.02)
            if not writer.is_alive() and left:
                assert writer.exitcode == 0
                writer = start(home, *left.pop(0))
        assert backup.exitcode == 0
    writer.join()
    assert writer.exitcode == 0
    changes = []
    for number, backup_made in enumerate(kept[:: max(len(kept) // BACKUPS, 1)]):
        state = restored(backup_made, tmp_path / f"home-{number}")
        months = [row for row in state["run"] if row["kind"] == "month"]
        (current,) = [row["run_id"] for row in months if row["is_current"]]
        of_runs = [row for row in state["invoice"] if row["source_id"] == 1]
        assert {row["run_id"] for row in of_runs} == {current}
        changes.append(len(state["audit_entry"]))
    assert len(set(changes)) > 1, "the writer changed nothing meanwhile"
    assert changes == sorted(changes), "a later backup is of an earlier state"


@pytest.mark.parametrize("name", ["kept", "kept.tar"])
def test_a_killed_backup_is_complete_or_not_there(base: Path, tmp_path: Path, name: str) -> None:
    dice, landed, whole = random.Random(SEED), 0, tmp_path / f"calm-{name}"
    begun = time.monotonic()
    assert finish(base, "backup", str(whole)) == 0
    seconds = time.monotonic() - begun
    for _ in range(OF_BACKUP * TRIES_MAX):
        target = tmp_path / name
        process = start(base, "backup", str(target))
        time.sleep(dice.uniform(0, seconds))
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            landed += bool(list(tmp_path.glob(f".{name}-unfinished-*")))
        if target.exists():
            shutil.rmtree(tmp_path / "home", ignore_errors=True)
            assert restored(target, tmp_path / "home") == seen(base)
            shutil.rmtree(target) if target.is_dir() else target.unlink()
        for left in tmp_path.glob(f".{name}-unfinished-*"):
            assert not left.stat().st_mode & 0o077
            assert finish(tmp_path / "from-left", "restore", str(left)) == 1
            shutil.rmtree(left)
        if landed >= OF_BACKUP:
            break
    assert landed >= OF_BACKUP, "hardly any kill landed inside the backup"


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_restore_leaves_no_store_and_begins_anew(
    base: Path, tmp_path: Path, times: int
) -> None:
    kills = times * KILLS["restore"]
    dice, landed, wanted = random.Random(SEED + times), 0, seen(base)
    kept = tmp_path / "kept"
    assert finish(base, "backup", str(kept)) == 0
    begun = time.monotonic()
    assert restored(kept, tmp_path / "calm") == wanted
    seconds = time.monotonic() - begun
    home = tmp_path / "home"
    for _ in range(kills * TRIES_MAX):
        process = start(home, "restore", str(kept))
        time.sleep(dice.uniform(0, seconds / 2))
        process.kill()
        process.join()
        if (home / "catalog.sqlite").exists() and has_tables(home):
            assert seen(home) == wanted
            shutil.rmtree(home)
            continue
        if process.exitcode == -signal.SIGKILL and (home / "restore-unfinished").exists():
            landed += 1
            assert finish(home, "run", PERIOD) == 1
            assert finish(home, "init") == 1
        if landed >= kills:
            break
    assert landed >= kills, "hardly any kill landed inside the restore"
    assert restored(kept, home) == wanted
    house = open_house(home)
    assert pipeline.collect_orphans(house) == []
    house.catalog.close()


def has_tables(home: Path) -> bool:
    house = open_house(home)
    found = bool(inspect(house.catalog.engine).get_table_names())
    house.catalog.close()
    return found


def test_init_says_that_a_restore_was_cut_off(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "restore-unfinished").write_text("from elsewhere\n")
    environment = {**os.environ, "TIEOUT_HOME": str(home)}
    code, out, err = forked.run(("init",), environment, folder=tmp_path)
    assert (code, out) == (1, b"")
    sentence = "a restore was cut off here: do it again, or give another home"
    assert err.decode() == f"tieout: {sentence}\n"
