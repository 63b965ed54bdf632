"""What Prometheus is told: counts by route template, version, method and status, never by whom."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import create_server
from typing import Protocol

import uvicorn
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Scope

from tieout import __version__
from tieout.errors import Refused
from tieout.serve.security_headers import ON_DOCUMENTS
from tieout.serve.wire import Fault

METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))
UNMATCHED = "unmatched"  # what a client makes up is no label
VERSION = re.compile(r"/(v[0-9]+)(?:/|$)", re.ASCII)
BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 1, 5, 30, 120)
NANOSECONDS = 1_000_000_000
ADDRESS = re.compile(r"\[?([^\[\]]+)\]?:([0-9]{1,5})", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """What was seen of one answer; no status where none was given."""

    status: int | None
    size: int
    nanoseconds: int


def route_of(scope: Scope) -> str:
    """Give the template of the address that was asked for."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if path is None or isinstance(route, Mount):
        return UNMATCHED
    return f"{scope.get('root_path', '')}{path}"


class Told(Protocol):
    """Whatever has a text for Prometheus."""

    def text(self) -> bytes:
        """Give all counts in Prometheus' text format."""


class Metrics:
    """The counters of one process.

    In a worker, where PROMETHEUS_MULTIPROC_DIR stands in the environment, they are kept in files of
    that folder, from which workers.py adds up those of all workers.
    """

    def __init__(self) -> None:
        """Count nothing yet."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        names = ("route", "version", "method", "status")
        self._requests = Counter(
            "tieout_requests", "Answers by status.", names, registry=self.registry
        )
        self._seconds = Histogram(
            "tieout_request_seconds",
            "Seconds to the last byte of an answer.",
            ("route", "version"),
            registry=self.registry,
            buckets=BUCKETS,
        )
        self._bytes = Counter(
            "tieout_answer_bytes", "Bytes of bodies.", ("route", "version"), registry=self.registry
        )
        self._open = Gauge(
            "tieout_open_answers",
            "Answers being made or sent.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._refused = Counter(
            "tieout_refused_connections",
            "Peers refused before they were heard, by reason.",
            ("code",),
            registry=self.registry,
        )
        build = Gauge(
            *("tieout_build", "Always 1.", ("version",)),
            registry=self.registry,
            multiprocess_mode="max",
        )
        build.labels(__version__).set(1)

    def begin(self) -> None:
        """Count an answer that is being made."""
        self._open.inc()

    def end(self, scope: Scope, seen: Seen) -> None:
        """Count an answer that was made."""
        self._open.dec()
        route = route_of(scope)
        found = VERSION.search(route)
        version = found[1] if found else ""
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests.labels(route, version, method, str(seen.status or "none")).inc()
        self._seconds.labels(route, version).observe(seen.nanoseconds / NANOSECONDS)
        self._bytes.labels(route, version).inc(seen.size)

    def refuse(self, fault: Fault) -> None:
        """Count a peer that was refused on the wire."""
        self._refused.labels(fault.code).inc()

    def text(self) -> bytes:
        """Give all counts in Prometheus' text format."""
        return generate_latest(self.registry)


class MetricsRefused(Refused):
    """An address at which no metrics can be served."""

    def __init__(self, *, address: str, reason: str) -> None:
        """Keep both."""
        self.address, self.reason = address, reason
        super().__init__(f"metrics at {address}: {reason}")


@contextmanager
def serving_metrics(metrics: Told, address: str | None) -> Iterator[str | None]:
    """Serve metrics at HOST:PORT until the end of the block, or not; give where they are."""
    if address is None:
        yield None
        return
    host, port = read_address(address)
    try:
        listener = create_server((host, port))
    except OSError as error:
        raise MetricsRefused(address=address, reason=str(error.strerror)) from error

    def answer(_request: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST, headers=ON_DOCUMENTS)

    app = Starlette(routes=[Route("/metrics", answer)])
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, ws="none", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        place = listener.getsockname()
        yield f"http://{host}:{place[1]}/metrics"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def read_address(address: str) -> tuple[str, int]:
    """Give host and port of HOST:PORT.

    >>> read_address("[::1]:9464")
    ('::1', 9464)
    """
    found = ADDRESS.fullmatch(address)
    if found is None or int(found[2]) > 65535:  # noqa: PLR2004 - the last port there is
        raise MetricsRefused(address=address, reason="an address is HOST:PORT")
    return found[1], int(found[2])
