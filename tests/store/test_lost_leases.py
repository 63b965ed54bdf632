"""Whoever lost a job, or the hold on the store, publishes nothing; its locks are others'."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from job_case import end_lease, submitted, taken
from sqlalchemy import select
from store_case import MONTH_FILE, NOW, PERIOD, everything

from tieout import pipeline
from tieout.engine.watch import Watch
from tieout.errors import LeaseLost, WriterBusy, WriterLost
from tieout.store import jobs
from tieout.store.catalog import run
from tieout.store.house import House
from tieout.store.writer import WRITER_LOCK


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
