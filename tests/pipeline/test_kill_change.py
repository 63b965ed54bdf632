"""kill -9 of a server inside a change: all of it is there or nothing, and a retry is told once."""

import random
import socket
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import httpx
from crash_case import TransactionWatch, finish, start
from sqlalchemy import func, select

from tieout.pipeline import Word, check_audit, rehash_lake
from tieout.serve.access import create_key
from tieout.serve.app import utc_now
from tieout.store.catalog import answered_request, audit_entry, reference, snapshot
from tieout.store.house import open_house

KILLS, ROWS = 3, 1_000
UNSEEN = 10  # changes in a row that may be over before they are seen
SEED = 20_211_019
PATIENCE_S = 60


class Server:
    """`tieout serve` in a process of its own."""

    def __init__(self, home: Path, key: str) -> None:
        """Start it and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = start(home, "serve", "--port", str(port))
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {key}"},
            timeout=PATIENCE_S,
        )
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                self.client.get("/health")
                return
            time.sleep(0.02)
        raise AssertionError("the server does not answer")

    def change(self, turn: int) -> httpx.Response:
        """Ask for many new organizations."""
        rows = [
            {"organization_id": f"o-{turn}-{n}", "role": "customer", "name": f"O {n}"}
            for n in range(ROWS)
        ]
        return self.client.post(
            "/manage/v1/changes",
            json={"rows": {"organizations": rows}},
            headers={"Idempotency-Key": f"turn-{turn}"},
        )

    def kill(self) -> None:
        """Kill it with signal 9."""
        self.process.kill()
        self.process.join()
        self.client.close()


def _counts(home: Path) -> dict[str, Any]:
    """Count what changes leave; every lake file that is named must be whole."""
    house = open_house(home)
    tables = {
        "snapshots": snapshot,
        "answers": answered_request,
        "audit": audit_entry,
        "rows": reference["organizations"],
    }
    try:
        rehash_lake(house)
        check_audit(house)
        with house.catalog.read() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(table))
                for name, table in tables.items()
            }
    finally:
        house.catalog.close()


def _after(turns: int) -> dict[str, int]:
    """Give the counts after so many changes; the audit has the key besides."""
    return {"snapshots": turns, "answers": turns, "audit": turns + 1, "rows": turns * ROWS}


def _begin(server: Server, *, turn: int, home: Path | None) -> threading.Thread | None:
    """Ask for a change in a thread; give None where its transaction in `home` went unseen."""

    def ask() -> None:
        with suppress(httpx.TransportError):
            server.change(turn)

    asking = threading.Thread(target=ask)
    asking.start()
    if home is None:
        return asking
    with closing(TransactionWatch(home)) as watch:
        while asking.is_alive():
            if watch.has_begun():
                return asking
            time.sleep(0.001)
    return None


def test_a_change_that_is_killed_is_whole_or_not_there_and_its_retry_is_told_once(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    assert finish(home, "init") == 0
    house = open_house(home)
    _, key = create_key(house.catalog, organizations=[], role="admin", word=Word("test", utc_now()))
    house.catalog.close()
    dice = random.Random(SEED)
    landed: Counter[str] = Counter()
    with ExitStack() as servers:

        def serve() -> Server:
            server = Server(home, key)
            servers.callback(server.kill)
            return server

        server = serve()
        begun = time.monotonic()
        assert server.change(0).status_code == 200
        seconds, turn = time.monotonic() - begun, 0
        for kill in range(1, KILLS + 1):
            turn += 1
            if kill % 2:  # inside the transaction, which takes milliseconds: one may go unseen
                unseen = turn + UNSEEN
                while (asking := _begin(server, turn=turn, home=home)) is None:
                    assert turn < unseen, "no change was seen to begin"
                    turn += 1
            else:
                asking = _begin(server, turn=turn, home=None)
                time.sleep(dice.uniform(0, seconds))
            assert asking is not None
            server.kill()
            asking.join()
            found = _counts(home)
            assert found in (_after(turn), _after(turn + 1)), "a state between"
            landed["after" if found == _after(turn + 1) else "before"] += 1
            server = serve()
            answer = server.change(turn)
            assert (answer.status_code, answer.json()["snapshot"]) == (200, turn + 1)
            assert answer.json()["changed"] == {"organizations": ROWS}
            again = server.change(turn)
            assert again.content == answer.content
            assert again.headers["Idempotent-Replayed"] == "true"
            assert _counts(home) == _after(turn + 1)
    assert landed["before"] >= KILLS // 2, f"{dict(landed)}: hardly any kill stopped a change"
