"""`tieout serve --workers 2`: one socket, limits and metrics of both, and no worker is missed."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_by_hand import build
from october import NOW
from serve_case import HEADERS, serving
from served_process import ENDS_S, Served, served_process
from test_shutdown import MANY, PATH, body_of, reading, rest

from tieout.errors import Refused
from tieout.pipeline import Word
from tieout.serve.access import create_key
from tieout.serve.server import listening
from tieout.serve.settings import Settings
from tieout.store.house import House

CALLS, STREAMS = 6, 1
ASKED = f"{HEADERS}/reseller"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return build(tmp_path_factory.mktemp("workers"), MANY)


@pytest.fixture(scope="module")
def served(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve by two workers, with few calls a minute and one answer at a time."""
    settings: dict[str, Any] = {"calls_per_minute": CALLS, "open_streams": STREAMS, "workers": 2}
    log = tmp_path_factory.mktemp("log") / "log"
    with served_process(house.home, log=log, **settings) as running:
        yield running
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(ENDS_S) == 0


def key_of(house: House) -> str:
    """Make a key, whose calls nobody else counts."""
    asked: dict[str, Any] = {"organizations": ["reseller"], "role": "sellerAdmin"}
    return create_key(house.catalog, word=Word("test", NOW), **asked)[1]


def told(served: Served, event: str) -> list[dict[str, Any]]:
    """Give what the log has of an event."""
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    return [one for one in lines if one.get("event") == event]


def pids(served: Served) -> list[int]:
    """Give the processes of the workers that run, once both do."""
    until_true(lambda: "tieout_workers 2.0" in served.counted())
    gone = {one["pid"] for one in told(served, "worker ended")}
    found = [one["pid"] for one in told(served, "worker started") if one["pid"] not in gone]
    answering = {f"Started server process [{pid}]" for pid in found}
    until_true(lambda: answering <= {line["event"] for line in all_of(served)})
    assert len(found) == 2
    return found


def all_of(served: Served) -> list[dict[str, Any]]:
    return [json.loads(line) for line in served.log.read_text().splitlines()]


def until_true(check: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def only(served: Served, number: int) -> Iterator[int]:
    """Let one worker alone answer: the other stands still meanwhile."""
    workers = pids(served)
    other = workers[1 - number]
    os.kill(other, signal.SIGSTOP)
    try:
        yield workers[number]
    finally:
        os.kill(other, signal.SIGCONT)


def call(served: Served, key: str) -> tuple[int, str]:
    """Call by a connection of its own; give the status and how many calls are left."""
    answer = httpx.get(served.address + ASKED, headers={"Authorization": f"Bearer {key}"})
    left = re.match(r'"calls";r=([0-9]+);', answer.headers["RateLimit"])
    assert left is not None
    return answer.status_code, left[1]


def test_the_calls_at_both_workers_count_together(served: Served, house: House) -> None:
    key = key_of(house)
    with only(served, 0):
        assert [call(served, key) for _ in range(2)] == [(200, "5"), (200, "4")]
    with only(served, 1):
        assert [call(served, key) for _ in range(3)] == [(200, "3"), (200, "2"), (200, "1")]
    with only(served, 0):
        assert [call(served, key) for _ in range(2)] == [(200, "0"), (429, "0")]
    with only(served, 1):
        assert call(served, key) == (429, "0")


def counted(served: Served, status: str) -> float:
    """Give the answers with a status that both workers together count."""
    lines = [
        one for one in served.counted().splitlines() if one.startswith("tieout_requests_total{")
    ]
    found = [one for one in lines if "/invoices/" in one and f'status="{status}"' in one]
    return sum(float(one.rpartition(" ")[2]) for one in found)


def test_a_worker_that_is_killed_is_replaced_and_its_open_answers_are_forgotten(
    served: Served, house: House
) -> None:
    key = key_of(house)
    before = {status: counted(served, status) for status in ("200", "429")}
    with only(served, 0) as first:
        peer = reading(served.port, key)
        peer.__enter__()
    with only(served, 1):
        assert call(served, key)[0] == 429  # one answer is open, at the other worker
        assert "tieout_open_answers 1.0" in served.counted()
    os.kill(first, signal.SIGKILL)
    peer.__exit__(None, None, None)
    until_true(lambda: "tieout_worker_restarts_total 1.0" in served.counted())
    assert first not in pids(served)
    with only(served, 0):
        assert call(served, key)[0] == 200
    with only(served, 1):
        assert call(served, key)[0] == 200
    assert counted(served, "429") - before["429"] == 1
    # the answer that was cut off ended with its worker, and was never counted
    assert counted(served, "200") - before["200"] == 2
    assert "tieout_open_answers 0.0" in served.counted()
    (ended,) = told(served, "worker ended")
    assert (ended["pid"], ended["exit_code"]) == (first, -signal.SIGKILL)
    resident = re.findall(r'process_resident_memory_bytes\{worker="([0-9])"\}', served.counted())
    assert resident == ["0", "1", "2"]


def test_answers_of_workers_are_finished_and_workers_end_with_who_watches(
    house: House, tmp_path: Path
) -> None:
    key = key_of(house)
    with served_process(house.home, log=tmp_path / "log", workers=2) as served:
        headers = {"Authorization": f"Bearer {key}"}
        whole = httpx.get(served.address + PATH, headers=headers).content
        with only(served, 1):
            first = reading(served.port, key)
            slow = first.__enter__()
        served.process.send_signal(signal.SIGTERM)
        same = body_of(rest(slow, pause_s=0.001)) == whole
        first.__exit__(None, None, None)
        assert same
        assert served.process.wait(ENDS_S) == 0
    with served_process(house.home, log=tmp_path / "log", workers=2) as served:
        workers = pids(served)
        served.process.kill()
        until_true(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers))


def test_workers_share_memory_and_threads() -> None:
    shared = Settings(workers=4, query_threads=6, kept_answers_mib=30).share()
    assert (shared.query_memory, shared.query_threads) == ("500000KB", 1)
    assert shared.kept_answers_mib == 7
    assert Settings(workers=3, query_memory="3GiB").share().query_memory == "1073741KB"


def test_an_address_that_is_taken_is_refused(house: House) -> None:
    with serving(house) as place:
        settings = Settings(port=int(place.address.rpartition(":")[2]))
        with pytest.raises(Refused, match="cannot listen on"):
            listening(settings)
