"""A worker: it takes jobs, renews their leases while they are done, and says how they ended."""

import datetime as dt
import shutil
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import Conflict, JobCancelled, LeaseLost, TieoutError, WriterBusy, WriterLost
from tieout.pipeline.load import Wishes, load_delivery
from tieout.pipeline.outage import outage
from tieout.pipeline.period import run_period
from tieout.pipeline.reference import export_reference, load_reference
from tieout.pipeline.sources import deliveries
from tieout.store import jobs
from tieout.store.audit import PROGRAM
from tieout.store.house import House
from tieout.store.job_table import CANCELLED, DONE, FAILED
from tieout.store.jobs import Lease

LEASE_S, RETRY_S, BUSY_S = 60, 10, 2
BEATS, BEAT_APART_S = 4, 0.1  # in the time of a lease, and at least before a phase's repetition

Said = dict[str, Any]


@dataclass
class Worker:
    """Who does jobs: its name, its clock, and how long it may be silent."""

    name: str
    clock: Callable[[], dt.datetime]
    lease_s: int = LEASE_S
    retry_s: int = RETRY_S  # until the second attempt; twice as long until the third
    watch: Watch = UNWATCHED
    lease: Lease | None = field(default=None, init=False)  # of the job it does


class _Heart(Watch):
    """Renews a lease in a thread of its own and at each phase; ends the work when it must end."""

    def __init__(self, house: House, lease: Lease, *, onlooker: Watch) -> None:
        """Beat not yet."""
        self.house, self.lease, self.onlooker = house, lease, onlooker
        self.progress: Said = {}
        self.end: TieoutError | None = None  # why the work has to end
        self._stop: Callable[[], None] | None = None
        self._is_over = threading.Event()
        self._beat_at = 0.0
        self._begun: set[str] = set()  # the phases of the job so far

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat meanwhile."""
        thread = threading.Thread(target=self._beat_on, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()

    def _beat_on(self) -> None:
        while not self._is_over.wait(self.lease.seconds / BEATS):
            try:
                with suppress(DBAPIError):  # the next one may come through; else the lease ends
                    self._beat()
            except (JobCancelled, LeaseLost) as end:
                self.end = end
                if (stop := self._stop) is not None:
                    with suppress(Exception):  # the session may have closed just now
                        stop()
                return

    def _beat(self) -> None:
        with self.house.catalog.write() as connection:
            jobs.beat(connection, self.lease, progress=self.progress)
        self._beat_at = time.monotonic()

    def opened(self, stop: Callable[[], None]) -> None:
        """Keep what ends a statement."""
        self._stop = stop
        self.onlooker.opened(stop)

    def closed(self) -> None:
        """Forget what ends a statement."""
        self._stop = None
        self.onlooker.closed()

    def file(self, name: str) -> None:
        """Keep the file's name."""
        self.progress = {"file": name}
        self.onlooker.file(name)

    def phase(self, name: str) -> None:
        """Keep the phase and beat; leave when the work has to end.

        The phases of a file come again with each file and may follow fast; they are not all told.
        """
        self.progress = {**self.progress, "phase": name}
        if name not in self._begun or time.monotonic() - self._beat_at >= BEAT_APART_S:
            self._beat()
            self._begun.add(name)
        else:
            with self.house.catalog.read() as connection:
                jobs.look(connection, self.lease)
        self.onlooker.phase(name)

    def reached(self, *, size: int, rows: int) -> None:
        """Keep how far the file was read; the next beat tells it."""
        self.progress = {**self.progress, "bytes": size, "rows": rows}
        self.onlooker.reached(size=size, rows=rows)


def do_next(house: House, worker: Worker) -> Said | None:
    """Do the job that waits longest and give it as it stands then; none when none waits.

    A refusal fails the job at once; whatever else goes wrong is tried again, a bounded number of
    times. A store that another writer works on is waited for.
    """
    with house.catalog.read() as connection:
        if not jobs.waits(connection):
            return None
    with house.catalog.write() as connection:
        lease = jobs.take(connection, owner=worker.name, seconds=worker.lease_s)
    if lease is None:
        return None
    worker.lease = lease
    with suppress(LeaseLost):
        _do(house, worker, lease=lease)
    worker.lease = None
    with house.catalog.read() as connection:
        return jobs.find(connection, lease.job_id)


def let_go(house: House, worker: Worker) -> None:
    """Give the job at work back, as though it had not been begun: the worker is told to end."""
    if worker.lease is not None:
        with suppress(LeaseLost), house.catalog.write() as connection:
            said = f"{worker.name} was told to end"
            jobs.give_back(connection, worker.lease, after_s=0, error=said, is_counted=False)


def _do(house: House, worker: Worker, *, lease: Lease) -> None:
    """Do a job and record how it ended. Raises LeaseLost when it went to another."""
    heart = _Heart(house, lease, onlooker=worker.watch)
    ending: dict[str, Any]
    try:
        with heart.beating():
            result, refusal = KINDS[lease.kind](
                replace(house, lease=lease), lease.arguments, clock=worker.clock, watch=heart
            )
        ending = {"state": FAILED if refusal else DONE, "result": result, "error": refusal}
    except (LeaseLost, JobCancelled, WriterBusy, WriterLost) as end:
        _end_early(house, worker, lease=lease, end=end)
        return
    except TieoutError as refused:
        ending = {"state": FAILED, "error": str(refused)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the job is not lost
        if heart.end is not None:  # the statement at work was ended
            _end_early(house, worker, lease=lease, end=heart.end)
            return
        worker.watch.phase("failed")  # leaves when it is the worker that was told to end
        wait_s = worker.retry_s * max(_attempt(house, lease), 1)
        with house.catalog.write() as connection:
            said = outage(error) or _place_of(error)
            jobs.give_back(connection, lease, after_s=wait_s, error=said, is_counted=True)
        return
    with house.catalog.write() as connection:
        jobs.finish(connection, lease, **ending)


def _end_early(house: House, worker: Worker, *, lease: Lease, end: TieoutError) -> None:
    """Record that a job was cancelled, or has to wait."""
    if isinstance(end, LeaseLost):
        raise end
    with house.catalog.write() as connection:
        if isinstance(end, JobCancelled):
            jobs.finish(connection, lease, state=CANCELLED)
            return
        is_lost = isinstance(end, WriterLost)
        wait_s = worker.retry_s if is_lost else BUSY_S
        jobs.give_back(connection, lease, after_s=wait_s, error=str(end), is_counted=is_lost)


def _attempt(house: House, lease: Lease) -> int:
    with house.catalog.read() as connection:
        return int(jobs.find(connection, lease.job_id)["attempts"])


def _place_of(error: Exception) -> str:
    """Name an error nobody foresaw by its kind and place: its text may hold cells and amounts."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"


Clock = Callable[[], dt.datetime]
Ended = tuple[Any, str | None]  # the result, and why it was refused


def _who(asked: Mapping[str, Any]) -> str:
    """Give who queued a job, for the audit of what it publishes."""
    return str(asked.get("by") or PROGRAM)


def _run(house: House, asked: Mapping[str, Any], *, clock: Clock, watch: Watch) -> Ended:
    return run_period(house, asked["period"], now=clock(), watch=watch, by=_who(asked)), None


def _load(house: House, asked: Mapping[str, Any], *, clock: Clock, watch: Watch) -> Ended:
    wishes = Wishes(
        period=asked["period"],
        invoice_number=asked["invoiceNumber"],
        expected=asked["expected"],
        accept_mismatch=asked["acceptMismatch"],
        by=_who(asked),
    )
    reports: list[Said] = []
    for delivery in deliveries([Path(file) for file in asked["files"]]):
        reports += load_delivery(house, delivery, wishes=wishes, now=clock(), watch=watch)
    return {"files": reports}, _refusal(reports)


def _refusal(reports: Sequence[Said]) -> str | None:
    refused = [report for report in reports if report["status"] == "refused"]
    return "; ".join(notice for report in refused for notice in report["notices"]) or None


def _reference(house: House, asked: Mapping[str, Any], *, clock: Clock, watch: Watch) -> Ended:
    watch.phase("reference")
    return load_reference(house, Path(asked["folder"]), now=clock(), by=_who(asked)), None


def _export(house: House, asked: Mapping[str, Any], *, clock: Clock, watch: Watch) -> Ended:
    """Export to a new folder: it is there complete, from the worker that has the job, or not."""
    del clock
    assert house.lease is not None
    folder = Path(asked["folder"])
    draft = folder.with_name(f".{folder.name}-{house.lease.name}")
    try:
        watch.phase("export")
        done = export_reference(house, draft)
        watch.phase("publish")
        with house.catalog.write() as connection:
            jobs.hold(connection, house.lease)
            if folder.exists():
                raise Conflict(reason=f"{folder} is there already; name a new folder")
            draft.rename(folder)
    finally:
        for left in (draft, house.scratch):
            shutil.rmtree(left, ignore_errors=True)
    return {**done, "folder": str(folder)}, None


KINDS: Mapping[str, Callable[..., Ended]] = {
    "run": _run,
    "load": _load,
    "reference": _reference,
    "export": _export,
}
