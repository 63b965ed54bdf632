"""Several processes that answer on one socket, and the one that watches over them.

Each worker is a whole service with its share of memory and threads. What they have in common lies
in a folder that ends with the service: calls of keys, and what Prometheus is told. Decision 0044.
"""

import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from uvicorn.config import STARTUP_FAILURE

from tieout.errors import Refused
from tieout.serve.app import create_app, utc_now
from tieout.serve.logs import write_logs
from tieout.serve.metrics import Metrics
from tieout.serve.server import serve_until_told
from tieout.serve.settings import Settings
from tieout.serve.shared_moments import SharedMoments, forget_open

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client reads it when it is imported
LOOKS_S = 0.5  # between looks at the workers
SOON_S, PAUSE_MAX_S = 5, 30  # who ends so soon is started again after a pause that doubles
SLACK_S = 10  # for a worker to end after the time that answers have
log = structlog.get_logger("tieout.workers")


class WorkersFailed(Refused):
    """Workers that cannot even begin."""

    def __init__(self, *, code: int | None) -> None:
        """Keep the exit code of the one that failed."""
        self.code = code
        super().__init__("a worker could not begin; its log says why")


@dataclass(frozen=True)
class Shared:
    """What workers have in common: the socket, and the folders of limits and metrics."""

    listener: socket.socket
    limits: Path
    metrics: Path


@dataclass
class Worker:
    """One place among the workers, and the process that has it now."""

    number: int
    process: SpawnProcess | None = None
    lifeline: Connection | None = None  # a worker whose other end is gone ends
    began: float = 0.0
    pause_s: float = 0.0  # before the next begin, which is then due
    due: float = 0.0

    @property
    def pid(self) -> int | None:
        """The id of the process, where one runs."""
        return None if self.process is None else self.process.pid


class Workers(Collector):
    """Starts the workers, and again those that end, until told to stop."""

    def __init__(self, settings: Settings, shared: Shared) -> None:
        """Start nobody yet."""
        self.settings, self.shared = settings, shared
        self.places = [Worker(number) for number in range(settings.workers)]
        self._context = multiprocessing.get_context("spawn")
        self._told = 0  # signals so far
        self._has_restarted = False
        self.registry = CollectorRegistry()
        MultiProcessCollector(self.registry, path=str(shared.metrics))  # type: ignore[no-untyped-call]
        self.registry.register(self)
        running = Gauge("tieout_workers", "Workers that run.", registry=self.registry)
        running.set_function(lambda: sum(place.pid is not None for place in self.places))
        self._restarts = Counter(
            "tieout_worker_restarts", "Workers started anew.", registry=self.registry
        )

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C; then let every worker finish. Raises WorkersFailed."""
        before = {
            number: signal.signal(number, self._tell) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            for place in self.places:
                self._start(place)
            while not self._told:
                self._look()
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def text(self) -> bytes:
        """Give the counts of all workers, added up, in Prometheus' text format."""
        return generate_latest(self.registry)

    def collect(self) -> Iterable[Metric]:
        """Give memory, time and files of each worker; 0 is who watches over them."""
        found: dict[str, Metric] = {}
        running = {str(place.number + 1): place.pid for place in self.places if place.pid}
        for name, pid in {"0": os.getpid(), **running}.items():
            for metric in _process_metrics(pid):
                known = found.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    known.add_sample(sample.name, {"worker": name}, sample.value)
        return list(found.values())

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self._told += 1

    def _start(self, place: Worker) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work,
            args=(place.number, self.settings),
            kwargs={"shared": self.shared, "lifeline": theirs},
            name=f"tieout-worker-{place.number + 1}",
        )
        with _environment(METRICS_FOLDER, str(self.shared.metrics)):
            process.start()
        theirs.close()
        place.process, place.lifeline, place.began = process, ours, time.monotonic()
        log.info("worker started", worker=place.number + 1, pid=process.pid)

    def _look(self) -> None:
        """Wait a while; count out those that ended, and start the places that are due."""
        running = {place.process.sentinel: place for place in self.places if place.process}
        for sentinel in wait(list(running), timeout=LOOKS_S):
            assert isinstance(sentinel, int)
            if not self._told:
                self._count_out(running[sentinel])
        for place in self.places:
            if place.process is None and place.due <= time.monotonic() and not self._told:
                self._restarts.inc()
                self._has_restarted = True
                self._start(place)

    def _count_out(self, place: Worker) -> None:
        """Forget what a worker had that ended by itself, and say when its place is due again."""
        assert place.process is not None
        assert place.lifeline is not None
        place.process.join()
        code, pid = place.process.exitcode, place.process.pid
        if code == STARTUP_FAILURE and not self._has_restarted:
            raise WorkersFailed(code=code)
        lived_s = time.monotonic() - place.began
        place.pause_s = min(max(place.pause_s * 2, 1), PAUSE_MAX_S) if lived_s < SOON_S else 0
        place.due = time.monotonic() + place.pause_s
        log.warning("worker ended", worker=place.number + 1, pid=pid, exit_code=code)
        place.lifeline.close()
        place.process = place.lifeline = None
        mark_process_dead(pid, str(self.shared.metrics))  # type: ignore[no-untyped-call]
        forget_open(self.shared.limits, worker=place.number)
        shutil.rmtree(_scratch(self.settings, self.shared, number=place.number), ignore_errors=True)

    def _end(self) -> None:
        """Tell every worker to end, wait as long as answers have, and kill what is left."""
        self.shared.listener.close()
        running = [place.process for place in self.places if place.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + self.settings.shutdown_seconds + SLACK_S
        for process in running:
            while process.is_alive() and time.monotonic() < until and self._told < 3:  # noqa: PLR2004
                process.join(LOOKS_S)
            if process.is_alive():
                process.kill()
            process.join()
        for place in self.places:
            left = _scratch(self.settings, self.shared, number=place.number)
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def shared_by_workers(listener: socket.socket) -> Iterator[Shared]:
    """Make the folder that workers have in common; it goes at the end."""
    with tempfile.TemporaryDirectory(prefix="tieout-serve-") as name:
        shared = Shared(listener, Path(name, "limits"), Path(name, "metrics"))
        for folder in (shared.limits, shared.metrics):
            folder.mkdir()
        yield shared


def _work(number: int, settings: Settings, *, shared: Shared, lifeline: Connection) -> None:
    """Be one worker: out of reach of the terminal's Ctrl-C, and ended by the watcher's end."""
    os.setpgid(0, 0)
    write_logs(sys.stderr)
    moments = SharedMoments(shared.limits, worker=number, now=utc_now)
    metrics, share = Metrics(), settings.share()
    house = share.open_house()
    scratch = _scratch(settings, shared, number=number)
    app = create_app(house, share, metrics=metrics, moments=moments, scratch=scratch)

    def ending() -> None:
        wait([lifeline])

    serve_until_told(app, share, metrics=metrics, listener=shared.listener, ending=ending)


def _scratch(settings: Settings, shared: Shared, *, number: int) -> Path:
    """Give where a worker's answers may spill: no two workers of any service have the same."""
    return settings.home / "answers" / f"{shared.limits.parent.name}-{number + 1}"


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable of the environment for the processes that begin meanwhile."""
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


def _process_metrics(pid: int) -> list[Metric]:
    """Give what Prometheus tells of a process; nothing of one that is gone."""
    return list(ProcessCollector(pid=lambda: pid, registry=None).collect())
