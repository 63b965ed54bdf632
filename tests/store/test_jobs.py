"""Jobs on both catalogs: who holds a lease publishes, who lost it does not."""

import datetime as dt
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from job_case import WITHOUT, end_lease, submitted, taken, worker
from sqlalchemy import update
from store_case import LATER, MONTH_FILE, PERIOD

from tieout import pipeline
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import Conflict, JobCancelled, LeaseLost, NotFound
from tieout.pipeline.work import KINDS
from tieout.store import jobs
from tieout.store.house import House
from tieout.store.job_table import job


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


def test_postings_are_written_as_the_command_writes_them(
    billed: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("posted") / "october.beancount"
    asked: dict[str, Any] = {"period": PERIOD, "syntax": "beancount", "party": None, "drafts": True}
    for _ in range(2):  # postings of before are replaced
        submitted(billed, "postings", file=str(file), **asked)
        done = pipeline.do_next(billed, worker())
        assert done is not None
        assert (done["state"], done["result"]["file"]) == ("done", str(file))
        books = pipeline.Books(PERIOD, drafts=True)
        assert file.read_text() == "".join(pipeline.postings(billed, books))
    file.write_text("not to be lost")
    submitted(billed, "postings", file=str(file), **asked)
    done = pipeline.do_next(billed, worker())
    assert done is not None
    assert (done["state"], file.read_text()) == ("failed", "not to be lost")
    assert "holds no postings" in done["error"]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_postings_of_a_worker_that_lost_the_job_are_not_there(
    billed: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("posted") / "october.beancount"
    asked: dict[str, Any] = {"period": PERIOD, "syntax": "hledger", "party": None, "drafts": False}
    submitted(billed, "postings", file=str(file), **asked)
    lease = taken(billed)
    end_lease(billed, lease)
    with billed.catalog.write() as connection:
        jobs.expire(connection)
    with pytest.raises(LeaseLost):
        KINDS["postings"](
            replace(billed, lease=lease),
            lease.arguments,
            clock=lambda: LATER,
            watch=UNWATCHED,
        )
    assert list(file.parent.iterdir()) == []


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
