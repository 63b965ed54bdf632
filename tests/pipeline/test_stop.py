"""Ctrl-C and SIGTERM at random moments: exit 130 at once, one sentence, nothing half done."""

import csv
import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import forked
import pytest
from crash_case import (
    PERIOD,
    DraftWatch,
    State,
    finish,
    seen,
    timeless,
    wait_until_begun,
    write_month,
    write_vendor_file,
)

CUSTOMERS, ROWS = 200, 20_000
STOPS = {"load": 8, "run": 6}
TRIES_MAX = 4  # per stop that must land
PROMPT_S = 6  # 1.5 s of grace and the end of the process, on a machine with other work
SEED = 20_211_031


def popen(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command whose messages can be read."""
    return subprocess.Popen(
        [sys.executable, "-m", "tieout.serve.cli", *arguments],
        env={**os.environ, "TIEOUT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def begin(home: Path, *arguments: str) -> ForkServerProcess:
    """Start a command that writes its messages to a file beside its store."""
    messages(home).write_bytes(b"")
    streams = (Path(os.devnull), Path(os.devnull), messages(home))
    environment = {**os.environ, "TIEOUT_HOME": str(home)}
    return forked.start(arguments, environment, folder=home.parent, streams=streams)


def messages(home: Path) -> Path:
    return home.with_name(f"{home.name}-messages")


@dataclass(frozen=True)
class Work:
    """A command, the state before it and after it, and the seconds from its first file on."""

    arguments: tuple[str, ...]
    home: Path
    before: State
    after: State
    seconds: float


def undisturbed(home: Path, *arguments: str) -> Work:
    calm = home.with_name(f"{home.name}-{arguments[0]}-calm")
    shutil.copytree(home, calm)
    watch = DraftWatch(calm)
    process = begin(calm, *arguments)
    assert wait_until_begun(process, watch)
    begun = time.monotonic()
    process.join()
    assert process.exitcode == 0
    return Work(arguments, home, seen(home), seen(calm), time.monotonic() - begun)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with reference data and no vendor file."""
    folder = tmp_path_factory.mktemp("stop")
    reference = write_month(folder / "reference", customers=CUSTOMERS)
    assert finish(folder / "base", "init") == 0
    assert finish(folder / "base", "reference", "load", str(reference)) == 0
    return folder / "base"


def stop_at_random(work: Work, *, stops: int, seed: int) -> Path:
    """Stop the command until `stops` landed inside its work, judging the store after each.

    Gives the store that all the stops were inflicted on, in the state before.
    """
    dice = random.Random(seed)
    victim = work.home.with_name(f"{work.home.name}-{work.arguments[0]}-victim")
    shutil.copytree(work.home, victim)
    landed = 0
    for number in range(stops * TRIES_MAX):
        watch = DraftWatch(victim)
        process = begin(victim, *work.arguments)
        begun = wait_until_begun(process, watch)
        time.sleep(dice.uniform(0, work.seconds * 0.8))
        asked = time.monotonic()
        assert process.pid is not None
        with suppress(ProcessLookupError):  # it has ended
            os.kill(process.pid, (signal.SIGINT, signal.SIGTERM)[number % 2])
        process.join(60)
        took, said = time.monotonic() - asked, messages(victim).read_text()
        state = seen(victim)
        is_before = state == work.before
        assert is_before or timeless(state) == timeless(work.after), "a state between"
        if is_before or said.startswith("tieout: stopped"):
            stands = what_stands(work, is_before=is_before)
            assert (process.exitcode, said) == (130, f"tieout: stopped; {stands}\n")
            assert took < PROMPT_S
            landed += begun
        if not is_before:  # it came too late: begin anew
            shutil.rmtree(victim)
            shutil.copytree(work.home, victim)
        elif landed >= stops:
            return victim
    raise AssertionError(landed)


def what_stands(work: Work, *, is_before: bool) -> str:
    command, argument = work.arguments
    if command == "load":
        return "nothing was loaded" if is_before else f"loaded before it: {Path(argument).name}"
    if is_before:
        return f"period {PERIOD} stands as it stood before"
    run_id = work.after["run"][0]["run_id"]
    return f"period {PERIOD} was published before the stop came, as run {run_id}"


def test_a_stopped_load_is_as_if_it_had_never_begun_and_the_next_one_succeeds(base: Path) -> None:
    source = write_vendor_file(base.parent / "october.csv", rows=ROWS, customers=CUSTOMERS)
    work = undisturbed(base, "load", str(source))
    victim = stop_at_random(work, stops=STOPS["load"], seed=SEED)
    assert finish(victim, *work.arguments) == 0
    assert timeless(seen(victim)) == timeless(work.after)
    assert not (victim / "scratch").exists()


def test_a_stopped_run_leaves_the_period_as_it_was_and_the_next_one_gives_the_same_digests(
    base: Path,
) -> None:
    source = write_vendor_file(base.parent / "again.csv", rows=ROWS, customers=CUSTOMERS)
    home = base.with_name("loaded")
    shutil.copytree(base, home)
    assert finish(home, "load", str(source)) == 0
    work = undisturbed(home, "run", PERIOD)
    victim = stop_at_random(work, stops=STOPS["run"], seed=SEED + 1)
    assert finish(victim, *work.arguments) == 0
    assert timeless(seen(victim)) == timeless(work.after)
    digests = [row["output_digest"] for row in seen(victim)["run"]]
    assert digests == [row["output_digest"] for row in work.after["run"]]
    assert finish(victim, "gc") == 0
    assert not (victim / "scratch").exists()


def test_what_was_loaded_before_the_stop_is_named(base: Path, tmp_path: Path) -> None:
    first = write_vendor_file(tmp_path / "first.csv", rows=100, customers=CUSTOMERS)
    second = write_vendor_file(tmp_path / "second.csv", rows=ROWS, customers=CUSTOMERS)
    home = tmp_path / "home"
    shutil.copytree(base, home)
    export = tmp_path / "export"
    export.mkdir()
    (export / "manifest.json").write_text(
        '{"dataFormat": "compressedJSONLines", "blobCount": 1, "blobs": [{"name": "a.json.gz"}]}'
    )
    with second.open(newline="") as rows, gzip.open(export / "a.json.gz", "wt") as blob:
        blob.writelines(json.dumps(row) + "\n" for row in csv.DictReader(rows))
    process = popen(home, "load", str(first), str(export))
    with sqlite3.connect(home / "catalog.sqlite") as catalog:
        while process.poll() is None:
            if catalog.execute("SELECT count(*) FROM vendor_file").fetchone() == (1,):
                break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "tieout: stopped; loaded before it: first.csv\n")
    assert [file["name"] for file in seen(home)["vendor_file"]] == ["first.csv"]


STATEMENTS = {
    "one that DuckDB interrupts": (
        "SELECT sum(hash(a.range) % 7) FROM range(300000) a, range(300000) b"
    ),
    "one that it does not": (
        "CREATE TEMP TABLE x AS SELECT regexp_replace(repeat('ab1', 30000) || range::VARCHAR,"
        " '([a-z]+)([0-9]+)', '\\\\2\\\\1', 'g') AS x FROM range(2000000)"
    ),
}
LONG_STATEMENT = """
import sys
from pathlib import Path
from tieout.engine.duckdb import session
from tieout.serve.cli.stopping import Stopping, stoppable
stopping = Stopping(what_stands=lambda: "all")
with stoppable(stopping), session(Path(sys.argv[1]), watch=stopping) as engine:
    print("now", flush=True)
    engine.run(sys.argv[2])
"""


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_long_statement(
    tmp_path: Path, statement: str, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LONG_STATEMENT, str(tmp_path), STATEMENTS[statement]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"
    time.sleep(0.5)
    asked = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "tieout: stopped; all\n")
    assert time.monotonic() - asked < PROMPT_S


# the signal lands where SQLAlchemy gives a connection back, and logs what cut it off
CUT_OFF = """
import os, signal, sys
from pathlib import Path
from sqlalchemy.engine.default import DefaultDialect
from tieout.serve.cli.stopping import Stopping, stoppable
from tieout.store.house import open_house

calls, inner = [], DefaultDialect.do_rollback

def rollback(self, connection):
    calls.append(1)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass
    return inner(self, connection)

DefaultDialect.do_rollback = rollback
with stoppable(Stopping(what_stands=lambda: "all")), open_house(Path(sys.argv[1])).catalog.read():
    pass
print("went on")
"""


def test_nothing_but_the_sentence_is_printed_wherever_the_signal_lands(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CUT_OFF, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "tieout: stopped; all\n")
