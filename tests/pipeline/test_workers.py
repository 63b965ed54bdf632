"""Workers in processes of their own, killed and stopped: whoever holds a job does it, once."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from crash_case import PATIENCE_S, PERIOD, write_month, write_vendor_file
from place_case import LEASE_S, Place
from postgres_case import create_database, database

from tieout import pipeline
from tieout.store.migrations import upgrade

CUSTOMERS, ROWS = 200, 20_000


def phase(*names: str) -> Callable[[dict[str, Any]], bool]:
    """Tell whether a job that runs has come to one of some phases."""
    return lambda job: job["state"] == "running" and (job["progress"] or {}).get("phase") in names


def is_done(job: dict[str, Any]) -> bool:
    return bool(job["state"] == "done")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a vendor file."""
    folder = tmp_path_factory.mktemp("workers")
    return write_vendor_file(folder / "october.csv", rows=ROWS, customers=CUSTOMERS)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def loaded(
    request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str | None, Path | None]:
    """Make a store with a month loaded; give home, catalog and the socket of its server."""
    socket = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    url = create_database(socket) if socket else None
    folder = tmp_path_factory.mktemp("loaded")
    place = Place(folder / "home", url)
    upgrade(place.house.catalog)
    reference = write_month(folder / "reference", customers=CUSTOMERS)
    assert place.tieout("reference", "load", str(reference))[0] == 0
    assert place.tieout("load", str(source))[0] == 0
    place.house.catalog.close()
    return place.home, url, socket


@pytest.fixture
def place(
    loaded: tuple[Path, str | None, Path | None], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """Open a copy of the store."""
    home, template, socket = loaded
    shutil.copytree(home, tmp_path / "home")
    if socket is None:
        opened = Place(tmp_path / "home", None)
        yield opened
        opened.close()
        return
    with database(socket, like=template) as url:
        opened = Place(tmp_path / "home", url)
        yield opened
        opened.close()
    del request


def stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_the_job_of_a_killed_worker_is_taken_over_after_its_lease(place: Place) -> None:
    number = place.submit()
    victim = place.worker("--name", "victim")
    place.stop_at(victim, number, phase("rate", "invoice"))
    stop(victim)
    other = place.worker("--name", "other")
    done = place.wait(number, is_done)
    stop(other)
    assert (done["attempts"], done["token"]) == (2, 3)
    assert done["result"]["runId"] == pipeline.published_run(place.house, PERIOD)
    assert place.tieout("verify-store") == (0, "")


@pytest.mark.parametrize("at", ["rate", "certify"])
def test_a_worker_that_stood_still_past_its_lease_publishes_nothing(place: Place, at: str) -> None:
    number = place.submit()
    still = place.worker("--name", "still", "--once")
    place.stop_at(still, number, phase(at))
    other = place.worker("--name", "other")
    done = place.wait(number, lambda job: job["state"] != "queued" and job["owner"] != "still")
    if done["state"] == "running":
        done = place.wait(number, is_done)
    before = place.published()
    still.send_signal(signal.SIGCONT)
    _, said = still.communicate(timeout=PATIENCE_S)
    stop(other)
    assert done["attempts"] >= 2
    assert "Traceback" not in said
    assert place.published() == before
    assert {key: place.job(number)[key] for key in ("state", "token", "result")} == {
        key: done[key] for key in ("state", "token", "result")
    }
    assert place.tieout("verify-store") == (0, "")
    assert place.tieout("run", PERIOD) == (0, "")
    assert place.published() == before


def test_a_worker_that_stood_still_as_it_published_publishes_once_or_not_at_all(
    place: Place,
) -> None:
    number = place.submit()
    still = place.worker("--name", "still", "--once")
    place.stop_at(still, number, phase("publish"), writing=True)
    other = place.worker("--name", "other")
    time.sleep(3 * LEASE_S)  # with SQLite the catalog may stay locked meanwhile
    still.send_signal(signal.SIGCONT)
    done = place.wait(number, is_done)
    _, said = still.communicate(timeout=PATIENCE_S)
    stop(other)
    assert "Traceback" not in said
    (published,) = place.published()["run"]
    assert published["run_id"] == done["result"]["runId"]
    assert place.tieout("verify-store") == (0, "")


@pytest.mark.parametrize("loaded", ["postgres"], indirect=True)
def test_a_worker_on_another_machine_takes_over_what_stands_still(
    place: Place, tmp_path: Path
) -> None:
    number = place.submit()
    still = place.worker("--name", "still", "--once")
    place.stop_at(still, number, phase("rate", "invoice"))
    other = place.worker("--name", "other", home=tmp_path / "elsewhere")
    done = place.wait(number, is_done)
    before = place.published()
    still.send_signal(signal.SIGCONT)
    _, said = still.communicate(timeout=PATIENCE_S)
    stop(other)
    assert "Traceback" not in said
    assert done["attempts"] == 2
    assert place.published() == before
    assert place.tieout("verify-store") == (0, "")


def test_a_load_that_stood_still_is_published_once(place: Place, tmp_path: Path) -> None:
    second = write_vendor_file(tmp_path / "second.csv", rows=ROWS, customers=3, invoices=7)
    wishes: dict[str, Any] = {
        "period": None,
        "invoiceNumber": None,
        "expected": {},
        "acceptMismatch": False,
    }
    number = place.submit("load", files=[str(second)], **wishes)
    still = place.worker("--name", "still", "--once")
    place.stop_at(still, number, lambda job: bool(job["state"] == "running"))
    other = place.worker("--name", "other")
    done = place.wait(number, is_done)
    before = place.published()
    still.send_signal(signal.SIGCONT)
    still.communicate(timeout=PATIENCE_S)
    stop(other)
    assert [file["status"] for file in done["result"]["files"]] == ["loaded"]
    assert place.published() == before
    assert [row["name"] for row in before["vendor_file"]] == ["october.csv", "second.csv"]
    assert place.tieout("verify-store") == (0, "")


def test_workers_killed_at_random_do_every_job_in_the_end(place: Place) -> None:
    """Two workers, one of which dies again and again, at jobs on one period."""
    numbers = [place.submit() for _ in range(3)]
    steady = place.worker("--name", "steady", "--retry", "0")
    for wait in (0.9, 1.4, 1.9, 1.2):
        victim = place.worker("--name", "victim", "--retry", "0")
        time.sleep(wait)
        stop(victim)
    for number in numbers:
        place.wait(number, is_done)
    stop(steady)
    runs = place.published()["run"]
    assert len(runs) == 1
    assert place.tieout("verify-store") == (0, "")


def test_a_worker_that_is_told_to_end_gives_its_job_back(place: Place) -> None:
    number = place.submit()
    worker = place.worker("--name", "one")
    place.stop_at(worker, number, phase("rate", "invoice"))
    worker.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGCONT)
    _, said = worker.communicate(timeout=PATIENCE_S)
    assert (worker.returncode, said) == (130, f"tieout: stopped; job {number} was given back\n")
    found = place.job(number)
    assert (found["state"], found["attempts"]) == ("queued", 0)
    assert place.tieout("work", "--once") == (0, "")
    assert place.job(number)["state"] == "done"


def test_a_job_cancelled_while_it_runs_publishes_nothing(place: Place) -> None:
    number = place.submit()
    worker = place.worker("--once")
    place.stop_at(worker, number, phase("rate"))
    assert place.tieout("job", "cancel", str(number)) == (0, "")
    worker.send_signal(signal.SIGCONT)
    worker.communicate(timeout=PATIENCE_S)
    assert worker.returncode == 0
    assert place.job(number)["state"] == "cancelled"
    assert place.published()["run"] == []
