"""The first layer of the service: no query string, header, log or trace behind it holds a key."""

import time
import traceback
import uuid
from contextlib import ExitStack
from ipaddress import ip_address

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieout.serve.metrics import Metrics, Seen, route_of
from tieout.serve.presented import take_presented, take_request_id, told_path
from tieout.serve.problems import (
    BillingProblem,
    ReportingProblem,
    billing_problem,
    reporting_problem,
)
from tieout.serve.rate_limit import RateLimits
from tieout.serve.security_headers import security_headers
from tieout.serve.settings import Settings
from tieout.store.row_security import Asker, asked_by

URL_MAX = 8 << 10  # bytes of path and query
KEYLESS = ("/health", "/ready")  # probes come from other machines, and bring nothing
log = structlog.get_logger("tieout.request")


class Gate:
    """Takes the keys out of each request, logs and counts it, and catches what is left."""

    def __init__(
        self, app: ASGIApp, settings: Settings, *, limits: RateLimits, metrics: Metrics
    ) -> None:
        """Wrap an application."""
        self.app, self.settings, self.limits, self.metrics = app, settings, limits, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = Visit(scope, send)
        asked = len(scope.get("raw_path", b"")) + len(scope["query_string"]) + 1
        scope.setdefault("state", {})["presented"] = take_presented(scope)
        scope["state"] |= {
            "request_id": visit.request_id,
            "base_url": self.settings.base_url,
            "path": told_path(scope["path"]),
            "limits": self.limits,
        }
        refusal = _refusal(scope, asked)
        self.metrics.begin()
        reading = ExitStack()
        reading.enter_context(asked_by(Asker()))  # for nobody, until a key was shown
        try:
            if refusal is not None:
                problem = ReportingProblem(code=refusal)
                await problem_of(Request(scope), problem)(scope, receive, visit.send)
            else:
                await self.app(scope, receive, visit.send)
        except Exception as error:  # noqa: BLE001 - nothing unexpected is told or lost
            trace = lines_of_code(error)
            log.error("request failed", request_id=visit.request_id, trace=trace)  # noqa: TRY400
            if visit.status is None:
                await problem_of(Request(scope), error)(scope, receive, visit.send)
            # an answer that broke off is one that has no end: the server cuts the connection
        finally:
            reading.close()
            scope["state"].get("leave", _nothing)()
            self.metrics.end(scope, visit.seen())
            visit.record(scope)


def lines_of_code(error: BaseException) -> str:
    """Give where an error and its causes came from, without what they say.

    A message may hold a key, a cell or a price, such as a database's on the row it refused.
    """
    told: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        told += [type(cause).__qualname__, *traceback.format_tb(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(told)


class Visit:
    """One request on its way: its id, and what was answered."""

    def __init__(self, scope: Scope, send: Send) -> None:
        """Start the watch."""
        self._scope, self._path = scope, scope["path"]
        self.request_id = take_request_id(scope) or uuid.uuid4().hex
        self.status: int | None = None
        self._size = 0
        self._send, self._started = send, time.perf_counter_ns()

    async def send(self, message: Message) -> None:
        """Pass a message on and keep what it says."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            headers.update(self._scope["state"].get("limit_headers", dict)())
            protecting = security_headers(
                path=self._path,
                media_type=headers.get("Content-Type", ""),
                is_tls=self._scope["scheme"] == "https",
            )
            for name, value in protecting.items():
                headers.setdefault(name, value)
        elif message["type"] == "http.response.body":
            self._size += len(message.get("body", b""))
        await self._send(message)

    def seen(self) -> Seen:
        """Give what the metrics count."""
        nanoseconds = time.perf_counter_ns() - self._started
        return Seen(status=self.status, size=self._size, nanoseconds=nanoseconds)

    def record(self, scope: Scope) -> None:
        """Write one line about the request: no query, no header, of the key its id only."""
        log.info(
            "request",
            request_id=self.request_id,
            method=scope["method"],
            path=scope["state"]["path"],
            route=route_of(scope),
            status=self.status,
            key_id=scope["state"].get("key_id"),
            bytes=self._size,
            milliseconds=(time.perf_counter_ns() - self._started) // 1_000_000,
        )


def _nothing() -> None:
    """Do nothing."""


def _refusal(scope: Scope, asked: int) -> str | None:
    """Give the code of what is refused before anyone looks at the address."""
    if _is_insecure(scope):
        return "INSECURE_TRANSPORT"
    return "URI_TOO_LONG" if asked > URL_MAX else None


def _is_insecure(scope: Scope) -> bool:
    client = scope.get("client")
    if scope["scheme"] != "http" or not client or scope["path"] in KEYLESS:
        return False
    try:
        return not ip_address(client[0]).is_loopback
    except ValueError:
        return False


def problem_of(request: Request, error: Exception) -> Response:
    """Give the answer to an error where no application of a version has the address."""
    if request.scope["path"].startswith("/billing/"):
        if isinstance(error, ReportingProblem):
            error = BillingProblem(slug=error.code.lower().replace("_", "-"), detail=error.detail)
        return billing_problem(request, error)
    return reporting_problem(request, error)
