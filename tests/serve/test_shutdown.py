"""SIGTERM takes nobody new, finishes the answers being sent, and ends with 0."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_by_hand import build
from hand_charges import Hand, Store
from october import NOW
from serve_case import ROWS
from served_process import ENDS_S, Served, served_process

from tieout.pipeline import Word
from tieout.serve.access import create_key
from tieout.store.house import House

MANY = Store(tuple(Hand(n, "8.00", "10.00", description="x") for n in range(1, 401)))
ROWS_MANY = 800  # a row of each charge at both hops, more than the buffers below take
SEGMENT = 536  # bytes; the kernel sizes its buffers by it
OPEN = "tieout_open_answers 2.0"
LAST = b"\r\n0\r\n\r\n"
PATIENCE_S = 6
PATH = f"{ROWS}/reseller?expand=AllDetails"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return build(tmp_path_factory.mktemp("shutdown"), MANY)


@pytest.fixture(scope="module")
def key(house: House) -> str:
    asked: dict[str, Any] = {
        "organizations": ["reseller"],
        "role": "sellerAdmin",
        "word": Word("test", NOW),
    }
    return create_key(house.catalog, **asked)[1]


@contextmanager
def reading(port: int, key: str) -> Iterator[socket.socket]:
    """Ask for all rows by a socket that has taken next to nothing of the answer."""
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        peer.settimeout(60)
        peer.connect(("127.0.0.1", port))
        asked = f"GET {PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n\r\n"
        peer.sendall(asked.encode())
        assert peer.recv(12) == b"HTTP/1.1 200"
        yield peer


def answers(served: Served) -> bool:
    """Tell whether somebody new is heard."""
    try:
        return httpx.get(f"{served.address}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_answers_being_sent_at_sigterm_are_finished_within_their_time(
    house: House, key: str, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"log": tmp_path / "log", "shutdown_seconds": PATIENCE_S}
    with served_process(house.home, **settings) as served, ExitStack() as cleanup:
        bearer = {"Authorization": f"Bearer {key}"}
        whole = httpx.get(served.address + PATH, headers=bearer).content
        assert len(json.loads(whole)) == ROWS_MANY
        never = cleanup.enter_context(reading(served.port, key))
        slow = cleanup.enter_context(reading(served.port, key))
        assert OPEN in served.counted()
        served.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE_S
        while answers(served):
            assert time.monotonic() < until
        assert served.process.poll() is None
        same = body_of(rest(slow, pause_s=0.001)) == whole
        assert same
        assert served.process.poll() is None
        assert served.process.wait(ENDS_S) == 0
        ended = rest(never, pause_s=0).endswith(LAST)
        assert not ended
    told = (tmp_path / "log").read_text()
    lines = [json.loads(line) for line in told.splitlines()]
    asked = PATH[: PATH.find("?")]
    assert [one["status"] for one in lines if one.get("path") == asked] == [200] * 3
    assert key.split("_", 2)[2] not in told


def rest(peer: socket.socket, *, pause_s: float) -> bytes:
    """Read what is left of an answer, with a pause after each part."""
    got = bytearray()
    with suppress(ConnectionResetError):
        while part := peer.recv(1 << 14):
            got += part
            time.sleep(pause_s)
    return bytes(got)


def body_of(answer: bytes) -> bytes:
    """Give the body of a chunked answer, which has to end as one does."""
    return b"".join(_chunks(answer.partition(b"\r\n\r\n")[2]))


def _chunks(text: bytes) -> Iterator[bytes]:
    """Give the chunks of a chunked body, which has to end as one does."""
    while True:
        size, _, text = text.partition(b"\r\n")
        count = int(size, 16)
        if not count:
            assert text == b"\r\n"
            return
        yield text[:count]
        text = text[count + 2 :]
