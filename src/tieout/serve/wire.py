"""What is refused on the wire, before a request is one.

A shape that a proxy in front may read otherwise (request smuggling), a head or body without end,
and peers that send or take a byte now and then. h11 reads; what it lets pass, this refuses.
"""

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import h11
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from tieout.serve.security_headers import ON_DOCUMENTS

LINE_MAX = 16 << 10  # bytes of method, address and version; the Gate refuses from 8 KiB on
HEAD_MAX = 32 << 10  # bytes of that line and all headers
HEADERS_MAX = 100
BODY_MAX = 40 << 20  # bytes; an endpoint that takes a body refuses sooner, in its own words
LINGER_S = 1  # how long a refused peer may still send, so that it reads why
BARE = re.compile(rb"(?<!\r)\n|\r[^\n]")
FOLD = re.compile(rb"\r\n[ \t]")
END = b"\r\n\r\n"
log = structlog.get_logger("tieout.wire")


@dataclass(frozen=True)
class Fault:
    """Why a peer is refused: status, code and a plain sentence."""

    status: int
    code: str
    detail: str


NOT_HTTP = Fault(400, "BAD_REQUEST", "this is not HTTP as RFC 9112 has it")
BARE_LINE = Fault(400, "BAD_REQUEST", "lines end with CR LF, and hold neither alone")
FOLDED = Fault(400, "BAD_REQUEST", "a header stands on one line")
LENGTHS = Fault(400, "BAD_REQUEST", "the length of a body is said once and in one way")
TRAILERS = Fault(400, "BAD_REQUEST", "a chunked body ends with an empty line and no trailer")
NO_CODING = Fault(501, "NOT_IMPLEMENTED", "chunked is the only transfer coding taken")
TOO_LARGE = Fault(413, "TOO_LARGE", f"a body has at most {BODY_MAX >> 20} MiB")
TOO_LONG = Fault(414, "URI_TOO_LONG", f"a request line has at most {LINE_MAX >> 10} KiB")
TOO_MANY = Fault(
    431, "HEADERS_TOO_LARGE", f"at most {HEADERS_MAX} headers and {HEAD_MAX >> 10} KiB"
)
SLOW_HEAD = Fault(408, "REQUEST_TIMEOUT", "the headers did not arrive in time")
SLOW_BODY = Fault(408, "REQUEST_TIMEOUT", "the body did not arrive in time")
SLOW_READER = Fault(0, "SLOW_READER", "the answer was not taken in time")
CROWDED = Fault(0, "TOO_MANY_CONNECTIONS", "more connections than are kept")


def _no_matter(_fault: Fault) -> None:
    """Count nothing."""


@dataclass(frozen=True)
class Bounds:
    """How long a peer may take, how many there may be, and who counts those refused."""

    head_s: int = 10
    body_s: int = 120
    send_s: int = 300  # for the answer's next piece to be taken
    connections: int = 1000
    refused: Callable[[Fault], None] = _no_matter


def fault_of_head(seen: bytes) -> Fault | None:
    r"""Give what is wrong with the head of a request, as far as it has come.

    >>> fault_of_head(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") is None
    True
    >>> fault_of_head(b"GET / HTTP/1.1\nHost: a\n\n").detail
    'lines end with CR LF, and hold neither alone'
    """
    end = seen.find(END)
    head = seen if end < 0 else seen[: end + 2]
    line = head.find(b"\r\n")
    if (len(head) if line < 0 else line) > LINE_MAX:
        return TOO_LONG
    if len(head) > HEAD_MAX or head.count(b"\r\n") > HEADERS_MAX + 1:
        return TOO_MANY
    if BARE.search(head):
        return BARE_LINE
    if FOLD.search(head):
        return FOLDED
    return None if end < 0 else _fault_of_lengths(head.split(b"\r\n"))


def _fault_of_lengths(lines: list[bytes]) -> Fault | None:
    """Give what is wrong with how a whole head says the length of its body."""
    pairs = [(name.strip().lower(), value) for name, _, value in (x.partition(b":") for x in lines)]
    lengths = [value.strip() for name, value in pairs if name == b"content-length"]
    codings = [value for name, value in pairs if name == b"transfer-encoding"]
    if len(lengths) + len(codings) > 1 or any(b"," in length for length in lengths):
        return LENGTHS
    if codings and not lines[0].endswith(b"HTTP/1.1"):
        return LENGTHS
    if lengths and lengths[0].isdigit() and int(lengths[0][:20]) > BODY_MAX:
        return TOO_LARGE
    return None


class StrictConnection(h11.Connection):
    """h11's side of a server, which takes nothing that two readers may read in two ways."""

    def __init__(self) -> None:
        """Wait for the first request."""
        super().__init__(h11.SERVER, max_incomplete_event_size=HEAD_MAX + len(END))
        self.fault: Fault | None = None
        self.requests = 0  # heads that were whole
        self._size, self._is_chunked = 0, False

    def next_event(self) -> Any:
        """Give what comes next. Raises RemoteProtocolError, and `fault` says why."""
        before = b""
        if self.their_state is h11.IDLE:
            self._refuse_if(fault_of_head(self.trailing_data[0]))
        elif self.their_state is h11.SEND_BODY:
            before = self.trailing_data[0]
        try:
            event = super().next_event()
        except h11.RemoteProtocolError as error:
            self.fault = {431: TOO_MANY, 501: NO_CODING}.get(error.error_status_hint, NOT_HTTP)
            raise
        if isinstance(event, h11.Request):
            self.requests, self._size = self.requests + 1, 0
            self._is_chunked = b"transfer-encoding" in dict(event.headers)
        elif isinstance(event, h11.Data):
            self._size += len(event.data)
            self._refuse_if(TOO_LARGE if self._size > BODY_MAX else None)
        elif isinstance(event, h11.EndOfMessage) and self._is_chunked:
            taken = before[: len(before) - len(self.trailing_data[0])]
            plain = not event.headers and (taken == b"\r\n" or taken.endswith(END))
            self._refuse_if(None if plain else TRAILERS)
        return event

    def _refuse_if(self, fault: Fault | None) -> None:
        if fault is not None:
            self.fault = fault
            raise h11.RemoteProtocolError(fault.detail, error_status_hint=fault.status)


class GuardedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with a strict reader and no endless patience."""

    bounds = Bounds()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Begin a connection."""
        super().__init__(config, server_state, app_state, _loop)
        self.strict = self.conn = StrictConnection()
        self.is_refused = False
        self._waits: tuple[str, int] | None = None  # for which part of which request
        self._timer: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.bounds.connections:
            self.bounds.refused(CROWDED)
            self.is_refused = True
            transport.abort()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._cancel()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came; from a refused peer nothing more."""
        if self.is_refused:
            return
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        super().on_response_complete()
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the reader could not take."""
        del msg
        self.refuse(self.strict.fault or NOT_HTTP)

    def pause_writing(self) -> None:
        """Wait for the peer to take what was written, not for ever."""
        super().pause_writing()
        self._reader = self.loop.call_later(self.bounds.send_s, self._give_up)

    def resume_writing(self) -> None:
        """Write on."""
        if self._reader is not None:
            self._reader.cancel()
        super().resume_writing()

    def refuse(self, fault: Fault) -> None:
        """Answer why, where no answer has begun, and end the connection."""
        self.is_refused = True
        self._cancel()
        self._unset_keepalive_if_required()
        has_begun = self.strict.our_state not in (h11.IDLE, h11.SEND_RESPONSE)
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        request_id = uuid.uuid4().hex
        self.bounds.refused(fault)
        log.info("request refused", request_id=request_id, status=fault.status, code=fault.code)
        if has_begun or self.transport.is_closing():
            self.transport.abort()
            return
        self.transport.write(_answer(fault, request_id))
        if self.transport.can_write_eof():
            self.flow.resume_reading()
            self.transport.write_eof()
            self.loop.call_later(LINGER_S, self.transport.abort)
        else:
            self.transport.close()

    def _watch(self) -> None:
        """Let the timer run for what the peer has to send now."""
        waits: tuple[str, int] | None = None
        if not (self.is_refused or self.transport.is_closing()):
            state, count = self.strict.their_state, self.strict.requests
            if state is h11.IDLE and (not count or self.strict.trailing_data[0]):
                waits = ("head", count)
            elif state is h11.SEND_BODY:
                waits = ("body", count)
        if waits == self._waits:
            return
        self._cancel()
        self._waits = waits
        if waits is not None:
            seconds = self.bounds.head_s if waits[0] == "head" else self.bounds.body_s
            self._timer = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        if self._waits is not None and self._waits[0] == "head":
            self.refuse(SLOW_HEAD)
        elif self.flow.read_paused:  # it is we who do not read
            self._waits = None
            self._watch()
        else:
            self.refuse(SLOW_BODY)

    def _give_up(self) -> None:
        self.bounds.refused(SLOW_READER)
        log.info("reader too slow")
        self.transport.abort()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._waits = None, None


def _answer(fault: Fault, request_id: str) -> bytes:
    """Give a whole answer: a problem document as reporting-api.md 2.2 has it."""
    title = HTTPStatus(fault.status).phrase
    problem = {"type": "about:blank", "title": title, "status": fault.status}
    body = problem | {"detail": fault.detail, "code": fault.code, "requestId": request_id}
    content = json.dumps(body | {"errors": []}, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(content)),
        "Connection": "close",
        "X-Request-Id": request_id,
        **ON_DOCUMENTS,
    }
    lines = [f"HTTP/1.1 {fault.status} {title}", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join(lines).encode() + END + content
