"""Many clients at once, asking everything, while months are loaded, run and verified beside them.

month -> billed -> two workers <- clients that hold each answer against the ones before
                            ^--- loads, runs, verifies; memory of each worker, every second
"""

import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tieout_bench.answers import STAGES, Server, serving
from tieout_bench.asked import QUESTIONS, Keys, Question, fill, make_keys
from tieout_bench.generate import make_month
from tieout_bench.held import Held
from tieout_bench.report import machine, versions
from tieout_bench.runs import run_stage

MONTH, NUMBER = "2026-10", "G048812345"  # of the generated file
MONTHS = ("2026-08", "2026-07", "2026-05", "2026-03", "2026-01")  # as long as the generated one
RESELLERS, PATIENCE_S, FAULTS_MAX = 10, 300, 20
WARM_SHARE = 3  # the first third warms up, the last two are compared
GROWTH_MAX, GROWTH_MIB = 1.10, 32
IDLE_S = 3  # a connection that was idle for longer is not used again: servers close them after 5


@dataclass
class Tally:
    """What clients and writer saw, gathered under one lock."""

    held: Held
    faults: list[str] = field(default_factory=list)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, sentence: str) -> None:
        """Keep one of the first faults."""
        with self.lock:
            if len(self.faults) < FAULTS_MAX:
                self.faults.append(sentence[:500])


def run_together(
    *, rows: int, folder: Path, seconds: int = 300, clients: int = 200, workers: int = 2
) -> dict[str, Any]:
    """Bill a month and let clients ask for so long; give what was wrong, and how memory went."""
    folder = folder.resolve()
    shutil.rmtree(folder / "store", ignore_errors=True)
    make_month(folder, rows=rows, resellers=RESELLERS)
    for name in (*STAGES, "keys"):
        run_stage(name, folder=folder)
    keys = make_keys(folder / "store")
    tally, ending = Tally(Held()), threading.Event()
    with serving(folder / "store", "--workers", str(workers)) as server:
        for question in QUESTIONS:  # once alone, so that every month after is held against it
            _ask(_connect(server), question, keys=keys, tally=tally, draw=random.Random(0))
        threads = [
            threading.Thread(target=_client, args=(server, at), kwargs=kept, daemon=True)
            for kept in ({"keys": keys, "tally": tally, "ending": ending},)
            for at in range(clients)
        ]
        writer = _Writer(folder, tally, ending)
        memory = defaultdict[int, list[float]](list)
        with _running([*threads, threading.Thread(target=writer.write, daemon=True)], ending):
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                for number, pid in enumerate(_workers_of(server), start=1):
                    memory[number].append(Server(server.port, pid).memory("VmRSS"))
                time.sleep(1)
        left = len(_workers_of(server))
    if left != workers:
        tally.fault(f"{left} workers were left of {workers}")
    return _report(tally, memory, rows=rows, clients=clients, seconds=seconds, writer=writer)


@contextmanager
def _running(threads: list[threading.Thread], ending: threading.Event) -> Iterator[None]:
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join(PATIENCE_S)


def _connect(server: Server) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)


def _client(
    server: Server, number: int, *, keys: Keys, tally: Tally, ending: threading.Event
) -> None:
    """Ask one question after the other, drawn by lot, over a connection that is kept."""
    draw, connection, answered = random.Random(number), _connect(server), time.monotonic()
    while not ending.is_set():
        question = draw.choice(QUESTIONS)
        if time.monotonic() - answered > IDLE_S:
            connection.close()
            connection = _connect(server)
        try:
            _ask(connection, question, keys=keys, tally=tally, draw=draw)
        except (OSError, HTTPException) as error:
            tally.fault(f"{question.name}: {type(error).__name__}: {error}")
            connection.close()
            connection = _connect(server)
        answered = time.monotonic()
    connection.close()


def _ask(
    connection: HTTPConnection,
    question: Question,
    *,
    keys: Keys,
    tally: Tally,
    draw: random.Random,
) -> None:
    path, headers = fill(question, keys, draw=draw)
    began = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    taken = time.perf_counter() - began
    with tally.lock:
        tally.seconds[question.name].append(taken)
        tally.statuses[answer.status] += 1
    if answer.status not in question.statuses:
        tally.fault(f"{path}: {answer.status} {body[:200]!r}")
        return
    told = {name.lower(): value for name, value in answer.getheaders()}
    if sentence := tally.held.differs(question, path, headers=told, body=body):
        tally.fault(f"{path}: {sentence}")


@dataclass
class _Writer:
    """Loads, runs and verifies one month after the other, by the command line."""

    folder: Path
    tally: Tally
    ending: threading.Event
    done: Counter[str] = field(default_factory=Counter)

    def write(self) -> None:
        """Work until told to end; months that are verified are loaded and run again."""
        text = (self.folder / "month.csv").read_text("utf-8")
        for at, month in enumerate(itertools.cycle(MONTHS)):
            source = self.folder / f"month-{month}.csv"
            if at < len(MONTHS):
                number = f"G0488{month.replace('-', '')}"
                source.write_text(text.replace(MONTH, month).replace(NUMBER, number), "utf-8")
            steps = [("load", str(source), "--period", month), ("run", month)]
            if at < len(MONTHS):
                steps.append(("verify", "--period", month))
            for step in steps:
                if self.ending.is_set():
                    return
                self._step(*step)

    def _step(self, *words: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "tieout.serve.cli", "--json", *words],
            env={**os.environ, "TIEOUT_HOME": str(self.folder / "store")},
            capture_output=True,
            text=True,
            check=False,
        )
        self.done[words[0]] += 1
        if done.returncode:
            self.tally.fault(f"tieout {' '.join(words)}: {done.returncode} {done.stderr[-300:]}")


def _workers_of(server: Server) -> list[int]:
    """Give the processes of the workers; who serves alone is its own."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
    return [int(pid) for pid in children if b"spawn_main" in _command_of(pid)]


def _command_of(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _report(
    tally: Tally,
    memory: dict[int, list[float]],
    *,
    rows: int,
    clients: int,
    seconds: int,
    writer: _Writer,
) -> dict[str, Any]:
    workers = [_flatness(number, values, fault=tally.fault) for number, values in memory.items()]
    asked = sum(tally.statuses.values())
    return {
        "rows": rows,
        "clients": clients,
        "seconds": seconds,
        "answers": asked,
        "answersPerSecond": f"{asked / seconds:.1f}",
        "statuses": {str(status): count for status, count in sorted(tally.statuses.items())},
        "written": dict(writer.done),
        "faults": tally.faults,
        "workers": workers,
        "milliseconds": {
            name: {
                "answers": len(taken),
                "median": f"{statistics.median(taken) * 1000:.0f}",
                "most": f"{max(taken) * 1000:.0f}",
            }
            for name, taken in sorted(tally.seconds.items())
        },
        "machine": machine(threads=os.cpu_count() or 1),
        "versions": versions(),
    }


def _flatness(number: int, values: list[float], *, fault: Callable[[str], None]) -> dict[str, Any]:
    """Give how a worker's memory went: the medians of thirds, of which the last two are alike."""
    third = max(len(values) // WARM_SHARE, 1)
    parts = (values[:third], values[third : 2 * third], values[2 * third :])
    halfway = [statistics.median(part or values) for part in parts]
    if halfway[2] > halfway[1] * GROWTH_MAX + GROWTH_MIB:
        fault(f"worker {number} grew from {halfway[1]:.0f} to {halfway[2]:.0f} MiB")
    names = ("firstThirdMiB", "middleThirdMiB", "lastThirdMiB")
    told = {name: f"{one:.0f}" for name, one in zip(names, halfway, strict=True)}
    every_ten = [f"{one:.0f}" for one in values[::10]]
    return {"worker": number, **told, "mostMiB": f"{max(values):.0f}", "tenSecondsMiB": every_ten}
