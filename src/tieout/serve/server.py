"""How the service listens: uvicorn with a strict reader, and an end that loses no answer."""

import contextlib
import signal
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from tieout.serve.metrics import Metrics
from tieout.serve.settings import Settings
from tieout.serve.wire import Bounds, GuardedProtocol


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


def serve_until_told(app: FastAPI, settings: Settings, *, metrics: Metrics) -> None:
    """Serve until SIGTERM or Ctrl-C: then take nobody new, finish the answers being sent, and end.

    What is not finished within `shutdown_seconds` is cut off.
    """
    server = uvicorn.Server(server_config(app, settings, metrics=metrics))
    # uvicorn raises the signal again once it has ended; by then everything is done
    before = signal.signal(signal.SIGTERM, _nothing)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run()
    finally:
        signal.signal(signal.SIGTERM, before)
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Stand in for the end of the process."""
