"""Request smuggling shapes, endless heads and bodies, slow peers: raw bytes to the real server."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import h11
import httpx
import pytest
from serve_case import Place, serving

from tieout.serve.wire import (
    BODY_MAX,
    HEAD_MAX,
    HEADERS_MAX,
    LINE_MAX,
    TOO_LARGE,
    StrictConnection,
)
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

PATIENCE_S = 1
AFTER = b"GET /health HTTP/1.1\r\nHost: smuggled\r\n\r\n"  # what must not be answered
POST = b"POST /operations/v1/r/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
GET = b"GET /health HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve an empty store."""
    house = open_house(tmp_path_factory.mktemp("wire"))
    upgrade(house.catalog)
    with serving(house) as running:
        yield running
    house.catalog.close()


@pytest.fixture(scope="module")
def hasty(place: Place) -> Iterator[Place]:
    """Serve it once more, with little patience."""
    names = ("head_seconds", "body_seconds", "send_seconds")
    bounds = dict.fromkeys(names, PATIENCE_S)
    with serving(place.house, send_buffer=4096, **bounds) as running:
        yield running


def connect(place: Place) -> socket.socket:
    url = httpx.URL(place.address)
    return socket.create_connection((url.host, url.port or 0), timeout=10)


def read(peer: socket.socket) -> bytes:
    """Read until the other side ends."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := peer.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def say(place: Place, *parts: bytes) -> bytes:
    with connect(place) as peer:
        for part in parts:
            peer.sendall(part)
        return read(peer)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def chunked(body: bytes) -> bytes:
    return POST + b"Transfer-Encoding: chunked\r\n\r\n" + body


SHAPES = {
    "length and chunked": (
        POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX"
    ),
    "chunked and length": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nX"
    ),
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 41\r\n\r\n",
    "one length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length in hex": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "a space before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "a folded header": POST + b"X-A: b\r\n Content-Length: 41\r\n\r\n",
    "a folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "bare line ends": GET.replace(b"\r\n", b"\n") + b"\n",
    "one bare line end": GET + b"X-A: b\nContent-Length: 41\r\n\r\n",
    "a bare return": GET + b"X-A: b\rContent-Length: 41\r\n\r\n",
    "a head that ends bare": GET + b"\n",
    "a zero byte": GET + b"X-A: \x00\r\n\r\n",
    "two hosts": GET + b"Host: b\r\n\r\n",
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "an empty line first": b"\r\n" + GET + b"\r\n",
    "no version": b"GET /health\r\n\r\n",
    "chunked in HTTP/1.0": chunked(b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a chunk size that is none": chunked(b"g\r\n\r\n"),
    "a signed chunk size": chunked(b"+2\r\n{}\r\n0\r\n\r\n"),
    "a chunk size with 0x": chunked(b"0x2\r\n{}\r\n0\r\n\r\n"),
    "a chunk size too wide": chunked(b"0" * 30 + b"2\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than it says": chunked(b"2\r\n{}more\r\n0\r\n\r\n"),
    "a bare end of a chunk size": chunked(b"2\n{}\r\n0\r\n\r\n"),
    "a bare last line": chunked(b"2\r\n{}\r\n0\r\n\n"),
    "a trailer": chunked(b"2\r\n{}\r\n0\r\nContent-Length: 41\r\n\r\n"),
    "a bare trailer": chunked(b"2\r\n{}\r\n0\r\nX-A: b\n\n"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_that_two_readers_may_read_in_two_ways_is_refused(place: Place, name: str) -> None:
    answer = say(place, SHAPES[name], AFTER)
    assert status(answer) == 400, answer
    assert answer.count(b"HTTP/1.1 ") == 1
    head, _, body = answer.partition(b"\r\n\r\n")
    assert json.loads(body)["code"] == "BAD_REQUEST"
    assert b"nosniff" in head
    assert b"\r\nserver:" not in head.lower()


@pytest.mark.parametrize(
    "coding", [b"gzip, chunked", b"identity", b"xchunked", b"chunked, chunked"]
)
def test_other_transfer_codings_are_not_taken(place: Place, coding: bytes) -> None:
    answer = say(place, POST + b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n", AFTER)
    assert status(answer) == 501
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_plain_requests_are_taken_however_they_are_cut(place: Place, size: int) -> None:
    sent = (
        chunked(b'2;note="x"\r\n{}\r\n000\r\n\r\n')
        + POST
        + b"Content-Length: 2\r\n\r\n{}"
        + GET
        + b"Connection: close\r\n\r\n"
    )
    answer = say(place, *(sent[at : at + size] for at in range(0, len(sent), size)))
    assert answer.count(b"HTTP/1.1 401 ") == 2
    assert answer.count(b"HTTP/1.1 200 ") == 1


def test_what_follows_a_request_is_read_as_strictly(place: Place) -> None:
    answer = say(place, GET + b"\r\n" + GET + b"X-A: b\n\r\n" + AFTER)
    assert answer.count(b"HTTP/1.1 200 ") == 1
    assert answer.count(b"HTTP/1.1 400 ") == 1
    assert answer.count(b"HTTP/1.1 ") == 2


def test_heads_addresses_and_bodies_have_an_end(place: Place) -> None:
    line = b"GET /" + b"a" * LINE_MAX
    for shape, expected, code in (
        (line, 414, "URI_TOO_LONG"),
        (line + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "URI_TOO_LONG"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 414, ""),
        (GET + b"X: y\r\n" * HEADERS_MAX + b"\r\n", 431, "HEADERS_TOO_LARGE"),
        (GET + b"X: " + b"y" * HEAD_MAX, 431, "HEADERS_TOO_LARGE"),
        (POST + b"Content-Length: %d\r\n\r\n" % (BODY_MAX + 1), 413, "TOO_LARGE"),
        (POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", 413, "TOO_LARGE"),
    ):
        answer = say(place, shape)
        assert status(answer) == expected, answer
        assert code in answer.decode()
    fits = GET + b"Connection: close\r\n" + b"X: y\r\n" * (HEADERS_MAX - 3) + b"\r\n"
    assert status(say(place, fits)) == 200


def test_a_body_without_end_is_cut_off(place: Place) -> None:
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    sent = 0
    with connect(place) as peer, contextlib.suppress(ConnectionError):
        peer.sendall(chunked(b""))
        while sent < 2 * BODY_MAX:
            peer.sendall(piece)
            sent += len(piece)
    assert sent < BODY_MAX + (16 << 20)  # what lay in buffers


def test_a_body_is_counted_however_it_is_cut() -> None:
    connection = StrictConnection()
    connection.receive_data(chunked(b""))
    assert isinstance(connection.next_event(), h11.Request)
    size, piece = 0, 1 << 20
    with pytest.raises(h11.RemoteProtocolError):  # noqa: PT012 - the last of many pieces
        while size < 2 * BODY_MAX:
            connection.receive_data(b"%x\r\n" % piece + bytes(piece) + b"\r\n")
            while connection.next_event() is not h11.NEED_DATA:
                pass
            size += piece
    assert size == BODY_MAX
    assert connection.fault is TOO_LARGE


def test_there_are_so_many_connections_and_no_more(place: Place) -> None:
    with serving(place.house, connections=2) as crowded, ExitStack() as kept:
        peers = [kept.enter_context(connect(crowded)) for _ in range(2)]
        for peer in peers:
            peer.sendall(GET + b"\r\n")
            assert peer.recv(12) == b"HTTP/1.1 200"
        with connect(crowded) as third:
            assert read(third) == b""
        peers[0].sendall(GET + b"\r\n")
        assert b"HTTP/1.1 200" in peers[0].recv(1 << 16) + peers[0].recv(1 << 16)


def test_a_long_address_is_refused_in_the_form_of_its_api(place: Place) -> None:
    query = "?a=" + "b" * 9000
    answer = httpx.get(f"{place.address}/api/v1/reporting/invoices/invoice-rows/r{query}")
    assert (answer.status_code, answer.json()["code"]) == (414, "URI_TOO_LONG")
    answer = httpx.get(f"{place.address}/billing/v4/consolidatedinvoices{query}")
    assert answer.json()["type"].endswith("/problems/uri-too-long")


@pytest.mark.parametrize("part", ["head", "body"])
def test_who_sends_a_byte_now_and_then_is_not_waited_for(hasty: Place, part: str) -> None:
    key = hasty.visitor("r", endpoints=("operations.verify",)).key.encode()
    head = POST + b"Authorization: Bearer " + key + b"\r\nContent-Length: 1000\r\n\r\n"
    started, answer = time.monotonic(), b""
    with connect(hasty) as peer:
        peer.sendall(head if part == "body" else b"")
        peer.settimeout(0.1)
        while not answer and time.monotonic() - started < 5 * PATIENCE_S:
            with contextlib.suppress(TimeoutError):
                peer.sendall(b"G")
                answer = peer.recv(1 << 16)
        assert httpx.get(f"{hasty.address}/health").status_code == 200
    assert status(answer) == 408
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "REQUEST_TIMEOUT"
    assert PATIENCE_S * 0.9 < time.monotonic() - started < 5 * PATIENCE_S


def test_who_says_nothing_at_all_is_let_go(hasty: Place) -> None:
    started = time.monotonic()
    assert status(say(hasty)) == 408
    assert time.monotonic() - started < 5 * PATIENCE_S


def test_who_does_not_take_its_answer_is_let_go(hasty: Place) -> None:
    refused = 'tieout_refused_connections_total{code="SLOW_READER"}'
    asked = b"GET /billing/v4/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 40
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = httpx.URL(hasty.address)
        peer.connect((url.host, url.port))
        peer.sendall(asked)
        until = time.monotonic() + 10 * PATIENCE_S
        while refused not in hasty.metrics.text().decode() and time.monotonic() < until:
            time.sleep(0.05)
        assert refused in hasty.metrics.text().decode()
        peer.settimeout(10)
        assert read(peer).count(b"HTTP/1.1 200") < 40
