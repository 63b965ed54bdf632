"""Jobs on both catalogs: who holds a lease publishes, who lost it does not."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from store_case import MONTH_FILE, NOW, PERIOD, everything

from tieout import pipeline
from tieout.engine.watch import Watch
from tieout.errors import Conflict, JobCancelled, LeaseLost, NotFound, WriterBusy, WriterLost
from tieout.store import jobs
from tieout.store.catalog import job, run
from tieout.store.house import House
from tieout.store.jobs import Lease
from tieout.store.writer import WRITER_LOCK

WITHOUT: dict[str, Any] = {
    "period": None,
    "invoiceNumber": None,
    "expected": {},
    "acceptMismatch": False,
}


def worker(retry_s: int = 10) -> pipeline.Worker:
    return pipeline.Worker(name="w", clock=lambda: NOW, retry_s=retry_s)


def submitted(house: House, kind: str = "run", *, attempts: int = 3, **arguments: Any) -> int:
    found = pipeline.submit_job(
        house, kind, arguments=arguments or {"period": PERIOD}, attempts=attempts
    )
    return int(found["jobId"])


def taken(house: House, *, owner: str = "w", seconds: int = 60) -> Lease:
    with house.catalog.write() as connection:
        lease = jobs.take(connection, owner=owner, seconds=seconds)
    assert lease is not None
    return lease


def end_lease(house: House, lease: Lease) -> None:
    """Let the time of a lease be over."""
    with house.catalog.write() as connection:
        over = update(job).where(job.c.job_id == lease.job_id)
        connection.execute(over.values(lease_until="2021-01-01T00:00:00.000Z"))


def test_a_run_and_a_load_are_done_in_the_order_they_came(referenced: House) -> None:
    first = submitted(referenced, "load", files=[str(MONTH_FILE)], **WITHOUT)
    second = submitted(referenced)
    assert [one["state"] for one in pipeline.list_jobs(referenced)] == ["queued", "queued"]
    done = [pipeline.do_next(referenced, worker()) for _ in range(2)]
    assert [(one["jobId"], one["state"]) for one in done if one] == [
        (first, "done"),
        (second, "done"),
    ]
    assert pipeline.do_next(referenced, worker()) is None
    loaded, billed = (pipeline.find_job(referenced, number) for number in (first, second))
    assert loaded["result"]["files"][0]["rows"] == 31
    assert billed["result"]["runId"] == pipeline.published_run(referenced, PERIOD)
    assert (billed["attempts"], billed["token"], billed["error"]) == (1, 1, None)
    assert billed["progress"] == {"phase": "publish"}
    assert not referenced.scratch.exists() or not list(referenced.scratch.iterdir())


def test_a_refusal_fails_a_job_at_once_and_says_why(referenced: House) -> None:
    submitted(referenced)
    done = pipeline.do_next(referenced, worker())
    assert done is not None
    assert (done["state"], done["attempts"]) == ("failed", 1)
    assert done["error"] == f"no vendor invoice of period '{PERIOD}'"
    submitted(referenced, "load", files=["/nowhere/x.csv"], **WITHOUT)
    done = pipeline.do_next(referenced, worker())
    assert done is not None
    assert (done["state"], done["error"]) == ("failed", "x.csv: No such file or directory")


def test_an_export_is_a_new_folder(
    referenced: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("exported") / "new"
    for state in ("done", "failed"):
        submitted(referenced, "export", folder=str(folder))
        done = pipeline.do_next(referenced, worker())
        assert done is not None
        assert done["state"] == state
    assert (folder / "contracts.csv").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["new"]
    submitted(referenced, "reference", folder=str(folder), by="anna")
    done = pipeline.do_next(referenced, worker())
    assert done is not None
    assert (done["state"], done["result"]["unchanged"]) == ("done", True)


def test_whoever_lost_a_job_publishes_nothing(loaded: House) -> None:
    submitted(loaded)
    lost = taken(loaded)
    end_lease(loaded, lost)
    other = taken(loaded, owner="x")
    assert (other.job_id, other.token) == (lost.job_id, lost.token + 2)
    before = everything(loaded)
    with pytest.raises(LeaseLost, match="was taken over"):
        pipeline.run_period(replace(loaded, lease=lost), PERIOD, now=NOW)
    with pytest.raises(LeaseLost):
        pipeline.load_files(
            replace(loaded, lease=lost),
            [("again.csv", MONTH_FILE)],
            now=NOW,
            wishes=pipeline.Wishes(period="2021-12"),
        )
    assert everything(loaded) == before
    pipeline.run_period(replace(loaded, lease=other), PERIOD, now=NOW)
    with loaded.catalog.write() as connection:
        jobs.finish(connection, other, state="done", result={})
    with pytest.raises(LeaseLost), loaded.catalog.write() as connection:
        jobs.beat(connection, lost, progress={})
    with pytest.raises(LeaseLost), loaded.catalog.write() as connection:
        jobs.finish(connection, lost, state="failed")
    assert pipeline.find_job(loaded, lost.job_id)["state"] == "done"


def test_a_lease_that_ended_and_that_no_one_took_is_lost_all_the_same(loaded: House) -> None:
    submitted(loaded)
    lost = taken(loaded)
    end_lease(loaded, lost)
    with loaded.catalog.write() as connection:
        jobs.expire(connection)
    found = pipeline.find_job(loaded, lost.job_id)
    assert (found["state"], found["owner"]) == ("queued", None)
    assert found["error"].startswith("its worker ended, or stood still")
    with pytest.raises(LeaseLost):
        pipeline.run_period(replace(loaded, lease=lost), PERIOD, now=NOW)
    with loaded.catalog.read() as connection:
        assert connection.execute(select(run)).all() == []


def test_a_job_whose_workers_die_fails_at_its_last_attempt(loaded: House) -> None:
    number = submitted(loaded, attempts=2)
    for state in ("queued", "failed"):
        end_lease(loaded, taken(loaded))
        with loaded.catalog.write() as connection:
            jobs.expire(connection)
        assert pipeline.find_job(loaded, number)["state"] == state
    assert pipeline.do_next(loaded, worker()) is None


def test_what_nobody_foresaw_is_tried_again_so_many_times(loaded: House) -> None:
    number = submitted(loaded, attempts=2)
    with loaded.catalog.write() as connection:  # arguments that no worker understands
        connection.execute(update(job).values(arguments='{"month": "7919.0331"}'))
    for attempt, state in ((1, "queued"), (2, "failed")):
        done = pipeline.do_next(loaded, worker(retry_s=0))
        assert done is not None
        assert (done["jobId"], done["attempts"], done["state"]) == (number, attempt, state)
        assert done["error"].startswith("KeyError in work.py, line ")
    assert pipeline.do_next(loaded, worker()) is None


def test_a_failed_attempt_rests_before_the_next(loaded: House) -> None:
    submitted(loaded, attempts=3)
    with loaded.catalog.write() as connection:
        connection.execute(update(job).values(arguments="{}"))
    assert pipeline.do_next(loaded, worker(retry_s=600))
    assert pipeline.do_next(loaded, worker()) is None


def test_a_store_at_which_another_works_is_waited_for(loaded: House) -> None:
    number = submitted(loaded)
    with loaded.writer():
        done = pipeline.do_next(loaded, worker())
        assert done is not None
    assert (done["state"], done["attempts"]) == ("queued", 0)
    assert "another load or run is at work" in done["error"]
    deadline = time.monotonic() + 30
    while pipeline.do_next(loaded, worker()) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert pipeline.find_job(loaded, number)["state"] == "done"


def test_a_job_that_waits_is_cancelled_at_once(loaded: House) -> None:
    number = submitted(loaded)
    assert pipeline.cancel_job(loaded, number)["state"] == "cancelled"
    assert pipeline.do_next(loaded, worker()) is None
    with pytest.raises(Conflict, match=f"job {number} is cancelled already"):
        pipeline.cancel_job(loaded, number)
    with pytest.raises(NotFound, match="no job '404'"):
        pipeline.cancel_job(loaded, 404)


class CancelAt(Watch):
    """Asks for the end of a job when it comes to a phase."""

    def __init__(self, house: House, number: int, phase: str) -> None:
        self.house, self.number, self.at = house, number, phase
        self.phases: list[str] = []

    def phase(self, name: str) -> None:
        self.phases.append(name)
        if name == self.at:
            pipeline.cancel_job(self.house, self.number)


@pytest.mark.parametrize("phase", ["rate", "invoice", "publish"])
def test_a_job_that_runs_ends_before_its_next_phase_and_publishes_nothing(
    loaded: House, phase: str
) -> None:
    number = submitted(loaded)
    watch = CancelAt(loaded, number, phase)
    w = worker()
    w.watch = watch
    done = pipeline.do_next(loaded, w)
    assert done is not None
    assert done["state"] == "cancelled"
    assert watch.phases[-1] == phase
    assert pipeline.published_run(loaded, PERIOD) is None
    assert pipeline.do_next(loaded, w) is None


def test_a_job_is_given_back_uncounted(loaded: House) -> None:
    number = submitted(loaded)
    w = worker()
    w.lease = taken(loaded)
    pipeline.let_go(loaded, w)
    found = pipeline.find_job(loaded, number)
    assert (found["state"], found["attempts"], found["error"]) == ("queued", 0, "w was told to end")
    with pytest.raises(LeaseLost), loaded.catalog.write() as connection:
        jobs.hold(connection, w.lease)


def test_many_workers_take_each_job_once(house: House) -> None:
    numbers = [submitted(house) for _ in range(12)]
    found: list[int] = []

    def take_on(name: str) -> None:
        while True:
            with house.catalog.write() as connection:
                lease = jobs.take(connection, owner=name, seconds=60)
            if lease is None:
                return
            found.append(lease.job_id)

    threads = [threading.Thread(target=take_on, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == numbers


def test_a_beat_renews_the_lease_and_tells_how_far_the_job_is(loaded: House) -> None:
    number = submitted(loaded)
    lease = taken(loaded, seconds=30)
    end_lease(loaded, lease)
    with loaded.catalog.write() as connection:
        jobs.beat(connection, lease, progress={"phase": "rate"})
    found = pipeline.find_job(loaded, number)
    until = dt.datetime.fromisoformat(found["leaseUntil"])
    ahead = (until - dt.datetime.now(dt.UTC)).total_seconds()
    assert 20 < ahead < 31
    assert found["progress"] == {"phase": "rate"}
    pipeline.cancel_job(loaded, number)
    with pytest.raises(JobCancelled), loaded.catalog.write() as connection:
        jobs.beat(connection, lease, progress={})


def test_the_lock_of_a_worker_that_stands_still_is_taken_once_its_lease_has_ended(
    loaded: House,
) -> None:
    submitted(loaded)
    lease = taken(loaded)
    standing, go_on = threading.Event(), threading.Event()

    def stand_still() -> None:
        with replace(loaded, lease=lease).writer():
            standing.set()
            assert go_on.wait(60)
            with pytest.raises((LeaseLost, WriterLost)), loaded.catalog.write():
                pass

    with ThreadPoolExecutor(1) as aside:
        ended = aside.submit(stand_still)
        assert standing.wait(60)
        with pytest.raises(WriterBusy), loaded.writer():
            pass
        end_lease(loaded, lease)
        with loaded.writer():
            go_on.set()
            ended.result()
            # it has the lock no more, and its end lets go of no other's
            with pytest.raises(WriterBusy), loaded.writer():
                pass
    with loaded.writer():
        pass


@pytest.mark.parametrize("catalog_kind", ["postgres"])
def test_a_writer_whose_connection_was_cut_publishes_nothing(loaded: House) -> None:
    before = everything(loaded)

    class CutAt(Watch):
        """Cuts the connection that holds the lock, as the writer comes to a phase."""

        def phase(self, name: str) -> None:
            if name == "publish":
                with loaded.catalog.engine.connect() as connection:
                    cut = (
                        "SELECT pg_terminate_backend(pid) FROM pg_locks"
                        f" WHERE locktype = 'advisory' AND objid = {WRITER_LOCK}"
                    )
                    assert connection.exec_driver_sql(cut).scalar()
                    connection.commit()
                time.sleep(0.2)

    with pytest.raises(WriterLost, match="nothing was published"):
        pipeline.run_period(loaded, PERIOD, now=NOW, watch=CutAt())
    assert everything(loaded) == before
    pipeline.run_period(loaded, PERIOD, now=NOW)
    assert pipeline.published_run(loaded, PERIOD)
