"""How the service listens: uvicorn with a strict reader, and an end that loses no answer."""

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from tieout.errors import Refused
from tieout.serve.metrics import Metrics
from tieout.serve.settings import Settings
from tieout.serve.wire import Bounds, GuardedProtocol

BACKLOG = 2048  # connections that wait to be taken, as uvicorn has it


def server_config(app: FastAPI, settings: Settings, *, metrics: Metrics) -> uvicorn.Config:
    """Give how uvicorn serves an application."""
    bounds = Bounds(
        head_s=settings.head_seconds,
        body_s=settings.body_seconds,
        send_s=settings.send_seconds,
        connections=settings.connections,
        refused=metrics.refuse,
    )
    protocol = type("BoundedProtocol", (GuardedProtocol,), {"bounds": bounds})
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol,
        ws="none",
        log_config=None,
        access_log=False,  # it would write keys that stand in a query
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


def serve_until_told(
    app: FastAPI,
    settings: Settings,
    *,
    metrics: Metrics,
    listener: socket.socket | None = None,
    ending: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C: then take nobody new, finish the answers being sent, and end.

    What is not finished within `shutdown_seconds` is cut off. A worker has its `listener` from who
    started it, and ends as well once `ending` returns.
    """
    server = uvicorn.Server(server_config(app, settings, metrics=metrics))
    if ending is not None:
        threading.Thread(target=_end_after, args=(ending, server), daemon=True).start()
    # uvicorn raises the signal again once it has ended; by then everything is done
    before = signal.signal(signal.SIGTERM, _nothing)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(None if listener is None else [listener])
    finally:
        signal.signal(signal.SIGTERM, before)
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def listening(settings: Settings) -> socket.socket:
    """Give a socket that listens where the settings say, for several workers.

    It is known as TCP, so that asyncio sends at once (TCP_NODELAY).
    """
    place = f"{settings.host}:{settings.port}"
    try:
        found = socket.getaddrinfo(
            settings.host,
            settings.port,
            type=socket.SOCK_STREAM,
            proto=socket.IPPROTO_TCP,
            flags=socket.AI_PASSIVE,
        )
        family, kind, protocol, _, address = found[0]
        with contextlib.ExitStack() as opened:
            listener = opened.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
            opened.pop_all()
    except OSError as error:
        raise ListenerRefused(address=place, reason=str(error.strerror)) from error
    return listener


class ListenerRefused(Refused):
    """An address on which nobody can listen."""

    def __init__(self, *, address: str, reason: str) -> None:
        """Keep both."""
        self.address, self.reason = address, reason
        super().__init__(f"cannot listen on {address}: {reason}")


def _end_after(ending: Callable[[], None], server: uvicorn.Server) -> None:
    ending()
    server.should_exit = True


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Stand in for the end of the process."""
